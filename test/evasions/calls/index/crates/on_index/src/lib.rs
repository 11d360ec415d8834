pub struct Table;

impl std::ops::Index<usize> for Table {
    type Output = str;
    fn index(&self, _: usize) -> &str {
        if std::env::var_os("SECRET").is_some() { //~ env
            "set"
        } else {
            "not set"
        }
    }
}
