import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../engine/config/edit/edit.ts';
import { parseConfig } from '../../engine/config/read.ts';
import type { Fix, FixKnowledge } from '../../engine/fixes/types.ts';
import { adviceFor, fixesFor } from '../../engine/problems/fixes.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { isSettledBy } from '../../engine/problems/kinds.ts';
import { apiProblem, exporting, read, usage } from './support.ts';

const base = '[common]\nversion = 3\nimport_std = ["fs", "net"]\n\n[sandbox]\nkind = "Disabled"\n';
const named = { packageName: 'x', packageLabel: 'x' };
const configPlace = { line: 1, column: 1 };
const place = { file: 'src/lib.rs', line: 1, column: 1 };

/** What each fix adds to a text (its new lines), best first. */
function added(problem: Problem, text = base, known: FixKnowledge = {}): string[] {
  const old = text.split('\n');
  return fixesFor(problem, text === '' ? undefined : read(text), known).map(({ edit }) =>
    applyEdits(text, [edit])
      .split('\n')
      .filter((line) => line !== '' && !old.includes(line))
      .join('\n'),
  );
}

describe('fixes of each problem, best first', () => {
  test('rule 5.1: no configuration: the recommended one, or an empty one, and what is asked next', () => {
    const problem: Problem = { kind: 'configuration-missing' };
    expect(added(problem, '')).toEqual([
      '[common]\nversion = 3\nimport_std = [\n    "fs",\n    "net",\n    "process",\n]',
      '[common]\nversion = 3',
    ]);
    const [recommended, empty] = fixesFor(problem, undefined);
    expect(recommended?.asksNext).toEqual([{ kind: 'sandbox-not-chosen' }]);
    expect(empty?.asksNext?.map((next) => ('api' in next ? next.api : next.kind))).toEqual([
      'sandbox-not-chosen',
      'fs',
      'env',
      'net',
      'unix_sockets',
      'process',
      'terminate',
    ]);
  });

  test('rule 5.2: no sandbox chosen: Bubblewrap, Disabled; where it does not work Auto, for Landlock; refused with a hint what does not, and then last', () => {
    const text = '[common]\nversion = 3\n\n[pkg.x]\n';
    const problem: Problem = { kind: 'sandbox-not-chosen' };
    expect(added(problem, text)).toEqual([
      '[sandbox]\nkind = "Bubblewrap"',
      '[sandbox]\nkind = "Disabled"',
    ]);
    expect(adviceFor(problem)?.text).toBe('[sandbox]\nkind = "Bubblewrap"');
    const first = (known: FixKnowledge): [string, (string | undefined)[]] => {
      const fixes = fixesFor(problem, read(text), known);
      const edited = applyEdits(text, [fixes[0]?.edit ?? { steps: [] }]);
      return [/kind = "(\w+)"/.exec(edited)?.[1] ?? '', fixes.map((fix) => fix.refused)];
    };
    const bubblewrapFault = 'install bwrap';
    expect(first({ bubblewrapFault })).toEqual(['Auto', [undefined, undefined, bubblewrapFault]]);
    const landlockFault = 'boot with it';
    expect(first({ bubblewrapFault, landlockFault })).toEqual([
      'Disabled',
      [undefined, landlockFault, bubblewrapFault],
    ]);
  });

  test('rule 5.3: built-in API on offer: import, inline, ignore', () => {
    expect(added({ kind: 'std-api-on-offer', api: 'terminate' })).toEqual([
      'import_std = [\n    "fs",\n    "net",\n    "terminate",\n]',
      '[api.terminate]\ninclude = [\n    "std::process::abort",\n    "std::process::exit",\n]',
      '',
    ]);
  });

  test('rule 5.4: disallowed API: the exact scope, each wider one, then exclude below an include', () => {
    const usages = [usage(['std::fs::write::a']), usage(['std::fs::write::b'])];
    expect(added(apiProblem('x', 'build', 'fs', usages))).toEqual([
      '[pkg.x]\nbuild.allow_apis = ["fs"]',
      '[pkg.x]\nfrom.build.allow_apis = ["fs"]',
      '[pkg.x]\nallow_apis = ["fs"]',
      '[api.fs]\nexclude = ["std::fs::write"]',
    ]);
    expect(added(apiProblem('x', 'from.test', 'fs', usages))).toEqual([
      '[pkg.x]\nfrom.test.allow_apis = ["fs"]',
      '[pkg.x]\nallow_apis = ["fs"]',
      '[api.fs]\nexclude = ["std::fs::write"]',
    ]);
  });

  test('rule 5.4: nothing is excluded that is an include, above one, or common to nothing', () => {
    for (const targets of [
      [['std::fs::write'], ['std::fs::read']],
      [['std::fs::write'], ['std::path::Path']],
      [['std::fs::write', 'std::path::Path']],
    ]) {
      const problem = apiProblem(
        'x',
        '',
        'fs',
        targets.map((names) => usage(names)),
      );
      expect(added(problem)).toEqual(['[pkg.x]\nallow_apis = ["fs"]']);
    }
  });

  test('rule 5.5: off-tree API: allow, exclude', () => {
    const problem: Problem = {
      ...apiProblem('either-or', '', 'net', [
        usage(['std::net::TcpStream::read'], ['core::fmt::write', 'either_or::Either::left']),
        usage(['std::net::TcpStream::peek'], ['tokio::io', 'either_or::Either::right']),
      ]),
      kind: 'off-tree-api',
      providedBy: 'tokio',
    };
    expect(added(problem)).toEqual([
      '[pkg.either-or]\nallow_apis = ["net"]',
      '[api.net]\nexclude = ["std::net::TcpStream"]',
    ]);
    const unnamed = { ...problem, usages: [usage(['std::net'], ['core::ops::call', 'tokio::x'])] };
    expect(added(unnamed)).toEqual(['[pkg.either-or]\nallow_apis = ["net"]']);
  });

  test.each<[Problem, string[]]>([
    [
      { kind: 'disallowed-unsafe', ...named, scope: { package: 'x', suffix: 'test' }, uses: [] },
      ['[pkg.x]\ntest.allow_unsafe = true'],
    ],
    [
      { kind: 'disallowed-extern', ...named, scope: { package: 'x', suffix: '' }, uses: [] },
      ['[pkg.x]\nallow_extern = true'],
    ],
    [
      {
        kind: 'disallowed-compile-files',
        ...named,
        scope: { package: 'x', suffix: 'build' },
        uses: [
          { name: '../LICENSE', place },
          { name: '~/notes', place },
        ],
      },
      [
        '[pkg.x]\nbuild.compile.files = [\n    "../LICENSE",\n    "~/notes",\n]',
        '[pkg.x]\nfrom.build.compile.files = [\n    "../LICENSE",\n    "~/notes",\n]',
        '[pkg.x]\ncompile.files = [\n    "../LICENSE",\n    "~/notes",\n]',
      ],
    ],
    [
      {
        kind: 'disallowed-compile-env',
        ...named,
        scope: { package: 'x', suffix: '' },
        uses: [{ name: 'GIT_HASH', place }],
      },
      ['[pkg.x]\ncompile.env = ["GIT_HASH"]'],
    ],
    [{ kind: 'proc-macro-not-allowed', ...named }, ['[pkg.x]\nallow_proc_macro = true']],
    [{ kind: 'build-script-not-allowed', ...named }, ['[pkg.x]\nbuild.allow_apis = []']],
    [
      {
        kind: 'disallowed-build-instruction',
        ...named,
        instruction: 'cargo:rustc-link-lib=static=a',
        instructions: ['cargo:rustc-link-lib=static=a'],
      },
      ['rustc-link-lib=*', 'rustc-link-*', 'rustc-*', '*'].map(
        (rule) => `[pkg.x]\nbuild.allow_build_instructions = ["cargo:${rule}"]`,
      ),
    ],
    [
      {
        kind: 'possible-export',
        ...named,
        api: 'net',
        path: 'x::net',
        symbol: 'x::net::open',
      },
      ['[api.net]\ninclude = ["x::net"]', '[api.net]\nno_auto_detect = ["x"]'],
    ],
    [
      {
        kind: 'system-functions',
        ...named,
        api: 'net',
        functions: ['connect', 'socket'],
        usages: [],
      },
      [
        '[api.net]\ninclude = [\n    "connect",\n    "socket",\n]',
        '[api.net]\nno_auto_detect = ["x"]',
      ],
    ],
    [{ kind: 'sandbox-kind-without-meaning', ...named, configPlace }, []],
  ])('rules 5.6, 5.7, 5.8, 5.9, 5.14, 5.16, 5.28: %o', (problem, expected) => {
    expect(added(problem)).toEqual(expected);
  });

  test('rule 5.9: an instruction that would be a rule for more than itself has no fix', () => {
    const instruction = (line: string): Problem => ({
      kind: 'disallowed-build-instruction',
      ...named,
      instruction: line,
      instructions: [line],
    });
    expect(added(instruction('cargo:*'))).toEqual([]);
    expect(added(instruction('cargo:a*=b'))[0]).toContain('"cargo:a*=*"');
  });

  test('rule 5.15: export not imported: import, inline, ignore; with faults in it, ignore', () => {
    const problem = {
      kind: 'export-not-imported',
      ...named,
      file: 'x/cackle/export.toml',
      apis: ['fs'],
    } as const;
    expect(added({ ...problem, readable: true }, base, { exports: exporting })).toEqual([
      '[pkg.x]\nimport = ["fs"]',
      '[api."x::fs"]\ninclude = ["x::open"]\n[pkg.x]\nimport = []',
      '[pkg.x]\nimport = []',
    ]);
    expect(added({ ...problem, readable: true })).toHaveLength(2);
    expect(added({ ...problem, readable: false }, base, { exports: exporting })).toEqual([
      '[pkg.x]\nimport = []',
    ]);
    expect(adviceFor({ ...problem, readable: true })?.text).toBe(
      '[pkg.x]\n# or [] for none\nimport = ["fs"]',
    );
  });

  test('rule 5.10: a program that failed in its sandbox, nobody knows why: no sandbox, and nothing is advised; without one, nothing helps', () => {
    const failed = { kind: 'execution-failed', ...named, output: '' } as const;
    const sandboxCommand = ['bwrap'];
    expect(added({ ...failed, executable: 'build script', sandboxCommand })).toEqual([
      '[pkg.x]\nbuild.sandbox.kind = "Disabled"',
    ]);
    expect(adviceFor({ ...failed, executable: 'test', sandboxCommand })?.text).toBeUndefined();
    expect(added({ ...failed, executable: 'test', sandboxCommand })).toEqual([
      '[pkg.x]\ntest.sandbox.kind = "Disabled"',
    ]);
    const open = `${base}allow_network = true\n`;
    expect(added({ ...failed, executable: 'test', sandboxCommand }, open)).toEqual([
      '[pkg.x]\ntest.sandbox.kind = "Disabled"',
    ]);
    expect(added({ ...failed, executable: 'build script' })).toEqual([]);
  });

  test('rule 5.10: a program that failed for what its sandbox kept from it: that first, and nothing that does not help', () => {
    const failed = {
      kind: 'execution-failed',
      ...named,
      output: '',
      executable: 'build script',
      sandboxCommand: ['bwrap'],
    } as const;
    const disabled = '[pkg.x]\nbuild.sandbox.kind = "Disabled"';
    const write = { what: 'write', path: 'shell', new: false } as const;
    const make = { what: 'write', path: 'gen', new: true } as const;
    const variable = { what: 'variable', name: 'NUMBER' } as const;
    expect(added({ ...failed, denied: [write] })).toEqual([
      '[pkg.x]\nbuild.sandbox.bind_writable = ["shell"]',
      disabled,
    ]);
    expect(added({ ...failed, denied: [make, variable, { what: 'network' }] })).toEqual([
      '[pkg.x]\nbuild.sandbox.make_writable = ["gen"]',
      '[pkg.x]\nbuild.sandbox.pass_env = ["NUMBER"]',
      '[pkg.x]\nbuild.sandbox.allow_network = true',
      disabled,
    ]);
    expect(added({ ...failed, denied: [{ what: 'mode', path: 'a' }] })).toEqual([disabled]);
    expect(adviceFor({ ...failed, denied: [{ what: 'mode', path: 'a' }] })?.text).toBeUndefined();
    expect(adviceFor({ ...failed, denied: [write] })?.text).toBe(
      '[pkg.x]\nbuild.sandbox.bind_writable = ["shell"]',
    );
  });

  test('rules 5.11, 5.12: unused permission and unknown package: remove', () => {
    const text = `${base}\n[pkg.x]\nallow_apis = ["fs"]\nallow_unsafe = true\n`;
    const scope = { package: 'x', suffix: '' } as const;
    const unused: Problem = { kind: 'unused-allow-api', ...named, scope, api: 'fs', configPlace };
    const unknown: Problem = {
      kind: 'unknown-package',
      packageName: 'x',
      configPlace,
      nearest: undefined,
    };
    const result = [unused, unknown].map((problem) =>
      fixesFor(problem, read(text)).map(({ edit }) => applyEdits(text, [edit])),
    );
    expect(result).toEqual([[`${base}\n[pkg.x]\nallow_unsafe = true\n`], [base]]);
  });

  test('rule 5.13: of two packages with one name: the table says which it means', () => {
    const text = `${base}\n[pkg.x]\nallow_apis = ["fs"]\n`;
    const sources = new Map([
      [
        'x',
        [
          { name: 'x@crates.io', source: 'crates.io' },
          { name: 'x@deps/x', source: 'deps/x' },
        ],
      ],
    ]);
    const readWith = (t: string) =>
      parseConfig('cackle.toml', t, { packages: new Set(), sources, exporting: new Map() });
    const config = readWith(text);
    const problem: Problem = {
      kind: 'ambiguous-package',
      packageName: 'x',
      sources: ['crates.io', 'deps/x'],
      configPlace,
    };
    const texts = fixesFor(problem, config).map(({ edit }) => applyEdits(text, [edit]));
    expect(texts).toEqual(
      ['crates.io', 'deps/x'].map(
        (source) => `${base}\n[pkg.x]\nallow_apis = ["fs"]\nsource = "${source}"\n`,
      ),
    );
    const after = readWith(texts[1] ?? '');
    const apis = (name: string) =>
      after.permissions({ package: name, suffix: '' }).allowApis.has('fs');
    expect(['x', 'x@crates.io', 'x@deps/x'].map(apis)).toEqual([false, false, true]);
    expect(isSettledBy(problem, after, config)).toBe(true);
    // What is allowed later goes into the table that is about the package.
    const macro: Problem = {
      kind: 'proc-macro-not-allowed',
      packageName: 'x@deps/x',
      packageLabel: 'x@deps/x',
    };
    const [allowed] = fixesFor(macro, after).map(({ edit }) => applyEdits(texts[1] ?? '', [edit]));
    expect(allowed).toContain('[pkg.x]\nallow_apis = ["fs"]\nsource = "deps/x"\nallow_proc_macro');
  });
});

