fn main() { forged_record_near::near() }
