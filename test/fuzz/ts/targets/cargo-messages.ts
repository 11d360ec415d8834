// cargo's output: messages say what JSON says, lines and progress are the same wherever chunks end, and no text is lost.
import { CargoStderr, readCargoMessage } from '../../../../engine/build/cargo-messages.ts';
import { Lines } from '../../../../engine/build/lines.ts';
import { holds, same } from '../target.ts';

export const words =
  '"reason": "compiler-artifact" "build-script-executed" "package_id": "target": "name": "kind": "crate_types": "src_path": "profile": "test": "filenames": "executable": "fresh": "out_dir": null true [] {} \u001b[K \r \n Building [=> ] 1/2: __proto__'.split(
    ' ',
  );

export const seeds = [
  '\x05{"reason":"compiler-artifact","package_id":"p 0.1.0","manifest_path":"/p/Cargo.toml","target":{"kind":["lib"],"crate_types":["lib"],"name":"p","src_path":"/p/src/lib.rs","edition":"2021"},"profile":{"opt_level":"0","debuginfo":1,"test":false},"features":[],"filenames":["/t/libp.rlib"],"executable":null,"fresh":true}\n',
  '\x09{"reason":"build-script-executed","package_id":"p","linked_libs":[],"env":[["A","\u2028"]],"out_dir":"/t/out"}\n{"reason":"build-finished","success":true}\n',
  '\x03\x1b[1m\x1b[32m   Compiling\x1b[0m a v1.0.0\r\n    Building [=====>   ] 3/12: a, b(build)\r\x1b[K\x1b[33mwarning\x1b[0m: x\n    Building [      ] 1/2\r',
];

/** Where the object names what it must have. */
function field(value: unknown, ...path: string[]): unknown {
  let current = value;
  for (const key of path) current = (current as Record<string, unknown> | undefined)?.[key];
  return current;
}

type Shown = string | { built: number; total: number; current: string };

/** What stderr shows when it comes in pieces of `size`. */
function shownOf(text: string, size: number): Shown[] {
  const shown: Shown[] = [];
  const stderr = new CargoStderr(
    (progress) => shown.push({ ...progress }),
    (line) => shown.push(line),
  );
  for (let at = 0; at < text.length; at += size) stderr.write(text.slice(at, at + size));
  stderr.end();
  return shown;
}

export function read(data: Buffer): unknown {
  const text = data.toString();
  return [new Lines().add(data), shownOf(text, 4096), messageOf(text)];
}

function messageOf(line: string): ReturnType<typeof readCargoMessage> | undefined {
  try {
    return readCargoMessage(line);
  } catch {
    // Any error says that cargo's message cannot be read, and ends the check.
    return undefined;
  }
}

export function fuzz(data: Buffer): void {
  const size = 1 + ((data[0] ?? 0) % 32);
  const rest = data.subarray(1);
  const cutter = new Lines();
  const lines: Buffer[] = [];
  for (let at = 0; at < rest.length; at += size)
    lines.push(...cutter.add(rest.subarray(at, at + size)));
  const end = cutter.end();
  const joined = Buffer.concat(
    lines.flatMap((line) => [line, Buffer.from('\n')]).concat(end ?? []),
  );
  holds(joined.equals(rest), 'lines', rest.toString('latin1'));
  const text = rest.toString();
  const shown = shownOf(text, size);
  same(shown, shownOf(text, text.length), 'in pieces');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: cargo clears lines with them
  const letters = (of: string): string => of.replace(/\x1b\[K|\s/g, '');
  let left = letters(text);
  for (const line of shown) {
    if (typeof line !== 'string') continue;
    const at = left.indexOf(letters(line));
    holds(at >= 0, 'text that nobody wrote', line);
    left = left.slice(at + letters(line).length);
  }
  for (const line of lines) check(line.toString());
}

function check(line: string): void {
  const message = messageOf(line);
  if (message === undefined) return;
  const json: unknown = JSON.parse(line);
  const reason = field(json, 'reason');
  if (message.kind === 'other') {
    holds(
      typeof reason === 'string' &&
        !['compiler-artifact', 'build-script-executed'].includes(reason),
      'passed over',
      line,
    );
  } else if (message.kind === 'executed') {
    same(
      [message.packageId, message.outDir, 'build-script-executed'],
      [field(json, 'package_id'), field(json, 'out_dir'), reason],
      'executed',
    );
  } else {
    const { artifact } = message;
    same(
      [
        ...[artifact.packageId, artifact.targetName, artifact.targetKind],
        ...[artifact.sourcePath, artifact.isTest, artifact.filenames, artifact.fresh],
        artifact.executable ?? null,
      ],
      [
        ...[
          field(json, 'package_id'),
          field(json, 'target', 'name'),
          field(json, 'target', 'kind'),
        ],
        ...[
          field(json, 'target', 'src_path'),
          field(json, 'profile', 'test'),
          field(json, 'filenames'),
          field(json, 'fresh'),
        ],
        field(json, 'executable') ?? null,
      ],
      'artifact',
    );
  }
}