describe('rules 2.3, 5.17: newer version', () => {
  const problem = (version: number): Problem => ({
    kind: 'newer-config-version',
    version,
    newest: 3,
  });

  test('1: rustc stays out of the sandbox, extern stays allowed where unsafe is', () => {
    const text =
      '[common]\nversion = 1\n\n[sandbox]\nkind = "Bubblewrap"\n\n[pkg.x]\nallow_unsafe = true\n';
    expect(added(problem(1), text)).toEqual([
      'version = 3',
      'version = 3\n[rustc.sandbox]\nkind = "Disabled"\nallow_extern = true',
    ]);
    const [, keep] = fixesFor(problem(1), read(text));
    const before = read(text);
    const after = read(applyEdits(text, [keep?.edit ?? { steps: [] }]));
    expect(after.version).toBe(3);
    expect(after.rustcSandbox).toEqual(before.rustcSandbox);
    const scope = { package: 'x', suffix: '' } as const;
    expect(after.permissions(scope).allowExtern).toBe(before.permissions(scope).allowExtern);
  });

  test("1: a sandbox of rustc's own does not gain the network", () => {
    const text =
      '[common]\nversion = 1\n[sandbox]\nkind = "Bubblewrap"\nallow_network = true\n[rustc.sandbox]\nkind = "Bubblewrap"\n';
    const [, keep] = fixesFor(problem(1), read(text));
    const after = read(applyEdits(text, [keep?.edit ?? { steps: [] }]));
    expect(after.rustcSandbox.allowNetwork).toBe(false);
  });

  test('2: with nothing to keep there is one fix', () => {
    expect(added(problem(2), base.replace('3', '2'))).toEqual(['version = 3']);
  });
});

