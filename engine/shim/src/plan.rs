//! Carries out the engine's answers.
//!
//! Answers, by their `do` field:
//! - `exec`: become the program `args` with the environment changes `unset` and `set`; `clear` true
//!   starts from an empty environment, without the session's keys and inherited open files (`apart.rs`).
//! - `run`: run it, then report `{"done":{status,signal,...}}` and wait for the next answer.
//!   `stdout`: `pass` or `collect` (up to `limit` bytes, reported as base64, held back).
//!   `stderr`: `pass`, `lints` (rustc's JSON: diagnostics whose code is in `lints` are taken out and
//!   reported, and the first errors passed on and reported as base64) or `keep` (passed on, and the
//!   last part reported as base64).
//!   `group`: the process group to end when the engine goes away while the program runs.
//! - `exit`: end with `status`; `emit` true first writes out the collected stdout, then `append`.
//! - `wait`: a person answers, which takes long: lend cargo's job token until the next answer.
//! - `refuse`: print `message` and end with `status`, 1 where there is none; with `diagnostic`, a line of rustc's JSON, print that instead.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;

use crate::apart;
use crate::diagnostics::{is_error, Filter};
use crate::jobserver::Slot;
use crate::json::{base64, write_string, Value};
use crate::wire::Engine;

/// Bytes of a failing program's stderr that are reported to the engine.
const KEPT_STDERR: usize = 256 * 1024;

const BAD_ANSWER: &str = "the cackle process sent an answer that this program does not know";

/// Carries out the engine's answers until one of them ends this process; returns the exit status.
pub fn follow(engine: &mut Engine) -> Result<i32, String> {
    let mut collected = Vec::new();
    let mut slot = Slot::default();
    loop {
        let answer = engine.receive()?;
        if answer.get("do").and_then(Value::bytes) == Some(b"wait") {
            slot.lend();
            continue;
        }
        slot.take_back();
        match answer.get("do").and_then(Value::bytes) {
            Some(b"exec") => {
                let (mut command, program) = command(&answer)?;
                return Err(format!("cannot run {program}: {}", command.exec()));
            }
            Some(b"run") => {
                let report = run(engine, &answer, &mut collected)?;
                engine.send(&report)?;
            }
            Some(b"exit") => {
                if answer.get("emit") == Some(&Value::Bool(true)) {
                    let append = answer.get("append").and_then(Value::bytes).unwrap_or_default();
                    let mut stdout = io::stdout().lock();
                    stdout
                        .write_all(&collected)
                        .and_then(|()| stdout.write_all(append))
                        .and_then(|()| stdout.flush())
                        .map_err(|e| format!("cannot write to stdout: {e}"))?;
                }
                return Ok(answer.get("status").and_then(Value::number).ok_or(BAD_ANSWER)? as i32);
            }
            Some(b"refuse") => {
                if let Some(line) = answer.get("diagnostic").and_then(Value::bytes) {
                    let _ = io::stderr().write_all(line).and_then(|()| io::stderr().write_all(b"\n"));
                    return Ok(1);
                }
                let message = answer.get("message").and_then(Value::bytes).ok_or(BAD_ANSWER)?;
                let message = String::from_utf8_lossy(message).into_owned();
                let Some(status) = answer.get("status").and_then(Value::number) else { return Err(message) };
                let _ = writeln!(io::stderr(), "error: cackle: {message}");
                return Ok(status as i32);
            }
            _ => return Err(BAD_ANSWER.to_string()),
        }
    }
}

/// The command of an `exec` or `run`, and its name for messages.
fn command(answer: &Value) -> Result<(Command, String), String> {
    let args = strings(answer, "args")?;
    let (program, rest) = args.split_first().ok_or(BAD_ANSWER)?;
    let mut command = Command::new(program);
    command.args(rest);
    if answer.get("clear") == Some(&Value::Bool(true)) {
        command.env_clear();
        apart::start(&mut command);
    }
    for name in strings(answer, "unset")? {
        command.env_remove(name);
    }
    for pair in answer.get("set").and_then(Value::items).ok_or(BAD_ANSWER)? {
        match pair.items() {
            Some([Value::String(name), Value::String(value)]) => {
                command.env(OsString::from_vec(name.clone()), OsString::from_vec(value.clone()));
            }
            _ => return Err(BAD_ANSWER.to_string()),
        }
    }
    if let Some(name) = answer.get("arg0").and_then(Value::bytes) {
        command.arg0(OsString::from_vec(name.to_vec()));
    }
    Ok((command, Path::new(program).display().to_string()))
}

