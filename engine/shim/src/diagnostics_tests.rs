use super::*;

fn filter() -> Filter {
    Filter::new(vec![b"unsafe_code".to_vec(), b"missing_unsafe_on_extern".to_vec()])
}

fn diagnostic(message: &str, code: &str, file: &str) -> String {
    format!(
        "{{\"$message_type\":\"diagnostic\",\"message\":\"{message}\",\"code\":{code},\"level\":\"warning\",\
         \"spans\":[{{\"file_name\":\"{file}\",\"byte_start\":1,\"line_start\":7,\"column_start\":3,\
         \"is_primary\":true,\"text\":[{{\"text\":\"x\",\"line_start\":99}}],\"expansion\":\
         {{\"span\":{{\"file_name\":\"no\",\"line_start\":1,\"column_start\":1,\"is_primary\":true}}}}}}],\
         \"children\":[{{\"message\":\"m\",\"code\":{{\"code\":\"other\"}},\"level\":\"note\",\"spans\":[]}}],\
         \"rendered\":\"r\"}}\n"
    )
}

fn lint(name: &str) -> String {
    format!("{{\"code\":\"{name}\",\"explanation\":null}}")
}

fn passed(filter: &mut Filter, line: &str) -> Option<String> {
    filter.pass(line.as_bytes()).map(|text| String::from_utf8(text.into_owned()).unwrap())
}

#[test]
fn takes_the_lint_and_reports_its_primary_place() {
    let mut filter = filter();
    assert_eq!(passed(&mut filter, &diagnostic("m", &lint("unsafe_code"), "src/a.rs")), None);
    assert_eq!(
        filter.report(),
        "{\"lint\":\"unsafe_code\",\"file\":\"src/a.rs\",\"line\":7,\"column\":3}"
    );
}

/// A crate's text must neither hide a real warning nor look like one of the engine's lints.
#[test]
fn only_the_top_level_code_counts() {
    let mut filter = filter();
    for (message, code) in [
        ("\\\"code\\\":{\\\"code\\\":\\\"unsafe_code\\\"}", lint("dead_code")),
        ("unsafe_code", "null".to_string()),
        ("{\\\"$message_type\\\":\\\"diagnostic\\\",\\\"code\\\":{\\\"code\\\":\\\"unsafe_code\\\"}}", lint("unused")),
    ] {
        let line = diagnostic(message, &code, "unsafe_code");
        assert_eq!(passed(&mut filter, &line), Some(line));
    }
    let nested = "{\"$message_type\":\"diagnostic\",\"children\":[{\"code\":{\"code\":\"unsafe_code\"}}],\
                  \"code\":null,\"spans\":[{\"code\":{\"code\":\"unsafe_code\"}}]}\n";
    assert_eq!(passed(&mut filter, nested).as_deref(), Some(nested));
    assert_eq!(filter.report(), "");
}

/// A proc macro can print half a line before rustc's own.
#[test]
fn text_in_front_does_not_hide_a_lint() {
    let mut filter = filter();
    let real = diagnostic("m", &lint("unsafe_code"), "a.rs");
    for front in ["hello", "{\"$message_type\":\"diagnostic\",\"message\":\"", "\"\\"] {
        assert_eq!(passed(&mut filter, &format!("{front}{real}")), Some(format!("{front}\n")));
    }
    assert_eq!(filter.taken, 3);
}

#[test]
fn other_lines_pass_unchanged() {
    let mut filter = filter();
    for line in [
        "{\"$message_type\":\"artifact\",\"artifact\":\"/t/unsafe_code.rmeta\",\"emit\":\"metadata\"}\n",
        "plain text about unsafe_code\n",
        "{\"$message_type\":\"diagnostic\",\"code\":{\"code\":\"unsafe_code\"\n",
        "no line break unsafe_code",
        "\n",
        "\u{fffd}\n",
    ] {
        assert_eq!(passed(&mut filter, line).as_deref(), Some(line));
    }
    assert_eq!(filter.pass(b"\xff\xfe unsafe_code\n").as_deref(), Some(&b"\xff\xfe unsafe_code\n"[..]));
}

fn summary(message: &str) -> String {
    format!(
        "{{\"$message_type\":\"diagnostic\",\"message\":\"{message}\",\"code\":null,\"level\":\"warning\",\
         \"spans\":[],\"children\":[],\"rendered\":\"warning: {message}\\n\\n\"}}\n"
    )
}

#[test]
fn the_count_of_warnings_leaves_ours_out() {
    let mut filter = filter();
    assert_eq!(passed(&mut filter, &summary("1 warning emitted")), Some(summary("1 warning emitted")));
    filter.pass(diagnostic("m", &lint("unsafe_code"), "a.rs").as_bytes());
    filter.pass(diagnostic("m", &lint("missing_unsafe_on_extern"), "a.rs").as_bytes());
    assert_eq!(passed(&mut filter, &summary("2 warnings emitted")), None);
    assert_eq!(passed(&mut filter, &summary("3 warnings emitted")), Some(summary("1 warning emitted")));
    assert_eq!(passed(&mut filter, &summary("9 warnings emitted")), Some(summary("7 warnings emitted")));
    let aborted = "aborting due to 1 previous error";
    assert_eq!(
        passed(&mut filter, &summary(&format!("{aborted}; 2 warnings emitted"))),
        Some(summary(aborted))
    );
    assert_eq!(
        passed(&mut filter, &summary(&format!("{aborted}; 3 warnings emitted"))),
        Some(summary(&format!("{aborted}; 1 warning emitted")))
    );
}

/// The crate chooses recursion_limit, and each macro level nests the JSON deeper.
#[test]
fn depth_is_no_danger() {
    let mut filter = filter();
    let deep = 1_000_000;
    let line = format!(
        "{{\"$message_type\":\"diagnostic\",\"x\":{}1{},\"code\":{{\"code\":\"unsafe_code\"}},\"spans\":[]}}\n",
        "{\"a\":[".repeat(deep),
        "]}".repeat(deep)
    );
    assert_eq!(passed(&mut filter, &line), None);
    assert_eq!(filter.report(), "{\"lint\":\"unsafe_code\",\"file\":\"\",\"line\":0,\"column\":0}");
}

#[test]
fn errors_are_those_of_rustc() {
    let error = diagnostic("m", "null", "a.rs").replacen("warning", "error", 1);
    assert!(is_error(error.as_bytes()));
    assert!(is_error(format!("printed by a macro{error}").as_bytes()));
    assert!(!is_error(diagnostic("m", "null", "a.rs").as_bytes()));
    assert!(!is_error(b"\"level\":\"error\"\n"));
}
