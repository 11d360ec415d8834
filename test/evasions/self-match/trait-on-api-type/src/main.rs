use trait_on_api_type_evil::Touch;

fn main() {
    if let Ok(file) = std::fs::File::open("/nonexistent/x") {
        file.touch();
    }
}
