// The shim's messages: what is taken says what JSON says, all else is a ShimGoneError, and raw bytes survive the wire.
import { bytesOf, hasRawBytes } from '../../../../engine/build/encoding.ts';
import {
  exitStatus,
  readDone,
  readHello,
  ShimGoneError,
} from '../../../../engine/build/protocol.ts';
import { holds, same, unless } from '../target.ts';

export const words =
  '"role": "rustc" "linker" "build-script" "runner" "rustdoc" "token": "executable": "cwd": "args": "env": [["A","b"]] {"done": "status": "signal": "spawnError": "tooLong": "stdout": "stderr": "lints": "lint": "file": "line": "column": \\udc80 \\ud800 null true -1 1e400 __proto__'.split(
    ' ',
  );

export const seeds = [
  '{"role":"rustc","token":"0123","executable":"/t/rustc","cwd":"/p","args":["rustc","--crate-name","a","\\udc80"],"env":[["CARGO_PKG_NAME","a"],["B","\\ud83d\\ude00"]]}',
  '{"role":"build-script","token":"","executable":"b","cwd":"/","args":[],"env":[["A","1"],["A","2"]]}',
  '{"done":{"status":0,"stdout":"","stderr":"eA==","lints":[{"lint":"unsafe_code","file":"a.rs","line":1,"column":2}]}}',
  '{"done":{"signal":9,"tooLong":true,"spawnError":"x"}}',
  'plain \xff\x80 bytes',
];

export function read(data: Buffer): unknown {
  try {
    return readHello(data);
  } catch {
    return [bytesOf(data.toString()), readDone(data)];
  }
}

/** A string as the shim writes it (engine/shim/src/json.rs): U+DC00 + byte for each byte that is no UTF-8. */
function onTheWire(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((n) => {
      const part = bytes.subarray(at, at + n);
      return part.length === n && Buffer.from(part.toString()).equals(part);
    });
    text +=
      length === undefined
        ? String.fromCharCode(0xdc00 + (bytes[at] as number))
        : bytes.subarray(at, at + length).toString();
    at += length ?? 1;
  }
  return text;
}

export function fuzz(data: Buffer): void {
  if (data.length < 256) {
    const wire = onTheWire(data);
    // As JSON and back, as it comes.
    const back: unknown = JSON.parse(JSON.stringify(wire));
    same(back, wire, 'JSON');
    holds(bytesOf(wire).equals(data), 'bytes', data.toString('latin1'));
    same(hasRawBytes(wire), !Buffer.from(data.toString()).equals(data), 'raw bytes');
  }
  const hello = unless(ShimGoneError, () => readHello(data));
  if (hello !== undefined) {
    const json = JSON.parse(data.toString());
    const { role, token, executable, cwd, args } = json;
    same(
      [hello.role, hello.token, hello.executable, hello.cwd, hello.args],
      [role, token, executable, cwd, args],
      'hello',
    );
    // Of one name the last counts, as in the environment of a program.
    same([...hello.env], [...new Map(json.env)], 'env');
    for (const argument of hello.args) bytesOf(argument);
  }
  const done = unless(ShimGoneError, () => readDone(data));
  if (done !== undefined) {
    const json = JSON.parse(data.toString()).done;
    for (const [key, value] of Object.entries(done))
      if (key !== 'lints') same(value, json[key], key);
    same(done.lints?.length, json.lints?.length, 'lints');
    const status = exitStatus(done);
    holds(typeof status === 'number', 'exit status', status);
    holds(status !== 0 || json.status === 0 || json.signal !== undefined, 'a success', json);
  }
}
