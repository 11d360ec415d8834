import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { check, fixture, run, short } from '../support/cackle.ts';
import { filesOf } from '../support/fixtures.ts';
import { sampled } from '../support/whole.ts';
import { expectClean, expectRefusal, program, refused } from './support.ts';

// Rule 6.11: a path may hold any character; what is judged does not depend on it.

/** What a check finds in these files: a usage, and an instruction that is not allowed. */
const expected = ['disallowed-api simple env', 'disallowed-build-instruction simple'];

/** A program, a proc macro and a build script, in a directory of that name. */
const at = (name: string): string => fixture('usage-and-instruction', { as: name });

test.each(
  sampled([
    [
      'what a shell, a makefile or a TOML string would take for its own',
      `-n  "a" 'b' \`c\` $HOME $(id) *?[a]{b,c};&|<>!~ #hash a,b=c back\\slash\\n \\`,
    ],
    ['letters outside ASCII', 'ñäß 漢字 🦀 e\u0301'],
    ['tabs and spaces', 'a\tb  c '],
  ]),
)('%s', async (name, path) => {
  const directory = at(`path ${path}`);
  const first = await check(directory);
  expect(first.problems.map(short).sort(), name).toEqual(expected);
  const usages = first.problems.flatMap((p) => ('usages' in p ? p.usages : []));
  expect(new Set(usages.map(({ place }) => place.file))).toEqual(
    new Set([join(directory, 'src/main.rs')]),
  );
  const second = await check(directory);
  expect(second.problems).toEqual(first.problems);
  expect(second.counts.unitsBuilt).toBe(0);
});

test('a line break, at which dep-info and files of arguments would be read otherwise than they are meant', async () => {
  const stderr = await refused(at('path a\nb'));
  expect(stderr).toContain('has a line break');
});

test('a target directory with such a name', async () => {
  const directory = at('path-target');
  const report = await check(directory, [], { CARGO_TARGET_DIR: join(directory, `t "ä" $x #\\`) });
  expect(report.problems.map(short).sort()).toEqual(expected);
});

test('a percent sign, which lld cannot have in an output', async () => {
  const directory = at('path %20 %');
  const target = `${directory.slice(0, directory.indexOf(' %20'))} percent target`;
  const report = await check(directory, [], { CARGO_TARGET_DIR: target });
  expect(report.problems.map(short).sort()).toEqual(expected);
  expect(await refused(directory)).toContain('cannot open output file');
});

test('a colon, which cargo refuses: its own message', async () => {
  const stderr = await refused(at('path a:b'));
  expect(stderr).toContain('path segment contains separator');
  expect(stderr).toContain('cargo says why above');
});

describe('names that are not UTF-8', () => {
  // Not below the clone: tools that walk it cannot cope with such names.
  const place = mkdtempSync(join(tmpdir(), 'cackle-paths-'));
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  test('the path of the workspace', async () => {
    const name = Buffer.concat([Buffer.from(`${place}/path `), Buffer.from([0xff])]);
    mkdirSync(Buffer.concat([name, Buffer.from('/src')]), { recursive: true });
    const source = fixture('simple');
    for (const file of filesOf(source))
      writeFileSync(
        Buffer.concat([name, Buffer.from(`/${file}`)]),
        readFileSync(join(source, file)),
      );
    // Node takes text only as arguments; a shell takes bytes.
    const shell = (line: string) => {
      const script = `cd '${place}' && odd="path $(printf '\\377')" && ${line}`;
      return run('sh', ['-c', script, 'sh', ...program, '-n']);
    };
    for (const line of ['cd "$odd" && exec "$@"', 'exec "$@" --path "$odd"']) {
      const stderr = expectRefusal(await shell(line));
      expect(stderr).toContain('its name is not UTF-8');
      expect(stderr).toContain('rename the directory');
    }
  });

  test('a file that no crate uses', async () => {
    const directory = join(place, 'package');
    cpSync(fixture('simple'), directory, { recursive: true });
    writeFileSync(
      Buffer.concat([Buffer.from(`${directory}/src/`), Buffer.from([0xfe]), Buffer.from('.rs')]),
      'pub fn count() -> usize { std::env::args().count() }\n',
    );
    await expectClean(directory);
  });
});
