//! The parsers as a native program: `cackle-native FILE...` extracts each file and prints bytes, seconds and MB/s as
//! JSON, so that WASM and native speed can be compared.

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let mut bytes = 0u64;
    let mut seconds = 0f64;
    let mut facts = 0usize;
    for path in std::env::args().skip(1) {
        let data = match std::fs::read(&path) {
            Ok(data) => data,
            Err(error) => {
                eprintln!("{path}: {error}");
                return ExitCode::from(2);
            }
        };
        let start = Instant::now();
        let extracted = facts::extract(&data, true);
        seconds += start.elapsed().as_secs_f64();
        bytes += data.len() as u64;
        match extracted {
            Ok(extracted) => facts += extracted.len(),
            Err(error) => {
                eprintln!("{path}: {error}");
                return ExitCode::from(2);
            }
        }
    }
    println!(
        "{{\"bytes\":{bytes},\"seconds\":{seconds:.4},\"factsBytes\":{facts},\"megabytesPerSecond\":{:.1}}}",
        bytes as f64 / 1e6 / seconds
    );
    ExitCode::SUCCESS
}
