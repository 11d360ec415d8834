import { describe, expect, test } from 'vitest';
import { applyEdits, type Edit, EditError, type EditStep } from '../../engine/config/edit/edit.ts';
import type { ScopeSuffix } from '../../engine/config/types.ts';
import { dataOf } from './support.ts';

const edit = (...steps: EditStep[]): Edit => ({ steps });
const allow = (name: string, suffix: ScopeSuffix, value: string): Edit =>
  edit({ kind: 'allow', scope: { package: name, suffix }, list: 'allow_apis', value });
const remove = (name: string, value: string): Edit =>
  edit({ kind: 'remove', path: ['pkg', name, 'allow_apis'], value });
const permit = (name: string, suffix: ScopeSuffix): Edit =>
  edit({ kind: 'permit', scope: { package: name, suffix }, flag: 'allow_unsafe' });
const drop = (name: string): Edit => edit({ kind: 'drop', path: ['pkg', name] });

/** Lines without the indentation that the test's own code gives them. */
function toml(parts: TemplateStringsArray): string {
  const lines = (parts.raw[0] as string).split('\n').slice(1, -1);
  const indent = Math.min(
    ...lines.filter((l) => l.trim() !== '').map((l) => l.length - l.trimStart().length),
  );
  return lines.map((l) => `${l.slice(indent)}\n`).join('');
}

describe('rules 5.22, 5.23: a new permission', () => {
  test('makes [pkg.x] with dotted keys, in order among sorted tables, with its comment', () => {
    const before = toml`
      # ours
      [pkg.a]
      allow_unsafe = true

      # theirs
      [pkg.d]
      allow_unsafe = true
    `;
    expect(applyEdits(before, [{ ...allow('c', 'build', 'fs'), comment: 'asked in #7' }])).toBe(
      toml`
        # ours
        [pkg.a]
        allow_unsafe = true

        [pkg.c]
        # asked in #7
        build.allow_apis = ["fs"]

        # theirs
        [pkg.d]
        allow_unsafe = true
      `,
    );
  });

  test('goes after the last package where they are in no order', () => {
    const before = toml`
      [pkg.d]
      allow_unsafe = true
      [pkg.a]
      allow_unsafe = true

      [sandbox]
      kind = "Disabled"
    `;
    expect(applyEdits(before, [allow('b', '', 'fs')])).toBe(toml`
      [pkg.d]
      allow_unsafe = true
      [pkg.a]
      allow_unsafe = true

      [pkg.b]
      allow_apis = ["fs"]

      [sandbox]
      kind = "Disabled"
    `);
  });

  test.each([
    ['a table of the scope', '[pkg.x.build]\n', '[pkg.x.build]\nallow_apis = ["fs"]\n'],
    [
      'dotted keys at the top',
      'pkg.x.allow_unsafe = true # a\n',
      'pkg.x.allow_unsafe = true # a\npkg.x.build.allow_apis = ["fs"]\n',
    ],
    [
      'an inline table',
      'pkg.x = { allow_unsafe = true } # a\n',
      'pkg.x = { allow_unsafe = true, build.allow_apis = ["fs"] } # a\n',
    ],
    ['an empty inline table', '[pkg]\nx = {}\n', '[pkg]\nx = { build.allow_apis = ["fs"] }\n'],
    [
      'a list in an inline table',
      'pkg.x = { build = { allow_apis = ["net"] } }\n',
      'pkg.x = { build = { allow_apis = ["fs", "net"] } }\n',
    ],
    [
      'a quoted name',
      '[pkg."x"]\n  allow_unsafe = true\n',
      '[pkg."x"]\n  allow_unsafe = true\n  build.allow_apis = ["fs"]\n',
    ],
    [
      'a table below the scope only',
      '[pkg.w]\n# s\n[pkg.x.build.sandbox]\nallow_network = true\n',
      '[pkg.w]\n\n[pkg.x.build]\nallow_apis = ["fs"]\n\n# s\n[pkg.x.build.sandbox]\nallow_network = true\n',
    ],
    [
      'no end of line',
      '[pkg.x]\nallow_unsafe = true',
      '[pkg.x]\nallow_unsafe = true\nbuild.allow_apis = ["fs"]\n',
    ],
    ['an empty file', '', '[pkg.x]\nbuild.allow_apis = ["fs"]\n'],
    [
      'other line ends',
      '[pkg.w]\r\n\r\n[pkg.y]\r\n',
      '[pkg.w]\r\n\r\n[pkg.x]\r\nbuild.allow_apis = ["fs"]\r\n\r\n[pkg.y]\r\n',
    ],
    ['a byte order mark', '\ufeff[pkg.x.build]\n', '\ufeff[pkg.x.build]\nallow_apis = ["fs"]\n'],
  ])('follows the spelling that is there: %s', (_, before, after) => {
    expect(applyEdits(before, [allow('x', 'build', 'fs')])).toBe(after);
  });

  test('quotes a name that cannot stand bare', () => {
    expect(
      applyEdits('', [edit({ kind: 'add', path: ['api', 'x::fs', 'include'], values: ['x'] })]),
    ).toBe('[api."x::fs"]\ninclude = ["x"]\n');
  });

  test('takes from narrower scopes what a wider one now allows, and the list and table that held only it', () => {
    const before = toml`
      [pkg.x]
      build.allow_apis = ["fs"] # why

      [pkg.x.test]
      allow_apis = [
          "fs",
          "net",
      ]

      [pkg.x.from.test]
      allow_apis = ["fs"]

      [pkg.y]
    `;
    expect(applyEdits(before, [allow('x', '', 'fs')])).toBe(toml`
      [pkg.x]
      # why
      allow_apis = ["fs"]

      [pkg.x.test]
      allow_apis = [
          "net",
      ]

      [pkg.y]
    `);
  });

  test('is no edit where a wider scope allows it already', () => {
    const before = '[pkg.x]\nfrom.build.allow_apis = ["fs"]\nallow_unsafe = true\n';
    expect(applyEdits(before, [allow('x', 'build', 'fs'), permit('x', 'test')])).toBe(before);
  });

  test('turns a false into true, and leaves a narrower false alone', () => {
    const before = toml`
      [pkg.x]
      allow_unsafe = false # not yet
      from.build.allow_unsafe = false
      build.allow_unsafe = true
      test.allow_unsafe = true
    `;
    expect(applyEdits(before, [permit('x', '')])).toBe(toml`
      [pkg.x]
      allow_unsafe = true # not yet
      from.build.allow_unsafe = false
      build.allow_unsafe = true
    `);
  });

  test('keeps an explicit build section', () => {
    const explicit = '[common]\nversion = 3\nexplicit_build_scripts = true\n\n';
    const before = `${explicit}[pkg.x]\nbuild.allow_apis = ["fs"]\n\n[pkg.y.build]\nallow_apis = ["fs"]\n`;
    expect(applyEdits(before, [allow('x', '', 'fs'), allow('y', '', 'fs')])).toBe(
      `${explicit}[pkg.x]\nbuild.allow_apis = []\nallow_apis = ["fs"]\n\n[pkg.y]\nallow_apis = ["fs"]\n\n[pkg.y.build]\n`,
    );
  });
});

