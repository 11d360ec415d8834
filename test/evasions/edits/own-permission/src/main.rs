fn main() { own_permission_near::near() }