fn strings(answer: &Value, field: &str) -> Result<Vec<OsString>, String> {
    let items = answer.get(field).and_then(Value::items).ok_or(BAD_ANSWER)?;
    let item = |value: &Value| value.bytes().map(|bytes| OsString::from_vec(bytes.to_vec()));
    items.iter().map(item).collect::<Option<_>>().ok_or_else(|| BAD_ANSWER.to_string())
}

fn run(engine: &Engine, answer: &Value, collected: &mut Vec<u8>) -> Result<String, String> {
    let (mut command, program) = command(answer)?;
    let collect = answer.get("stdout").and_then(Value::bytes) == Some(b"collect");
    let limit = answer.get("limit").and_then(Value::number).unwrap_or(0.0) as usize;
    let stderr = answer.get("stderr").and_then(Value::bytes).unwrap_or(b"pass").to_vec();
    let lints = match answer.get("lints") {
        Some(_) => strings(answer, "lints")?.into_iter().map(OsString::into_vec).collect(),
        None => Vec::new(),
    };
    if collect {
        command.stdout(Stdio::piped());
    }
    if stderr != b"pass" {
        command.stderr(Stdio::piped());
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let mut report = String::from("{\"done\":{\"spawnError\":");
            write_string(&mut report, format!("cannot run {program}: {error}").as_bytes());
            report.push_str("}}");
            return Ok(report);
        }
    };
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let group = answer.get("group").and_then(Value::number).unwrap_or(0.0) as i32;
    engine.child.set(&child, group);
    let reader = out.map(|pipe| thread::spawn(move || read_all(pipe, limit)));
    let mut fields = String::new();
    if let Some(pipe) = err {
        fields = match stderr.as_slice() {
            b"lints" => filter_stderr(pipe, lints)?,
            _ => keep_stderr(pipe)?,
        };
    }
    if let Some(reader) = reader {
        let (bytes, too_long) = reader.join().map_err(|_| "reading stdout failed")??;
        let _ = write!(fields, ",\"tooLong\":{too_long},\"stdout\":\"{}\"", base64(&bytes));
        *collected = bytes;
    }
    let status = engine.child.wait(child)?;
    Ok(format!("{{\"done\":{{{}{fields}}}}}", status_fields(status)))
}

fn status_fields(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("\"status\":{code}"),
        (None, signal) => format!("\"signal\":{}", signal.unwrap_or(0)),
    }
}

/// Reads to the end, but keeps no more than `limit` bytes.
fn read_all(mut pipe: ChildStdout, limit: usize) -> Result<(Vec<u8>, bool), String> {
    let mut bytes = Vec::new();
    let failed = |e: io::Error| format!("cannot read stdout: {e}");
    pipe.by_ref().take(limit as u64).read_to_end(&mut bytes).map_err(failed)?;
    let beyond = io::copy(&mut pipe, &mut io::sink()).map_err(failed)?;
    Ok((bytes, beyond > 0))
}

/// Passes stderr on and returns its last part as a field of the report.
fn keep_stderr(mut pipe: ChildStderr) -> Result<String, String> {
    let mut kept = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let length = pipe.read(&mut buffer).map_err(|e| format!("cannot read stderr: {e}"))?;
        if length == 0 {
            break;
        }
        // A closed stderr must not make the program fail.
        let _ = io::stderr().write_all(&buffer[..length]);
        kept.extend_from_slice(&buffer[..length]);
        if kept.len() > 2 * KEPT_STDERR {
            kept.drain(..kept.len() - KEPT_STDERR);
        }
    }
    let start = kept.len().saturating_sub(KEPT_STDERR);
    Ok(format!(",\"stderr\":\"{}\"", base64(&kept[start..])))
}

/// Passes rustc's stderr on line by line, at once (cargo's pipelining waits for the artifact
/// notifications), without the diagnostics of the engine's lints. Returns these, and the errors, as
/// fields of the report.
fn filter_stderr(pipe: ChildStderr, lints: Vec<Vec<u8>>) -> Result<String, String> {
    let mut filter = Filter::new(lints);
    let mut errors = Vec::new();
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(|e| format!("cannot read stderr: {e}"))?;
        if length == 0 {
            break;
        }
        if is_error(&line) && errors.len() + line.len() <= KEPT_STDERR {
            errors.extend_from_slice(&line);
        }
        if let Some(text) = filter.pass(&line) {
            let _ = io::stderr().write_all(&text);
        }
    }
    Ok(format!(",\"lints\":[{}],\"errors\":\"{}\"", filter.report(), base64(&errors)))
}
