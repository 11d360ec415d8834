import { expect, test } from 'vitest';
import { outcomesIn } from './libtest.mjs';

// The comparison with `cargo test` is worth as much as what is read of its output.

const printed = `   Compiling tool v1.0.0
     Running unittests src/main.rs (target/debug/deps/tool-0123456789abcdef)

running 4 tests
test a::adds ... ok
test panics - should panic ... ok
test slow ... ignored, takes long
test fails ... FAILED

failures:
    fails

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/all.rs (/elsewhere/my target/deps/all-fedcba9876543210)
test a::adds ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests tool
test src/lib.rs - (line 1) ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
`;

test('each test by binary, name and outcome; no doctests', () => {
  expect([...outcomesIn(printed)].map(([key, outcome]) => [...key.split('\0'), outcome])).toEqual([
    ['unittests src/main.rs (tool)', 'a::adds', 'ok'],
    ['unittests src/main.rs (tool)', 'panics', 'ok'],
    ['unittests src/main.rs (tool)', 'slow', 'ignored'],
    ['unittests src/main.rs (tool)', 'fails', 'failed'],
    ['tests/all.rs (all)', 'a::adds', 'ok'],
  ]);
});

test('a line that was not understood is missed in the count', () => {
  expect(() => outcomesIn(printed.replace('fails ... FAILED', 'fails ... noise FAILED'))).toThrow(
    'ran 4 tests, but 3 were read',
  );
});
