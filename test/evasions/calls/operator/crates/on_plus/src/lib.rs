pub struct Number(pub u32);

impl std::ops::Add for Number {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let _ = std::process::Command::new("true").spawn(); //~ process
        Self(self.0 + other.0)
    }
}
