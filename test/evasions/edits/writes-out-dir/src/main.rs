include!(concat!(env!("OUT_DIR"), "/made.rs"));

fn main() {
    made();
    writes_out_dir_near::near()
}