/** Has a fix of a configuration settled a problem when it was applied? */
function settles(fix: Fix | undefined, problem: Problem, text = base): boolean {
  const after = read(applyEdits(text, [fix?.edit ?? { steps: [] }]));
  return isSettledBy(problem, after, read(text));
}

describe('rule 8.5: an applied fix settles every problem for which a fix would now change nothing', () => {
  const narrow = apiProblem('x', 'build', 'fs');
  const wide = apiProblem('x', '', 'fs');

  test('a wider scope settles the narrower, not the other way round', () => {
    const [fixWide] = fixesFor(wide, read(base));
    const [fixNarrow] = fixesFor(narrow, read(base));
    expect(settles(fixWide, narrow)).toBe(true);
    expect(settles(fixNarrow, wide)).toBe(false);
    expect(settles(fixNarrow, narrow)).toBe(true);
    expect(settles(fixWide, apiProblem('y', 'build', 'fs'))).toBe(false);
    expect(settles(undefined, narrow)).toBe(false);
  });

  test('an exclusion settles every use below it', () => {
    const exclude = fixesFor(apiProblem('x', '', 'fs'), read(base)).at(-1);
    expect(settles(exclude, apiProblem('y', 'test', 'fs'))).toBe(true);
    expect(settles(exclude, apiProblem('y', '', 'fs', [usage(['std::fs::read'])]))).toBe(false);
  });

  test('what is set in a build section settles that there was none', () => {
    const problem: Problem = { kind: 'build-script-not-allowed', ...named };
    const text = base.replace('\n\n', '\nexplicit_build_scripts = true\n\n');
    expect(settles(fixesFor(narrow, read(text))[0], problem, text)).toBe(true);
    expect(settles(fixesFor(wide, read(text))[0], problem, text)).toBe(false);
  });

  test('a rule settles each instruction that it matches', () => {
    const instruction = (line: string): Problem => ({
      kind: 'disallowed-build-instruction',
      ...named,
      instruction: line,
      instructions: [line],
    });
    const [exact, prefix] = fixesFor(instruction('cargo:rustc-link-lib=a'), read(base));
    expect(settles(exact, instruction('cargo:rustc-link-lib=b'))).toBe(true);
    expect(settles(exact, instruction('cargo:rustc-link-arg=b'))).toBe(false);
    expect(settles(prefix, instruction('cargo:rustc-link-arg=b'))).toBe(true);
  });

  test('passing over an offer settles nothing in the file', () => {
    expect(settles(undefined, { kind: 'std-api-on-offer', api: 'env' })).toBe(false);
  });
});

test("the report's advice is the best fix that allows something", () => {
  expect(adviceFor(apiProblem('x', 'build', 'fs'))?.text).toBe(
    '[pkg.x]\nbuild.allow_apis = ["fs"]',
  );
  expect(
    adviceFor({ ...apiProblem('x', '', 'fs'), kind: 'off-tree-api', providedBy: 'y' })?.text,
  ).toBe('[pkg.x]\nallow_apis = ["fs"]');
  expect(adviceFor({ kind: 'newer-config-version', version: 1, newest: 3 })?.text).toBeUndefined();
});
