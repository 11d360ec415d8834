import { expect, test } from 'vitest';
import { answer, compare } from './answers.mjs';

// The comparison of test/mutations: it has to see what a check overlooks, and no more than that.

type Found = Record<string, unknown>;

const usage = (output: string, place = 1): Found => ({
  place: { file: 'lib.rs', line: place, column: 1 },
  from: 'lib::act',
  target: 'std::fs::read',
  output,
  backtrace: [{ name: 'main', inlined: false }],
});

const uses = (packageName: string, usages: Found[], suffix = ''): Found => ({
  severity: 'error',
  kind: 'disallowed-api',
  packageLabel: packageName,
  packageName,
  scope: { package: packageName, suffix },
  api: 'fs',
  usages,
});

const forbidden: Found = {
  severity: 'error',
  kind: 'proc-macro-not-allowed',
  packageLabel: 'made',
  packageName: 'made',
};

const held: Found = {
  packageLabel: 'made',
  held: 'proc macro',
  failed: false,
  blocks: ['app (bin app)'],
};

const grant = (name: string, suffix = ''): Found => ({
  scope: { package: name, suffix },
  api: 'fs',
});

function answerOf(problems: Found[], unchecked: Found[], grants: Found[] = []) {
  const counts = {
    packages: 4,
    units: 5,
    outputs: 3,
    objects: 9,
    permissionsNeeded: grants.length,
  };
  const report = { timing: {}, problems, unchecked, grants, linkerKept: [], counts };
  return answer({ status: 1, stdout: JSON.stringify(report), stderr: '' }, '/nowhere');
}

const clean = answerOf(
  [forbidden, uses('tool', [usage('tool (bin)')])],
  [held],
  [grant('tool'), grant('lib', 'from.build')],
);

test.each<[string, Found[], Found[], Found[]]>([
  [
    'the very same',
    [forbidden, uses('tool', [usage('tool (bin)')])],
    [held],
    [grant('tool'), grant('lib', 'from.build')],
  ],
  [
    'what was built when the macro was allowed',
    [forbidden, uses('tool', [usage('tool (bin)')]), uses('lib', [usage('app (bin)')])],
    [],
    [grant('tool'), grant('lib')],
  ],
])('where something is held from clean, allows %s', (_, problems, unchecked, grants) => {
  expect(compare(answerOf(problems, unchecked, grants), clean)).toEqual({
    rule: 'held',
    difference: undefined,
  });
});

const grants = [grant('tool'), grant('lib', 'from.build')];
test.each<[string, Found[], Found[], Found[], RegExp]>([
  [
    'a problem that is not found',
    [uses('tool', [usage('tool (bin)')])],
    [held],
    grants,
    /not found incrementally: .*proc-macro/,
  ],
  [
    'a place that is not found',
    [forbidden, uses('tool', [usage('tool (bin)', 2)])],
    [held],
    grants,
    /not found incrementally: .*"line":1/,
  ],
  [
    'a problem in what needs nothing that is held',
    [forbidden, uses('tool', [usage('tool (bin)'), usage('tool (test)', 2)])],
    [held],
    grants,
    /not found from clean: .*tool \(test\)/,
  ],
  [
    'a problem of a build script, which is built from clean too',
    [
      forbidden,
      uses('tool', [usage('tool (bin)')]),
      uses('lib', [usage('build-script-lib_build (build script)')], 'build'),
    ],
    [held],
    grants,
    /not found from clean: .*build script/,
  ],
  [
    'something more that is held back',
    [forbidden, uses('tool', [usage('tool (bin)')])],
    [held, { ...held, packageLabel: 'lib', held: 'build script' }],
    grants,
    /held back although not from clean: build script of lib/,
  ],
  [
    'a permission called unused that is used',
    [
      forbidden,
      uses('tool', [usage('tool (bin)')]),
      {
        severity: 'warning',
        kind: 'unused-allow-api',
        packageName: 'tool',
        scope: grant('tool').scope,
        api: 'fs',
      },
    ],
    [],
    grants,
    /not found from clean: .*unused/,
  ],
  [
    'a permission in use that is not listed',
    [forbidden, uses('tool', [usage('tool (bin)')])],
    [held],
    [grant('tool')],
    /grant missing: lib from\.build fs/,
  ],
])('where something is held from clean, sees %s', (_, problems, unchecked, found, text) => {
  expect(compare(answerOf(problems, unchecked, found), clean).difference).toMatch(text);
});

test('a proc macro that nothing came to from clean, for a held build script stopped all that needs it, is no difference', () => {
  const script = { ...held, packageLabel: 'lib', held: 'build script' };
  const problems = [forbidden, uses('tool', [usage('tool (bin)')])];
  const difference = (incremental: Found[], clean: Found[]) =>
    compare(answerOf(problems, incremental), answerOf(problems, clean)).difference;
  expect(difference([script, held], [script])).toBeUndefined();
  const more = /held back although not from clean: proc macro of made/;
  expect(difference([script, held], [{ ...script, blocks: [] }])).toMatch(more);
  expect(difference([script, { ...held, blocks: [] }], [script])).toMatch(more);
  expect(difference([held], [{ ...held, packageLabel: 'other' }])).toMatch(more);
});

test('where nothing is held from clean, sees any difference', () => {
  const whole = answerOf([forbidden], [], [grant('lib')]);
  expect(compare(whole, whole)).toEqual({ rule: 'equal', difference: undefined });
  for (const other of [
    answerOf([forbidden], [held], [grant('lib')]),
    answerOf([forbidden], [], [grant('lib', 'test')]),
    answerOf([forbidden, uses('lib', [usage('app (bin)')])], [], [grant('lib')]),
  ])
    expect(compare(other, whole)).toMatchObject({ rule: 'equal', difference: expect.any(String) });
});

test('what does not compile from clean for want of a file of a held script is no difference; what else does not is one', () => {
  const wrong = ['error: could not compile `made` (lib)', 'error: this is wrong'];
  const want = [
    'error: could not compile `lib` (lib)',
    "error: couldn't read `DIRECTORY/target/cackle/build/lib-0123456789abcdef/out/made.rs`: No such file",
  ];
  const compared = (incremental: string[], clean: string[]) =>
    compare({ status: 2, errors: incremental }, { status: 2, errors: clean });
  expect(compared(wrong, [...want, ...wrong])).toEqual({ rule: 'held', difference: undefined });
  expect(compared(wrong, wrong)).toEqual({ rule: 'equal', difference: undefined });
  for (const [incremental, clean] of [
    [wrong, [...want, ...wrong, 'error: could not compile `app` (bin)']],
    [wrong, want],
    [[...wrong, ...want], wrong],
  ] as const)
    expect(compared([...incremental], [...clean]).difference).toBeDefined();
});
