/** Reads what `cargo test` prints. */

/**
 * The outcome (`ok`, `failed`, `ignored`) of each test, by binary and test name with a NUL between them. Doctests
 * are left out: rustdoc compiles and runs them by itself, and `cackle test` never does. Throws when a binary's own
 * count is another than what was read of it.
 * @param {string} text standard output and standard error of cargo, in the order in which they came
 * @returns {Map<string, string>} */
export function outcomesIn(text) {
  /** @type {Map<string, string>} */
  const outcomes = new Map();
  /** @type {string | undefined} */
  let binary;
  let read = 0;
  for (const line of text.split('\n')) {
    if (/^ +Doc-tests /.test(line)) binary = undefined;
    // `Running unittests src/main.rs (target/debug/deps/tool-0123456789abcdef)`
    const running = /^ +Running (.+) \((?:.*\/)?([^/]+?)(?:-[0-9a-f]{16})?\)$/.exec(line);
    if (running !== null) {
      binary = `${running[1]} (${running[2]})`;
      read = 0;
    }
    if (binary === undefined) continue;
    const [, test, outcome] =
      /^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)(?:, .*)?$/.exec(line) ?? [];
    if (test !== undefined && outcome !== undefined) {
      outcomes.set(`${binary}\0${test}`, outcome.toLowerCase());
      read++;
    }
    const total = /^test result: .* (\d+) passed; (\d+) failed; (\d+) ignored;/.exec(line);
    if (total === null) continue;
    const said = total.slice(1).reduce((sum, count) => sum + Number(count), 0);
    if (said !== read) throw new Error(`${binary} ran ${said} tests, but ${read} were read`);
    binary = undefined;
  }
  return outcomes;
}
