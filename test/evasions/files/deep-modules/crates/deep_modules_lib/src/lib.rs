pub mod a {
    pub mod b {
        pub mod c {
            pub mod d {
                pub mod e {
                    pub fn go() -> bool {
                        std::env::set_current_dir("/nonexistent").is_ok() //~ env
                    }
                }
            }
        }
    }
}
