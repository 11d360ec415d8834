use std::fmt::Debug;

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Either<L, R> {
    Left(L),
    Right(R),
}

impl<L: Debug + Clone, R: Debug + Clone> Either<L, R> {
    pub fn text(&self) -> String {
        match self.clone() {
            Self::Left(left) => format!("{left:?}"),
            Self::Right(right) => format!("{right:?}"),
        }
    }
}
