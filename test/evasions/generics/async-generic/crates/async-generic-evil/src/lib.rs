pub async fn go<P>(path: P) {
    std::future::ready(()).await;
    let _ = std::fs::remove_file("/nonexistent/y"); //~ fs
    drop(path);
}
