// Edits of cackle.toml: what comes out says what was asked, and all else as before; comments, marks and line ends stay.
import { parse } from 'toml';
import {
  applyEdits,
  type Edit,
  EditError,
  type EditStep,
} from '../../../../engine/config/edit/edit.ts';
import { parseConfig } from '../../../../engine/config/read.ts';
import { ConfigError, type ScopeSuffix } from '../../../../engine/config/types.ts';
import { commentsOf } from '../../../fixes/comments.ts';
import { expected, exporting, said } from '../../../fixes/support.ts';
import { holds, same, unless } from '../target.ts';

const common = '[common]\nversion = 3\nimport_std = ["fs", "net"]\n';

export const words =
  '[pkg.a] [pkg.a.build] [pkg.a.from.build] [pkg."c d"] pkg.a. allow_unsafe allow_apis allow_build_instructions sandbox allow_network build. test. from. = true = false = [ "fs", "net" ] { } # , \r\n \ufeff """ \'\'\' "cargo:rustc-link-lib=*" explicit_build_scripts'.split(
    ' ',
  );

export const seeds = [
  `\0\0\0${common}\n# ours\n[pkg.a]\nallow_apis = [\n    "fs", # why\n]\nbuild.allow_unsafe = true\n\n[pkg.b.test]\nallow_unsafe = true\n`,
  `\x01\x01\x01${common}pkg.a = { allow_unsafe = true, build = { allow_apis = ['net'] } } # x\n`,
  `\x02\x02\x02common.version = 3\r\ncommon.explicit_build_scripts = true\r\n[pkg.a.build]\r\n[pkg."a".from.test]\r\nallow_unsafe = true\r\n`,
  `\x03\x03\0${common}[api.x]\ninclude = ["a"]\n[pkg.a]\nallow_apis = ["fs", "net"]`,
  `\x06\x04\x02${common}[pkg.a]\nbuild.allow_build_instructions = ["cargo:rustc-link-lib=a"]\n[pkg.a.sandbox]\nallow_network = true\n`,
];

const suffixes: readonly ScopeSuffix[] = ['', 'build', 'test', 'from.build', 'from.test'];
const pick = <T>(list: readonly T[], by: number): T => list[by % list.length] as T;

/** The edit that three bytes stand for. */
export function editOf(kind: number, where: number, what: number): Edit {
  const scope = { package: pick(['a', 'b', 'c d'], where >> 3), suffix: pick(suffixes, where) };
  const path = ['pkg', scope.package, ...(scope.suffix === '' ? [] : scope.suffix.split('.'))];
  const api = pick(['fs', 'net'], what);
  const steps: readonly EditStep[] = [
    { kind: 'allow', scope, list: 'allow_apis', value: api },
    {
      kind: 'permit',
      scope,
      flag: pick(['allow_unsafe', 'allow_extern', 'allow_proc_macro'], what),
    },
    { kind: 'add', path: ['common', 'import_std'], values: [pick(['fs', 'net', 'process'], what)] },
    { kind: 'remove', path: [...path, 'allow_apis'], value: api },
    { kind: 'set', path: [...path, 'sandbox', 'allow_network'], value: what % 2 === 0 },
    { kind: 'build-section', package: scope.package },
    {
      kind: 'allow',
      scope: { ...scope, suffix: 'build' },
      list: 'allow_build_instructions',
      value: pick(
        ['cargo:rustc-link-lib=a', 'cargo:rustc-link-lib=*', 'cargo::root=é"\u202e'],
        what,
      ),
    },
    { kind: 'drop', path: ['pkg', scope.package] },
  ];
  return { steps: [pick(steps, kind)], comment: what >= 128 ? 'why\nso' : undefined };
}

export function read(data: Buffer): unknown {
  const [kind = 0, where = 0, what = 0] = data;
  return applyEdits(data.subarray(3).toString(), [editOf(kind, where, what)]);
}

type Table = ReturnType<typeof said>;

/** What the other parser makes of it; undefined where it takes less than the program. */
function dataOf(text: string): Table | undefined {
  try {
    return JSON.parse(JSON.stringify(parse(text))) as Table;
  } catch {
    return undefined;
  }
}

export function fuzz(data: Buffer): void {
  const [kind = 0, where = 0, what = 0] = data;
  const edit = editOf(kind, where, what);
  const text = data.subarray(3).toString();
  const after = unless(EditError, () => applyEdits(text, [edit]));
  const plain = text.replace(/^\ufeff/, '');
  const readable = unless(ConfigError, () => parseConfig('cackle.toml', plain, exporting));
  if (after === undefined) {
    holds(readable === undefined, 'a file that is read and cannot be edited', text);
    return;
  }
  if (readable === undefined) return;
  const plainAfter = after.replace(/^\ufeff/, '');
  const edited = unless(ConfigError, () => parseConfig('cackle.toml', plainAfter, exporting));
  holds(
    edited !== undefined || edit.steps[0]?.kind === 'add',
    'broken by an edit',
    edit,
    text,
    after,
  );
  same(applyEdits(after, [edit]), after, 'a second time');
  same(after.startsWith('\ufeff'), text.startsWith('\ufeff'), 'the mark');
  const [before, now] = [dataOf(plain), dataOf(plainAfter)];
  if (before !== undefined) {
    holds(now !== undefined, 'the other parser cannot read it', after);
    const wanted = expected(before, edit).map((table) => JSON.stringify(sorted(table)));
    holds(
      wanted.includes(JSON.stringify(sorted(said(now as Table)))),
      'says something else',
      edit,
      text,
      after,
    );
  }
  const comments = commentsOf(after);
  const adds = after.length > text.length && edit.comment !== undefined;
  const others = adds ? comments.filter((c) => !['# why', '# so'].includes(c)) : comments;
  const were = commentsOf(text).filter((c) => !adds || !['# why', '# so'].includes(c));
  same(others, were, 'comments');
}

function sorted(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  return Object.entries(data)
    .map(([key, value]) => [key, sorted(value)])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));
}
