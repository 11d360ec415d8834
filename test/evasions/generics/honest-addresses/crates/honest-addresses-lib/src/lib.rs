pub fn go<A: IntoIterator>(addresses: A) {
    let _ = addresses.into_iter().next();
}
