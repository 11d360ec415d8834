use as_allocator::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    println!("{}", String::from("x"));
}