describe('rule 5.22: an item of a list', () => {
  test('goes into a sorted list in order, before what is said of the next', () => {
    const before = toml`
      [pkg.x]
      allow_apis = [ # agreed
        "env", # paths
        # for the updater
        'net',

        "process" # last
      ]
    `;
    const after = toml`
      [pkg.x]
      allow_apis = [ # agreed
        "env", # paths
        # templates
        "fs",
        # for the updater
        'net',

        "process", # last
        "terminate",
      ]
    `;
    const edits = [{ ...allow('x', '', 'fs'), comment: 'templates' }, allow('x', '', 'terminate')];
    expect(applyEdits(before, edits)).toBe(after);
  });

  test.each([
    ['one line becomes one item a line', '["net"] # x', '[\n    "fs",\n    "net",\n] # x'],
    [
      'an unsorted list is appended to',
      '["net", "env"]',
      '[\n    "net",\n    "env",\n    "fs",\n]',
    ],
    ['the only item stays on its line', '[]', '["fs"]'],
    ['an empty list of lines', '[\n  # none\n]', '[\n  # none\n    "fs",\n]'],
    ['quotes are those of the list', "['env']", "[\n    'env',\n    'fs',\n]"],
    ['a bracket on the last line moves down', '["db",\n  "env"]', '["db",\n  "env",\n  "fs",\n]'],
    ['packed lines are broken once', '[\n  "db", "net",\n]', '[\n  "db",\n  "fs",\n  "net",\n]'],
  ])('%s', (_, before, after) => {
    const text = (list: string): string => `[pkg.x]\nallow_apis = ${list}\n`;
    expect(applyEdits(text(before), [allow('x', '', 'fs')])).toBe(text(after));
  });

  test.each([
    ['in a line', '["fs", "net"]', '["net"]'],
    ['the last in a line', '["env", "fs"] # x', '["env"] # x'],
    ['a line of its own', '[\n  "fs",\n  "net",\n]', '[\n  "net",\n]'],
    ['with a comment, which stays', '[\n  "fs", # a\n  "net",\n]', '[\n  # a\n  "net",\n]'],
    ['the last without a comma', '[\n  "env",\n  "fs"\n]', '[\n  "env",\n]'],
    ['the only one, of which there is a comment', '[\n  "fs", # a\n]', '[\n  # a\n]'],
    ['packed', '[\n  "env", "fs",\n  "net", \n]', '[\n  "env",\n  "net", \n]'],
  ])('is removed: %s', (_, before, after) => {
    const text = (list: string): string => `[pkg.x]\nallow_apis = ${list}\n`;
    expect(applyEdits(text(before), [remove('x', 'fs')])).toBe(text(after));
  });
});

