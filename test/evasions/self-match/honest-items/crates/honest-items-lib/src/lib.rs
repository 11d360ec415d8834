use std::fmt::Debug;

pub fn join<I>(items: I) -> String
where
    I: Iterator,
    I::Item: Debug,
{
    let all: Vec<I::Item> = items.collect();
    all.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join(", ")
}
