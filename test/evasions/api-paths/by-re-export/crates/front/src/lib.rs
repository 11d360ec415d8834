pub use by_re_export_http::get as fetch;