describe('rule 5.23: what is taken away', () => {
  test('the emptied list goes, the table with it, and one of the blank lines around', () => {
    const before = '[common]\nversion = 3\n\n[pkg.x]\nallow_apis = ["fs"]\n\n[pkg.y]\n';
    expect(applyEdits(before, [remove('x', 'fs')])).toBe('[common]\nversion = 3\n\n[pkg.y]\n');
  });

  test('a table of which something is said stays', () => {
    const before = '[pkg.x] # for now\nallow_apis = ["fs"]\n';
    expect(applyEdits(before, [remove('x', 'fs')])).toBe('[pkg.x] # for now\n');
  });

  test('an inline table that held only it goes', () => {
    const before = '[pkg]\nx = { build = {}, allow_apis = ["fs"] }\ny = { allow_apis = ["fs"] }\n';
    expect(applyEdits(before, [remove('x', 'fs'), remove('y', 'fs')])).toBe(
      '[pkg]\nx = { build = {} }\n',
    );
  });

  test('a package goes whole, and every comment stays', () => {
    const before = toml`
      pkg.x.test.allow_unsafe = true

      # A
      [pkg.w]

      # B
      [pkg.x.build] # C
      allow_apis = [ # D
          # E
          "fs", # F
      ]

      [pkg.x.from.build]
      allow_unsafe = true

      [pkg.z]
    `.replace('pkg.x.test.allow_unsafe = true\n\n', '');
    expect(applyEdits(before, [drop('x')])).toBe(toml`
      # A
      [pkg.w]

      # B
      # C
      # D
      # E
      # F

      [pkg.z]
    `);
  });
});

test('a scalar is replaced in its place', () => {
  const step: EditStep = { kind: 'set', path: ['common', 'version'], value: 3 };
  expect(applyEdits('[common]\nversion =  1 # old\n', [edit(step)])).toBe(
    '[common]\nversion =  3 # old\n',
  );
});

test("a user's comment is TOML whatever is in it", () => {
  const text = applyEdits('', [{ ...permit('x', ''), comment: 'a\u0007b\n\n# c "' }]);
  expect(text).toBe('[pkg.x]\n# a b\n#\n# # c "\nallow_unsafe = true\n');
});

test("what a crate names is written so that a reader sees all of it, in the list's own quotes or not", () => {
  const value = 'a\u202e"b\u{e0001}\u007f\u0000';
  const text = applyEdits("[pkg.x]\nallow_apis = ['A']\n", [allow('x', '', value)]);
  expect(text).toBe(
    `[pkg.x]\nallow_apis = [\n    'A',\n    "a\\u202E\\"b\\U000E0001\\u007F\\u0000",\n]\n`,
  );
  expect(dataOf(text)).toEqual({ pkg: { x: { allow_apis: ['A', value] } } });
});

test('a text that cannot be edited is refused with its line', () => {
  expect(() => applyEdits('[pkg.x\n', [permit('x', '')])).toThrow(EditError);
  expect(() => applyEdits('\npkg.x.allow_apis = "fs"\n', [allow('x', '', 'fs')])).toThrow(
    /line 2: a list was expected/,
  );
  expect(() => applyEdits('pkg.x = 3\n', [permit('x', '')])).toThrow(/line 1: pkg.x is no table/);
});
