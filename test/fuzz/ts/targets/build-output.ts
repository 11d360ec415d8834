// What a build script prints: instructions are those that cargo sees, whatever is refused of them is gone, and no other line.

import { isInstructionAllowed, neverAllowed } from '../../../../engine/config/instruction-rules.ts';
import {
  instructionsOf,
  watchedPaths,
  withoutInstructions,
} from '../../../../engine/judge/build-instructions.ts';
import { holds, same } from '../target.ts';

export const words =
  'cargo: cargo:: rustc-env= rustc-link-lib= rustc-link-search=native= rustc-flags= -l -L rustc-cfg= rustc-check-cfg=cfg( rustc-link-arg-bins= rerun-if-changed= rerun-if-env-changed= warning= error= metadata= @ CACKLE_ LD_PRELOAD PATH= RUSTC= CARGO_PKG_NAME \u0085 \u00a0 \u3000 \ufeff \r \u2028'.split(
    ' ',
  );

export const seeds = [
  'cargo:rustc-link-lib=static=a\n cargo::rustc-env=A=b \ncargo:rerun-if-changed=src\ncargo:rustc-cfg=x\ntext cargo:x\n',
  '\u00a0cargo:rustc-flags=-l a -L@b\u3000\r\ncargo:root=/x\n\ufeffcargo:rustc-env=PATH=c\ncargo:rustc-link-arg=-Wl,@f',
];

/** Rust's `char::is_whitespace`. */
const BLANK =
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';

/** A line as cargo reads it, letter by letter. */
function trim(line: string): string {
  const letters = [...line];
  while (letters.length > 0 && BLANK.includes(letters[0] as string)) letters.shift();
  while (letters.length > 0 && BLANK.includes(letters.at(-1) as string)) letters.pop();
  return letters.join('').replace(/^cargo::/, 'cargo:');
}

export function read(data: Buffer): unknown {
  const found = instructionsOf(data) ?? [];
  return [
    withoutInstructions(data, found),
    watchedPaths(data),
    found.map((line) => isInstructionAllowed(line, ['cargo:rustc-env=*', line])),
  ];
}

export function fuzz(data: Buffer): void {
  const found = instructionsOf(data);
  const text = data.toString();
  same(found === undefined, !Buffer.from(text).equals(data), 'UTF-8');
  if (found === undefined) return;
  const lines = text.split('\n');
  const seen = lines.map(trim).filter((line) => line.startsWith('cargo:'));
  const harmless = /^cargo:(?:rerun-if-[a-z-]+|warning|error|rustc-cfg|rustc-check-cfg)(?:=|$)/;
  for (const line of seen)
    holds(found.includes(line) || harmless.test(line), 'an instruction that is passed over', line);
  for (const line of found) {
    holds(seen.includes(line), 'an instruction that nobody gave', line);
    holds(
      !/^cargo:rustc-(?:check-)?cfg=\s*@/.test(line) || neverAllowed(line) !== undefined,
      'a file of options',
      line,
    );
    // A rule for exactly this allows it, unless none may; a rule for another never does.
    same(isInstructionAllowed(line, [line]), neverAllowed(line) === undefined, 'its own rule');
    holds(!isInstructionAllowed(line, [`${line}x`]), 'the rule of another', line);
  }
  const left = withoutInstructions(data, found);
  same(left, lines.filter((line) => !found.includes(trim(line))).join('\n'), 'what is left');
  same(instructionsOf(Buffer.from(left)), [], 'left over');
  const watched = watchedPaths(data);
  for (const path of watched ?? []) holds(text.includes(path), 'a path from nowhere', path);
  same(watched === undefined, !seen.some((line) => line.startsWith('cargo:rerun-if-')), 'watched');
}
