import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CheckReport } from '../../engine/problems/report.ts';
import { differences, type Reported, reportedOf } from '../support/annotations.ts';
import { cackle, config, type Ran } from '../support/cackle.ts';
import type { Case } from './cases.ts';
import { cToolsFor } from './systems.ts';

/** Where cases are copied to and built. */
export interface Place {
  /** Everything lies below it. */
  readonly directory: string;
  /** What is checked instead of this machine's target. */
  readonly target?: string | undefined;
}

/** How each case of a run came out: the text of what is wrong with it, or undefined. */
export type Outcomes = ReadonlyMap<string, string | undefined>;

/** Checks cases that are not `alone`, as members of one workspace. `short`: without the tests that cargo makes of programs. */
export async function runTogether(
  cases: readonly Case[],
  name: string,
  place: Place,
  short = false,
): Promise<Outcomes> {
  const root = join(place.directory, 'together', name);
  const copyOf = (caseName: string): string => join(root, caseName);
  mkdirSync(root, { recursive: true });
  for (const kind of readdirSync(root, { withFileTypes: true })) {
    if (!kind.isDirectory()) continue;
    for (const old of readdirSync(join(root, kind.name)))
      if (!cases.some((c) => c.name === `${kind.name}/${old}`))
        rmSync(join(root, kind.name, old), { recursive: true });
  }
  for (const c of cases) copy(c.directory, copyOf(c.name));
  const list = (paths: readonly string[]): string =>
    `[\n${paths.map((path) => `  ${JSON.stringify(path)},\n`).join('')}]`;
  const helpers = cases
    .filter((c) => existsSync(join(c.directory, 'crates')))
    .map((c) => `${c.name}/crates`);
  write(
    join(root, 'Cargo.toml'),
    `[workspace]\nresolver = "2"\nmembers = ${list(cases.map((c) => c.name))}\nexclude = ${list(helpers)}\n`,
  );
  const flags = short ? ['--bins', '--examples'] : ['--all-targets'];
  if (flags.length > 1 && cases.some((c) => hasLibrary(c.directory))) flags.push('--lib');
  write(
    join(root, 'cackle.toml'),
    config(cases.map((c) => c.config).join('\n')).replace(
      '[common]\n',
      `[common]\nbuild_flags = ${JSON.stringify(flags)}\n`,
    ),
  );
  const ran = await cackle(
    ['-n', '--output-format', 'json', '--path', root, ...targetOf(place)],
    environment(place, {}),
  );
  const report = reportOf(ran);
  if (report === undefined)
    throw new Error(
      `no check could be made of ${root} (status ${ran.status}):\n${endOf(ran.stderr)}`,
    );
  const { byCase, nobody } = reportedOf(report, cases, copyOf);
  if (nobody.length > 0)
    throw new Error(`problems that belong to no case of ${root}:\n  ${nobody.join('\n  ')}`);
  return new Map(cases.map((c) => [c.name, faultsOf(c, byCase.get(c.name), copyOf(c.name), [])]));
}

/** Checks, tests or runs a case in a workspace of its own; the text of what is wrong, or undefined. */
export async function runAlone(c: Case, place: Place): Promise<string | undefined> {
  const root = join(place.directory, 'alone', c.name);
  copy(c.directory, root);
  asWorkspace(root);
  if (!existsSync(join(c.directory, 'cackle.toml')))
    write(join(root, 'cackle.toml'), config(c.config));
  const { EVASIONS_SANDBOX: kind } = process.env;
  if (kind !== undefined) {
    const text = readFileSync(join(root, 'cackle.toml'), 'utf8');
    write(join(root, 'cackle.toml'), text.replaceAll('"Bubblewrap"', `"${kind}"`));
  }
  rmSync(join(root, 'then'), { recursive: true, force: true });
  const own = c.own_target ? { CARGO_TARGET_DIR: join(root, 'target') } : {};
  const checked = (): Promise<Ran> =>
    cackle(
      ['-n', '--output-format', 'json', '--path', root, ...targetOf(place), ...c.command],
      environment(place, { ...own, ...c.env }),
    );
  if (c.changes) {
    const before = await checked();
    const problems = reportOf(before)?.problems ?? [];
    if (before.status !== 0 || problems.length > 0)
      return `${c.name}: before the change the check is not clean (status ${before.status}):\n${indent(endOf(`${before.stdout}\n${before.stderr}`))}`;
    copy(join(c.directory, 'then'), root, true);
    asWorkspace(root);
  }
  const ran = await checked();
  const report = reportOf(ran);
  const reported = report && reportedOf(report, [c], () => report.workspaceRoot).byCase.get(c.name);
  const expected = c.status ?? (c.annotations.length + c.problems.length > 0 ? 1 : 0);
  const faults: string[] = [];
  if (ran.status !== expected)
    faults.push(
      `exit status ${ran.status}, not ${expected}; it said:\n${indent(endOf(ran.stderr))}`,
    );
  const said = `${ran.stdout}\n${ran.stderr}`;
  for (const text of c.says)
    if (!said.includes(text))
      faults.push(`it does not say \`${text}\`; it said:\n${indent(endOf(said))}`);
  return faultsOf(c, reported, root, faults);
}

function hasLibrary(directory: string): boolean {
  return (
    existsSync(join(directory, 'src', 'lib.rs')) ||
    /^\s*\[lib\]/m.test(readFileSync(join(directory, 'Cargo.toml'), 'utf8'))
  );
}

function asWorkspace(root: string): void {
  const manifest = readFileSync(join(root, 'Cargo.toml'), 'utf8');
  if (!/^\s*\[workspace/m.test(manifest))
    writeFileSync(join(root, 'Cargo.toml'), `${manifest}\n[workspace]\n`);
}

/** What differs, as text; `faults` are those that are known already. */
function faultsOf(
  c: Case,
  reported: Reported | undefined,
  copied: string,
  faults: readonly string[],
): string | undefined {
  const all = [...faults];
  const { missing, extra } = differences(
    { uses: c.annotations, problems: c.problems },
    reported ?? { uses: [], problems: [] },
  );
  if (missing.length > 0)
    all.push(`expected and not reported:\n${missing.map((line) => `  - ${line}`).join('\n')}`);
  if (extra.length > 0)
    all.push(`reported and not expected:\n${extra.map((line) => `  + ${line}`).join('\n')}`);
  for (const file of c.ran)
    if (existsSync(join(copied, file))) all.push(`code ran unjudged: ${file} was written`);
  return all.length === 0
    ? undefined
    : `${c.name} (${c.is}: ${c.about})\n${all.join('\n')}\nin ${copied}`;
}

function targetOf({ target }: Place): string[] {
  return target === undefined ? [] : ['--target', target];
}

function environment(place: Place, more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    CARGO_TARGET_DIR: join(place.directory, 'build'),
    CARGO_NET_OFFLINE: 'true',
    CARGO_TERM_COLOR: 'never',
    ...cToolsFor(place.target),
    ...more,
  };
}

function reportOf({ stdout }: Ran): CheckReport | undefined {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  return line.startsWith('{"schemaVersion"') ? (JSON.parse(line) as CheckReport) : undefined;
}

function endOf(text: string): string {
  return text.trimEnd().split('\n').slice(-40).join('\n');
}

function indent(text: string): string {
  return text.replace(/^/gm, '  | ');
}

/**
 * Makes `to` a copy of `from`, where `over` on top of what is there; a file that is the same already stays, so that cargo
 * does not build it again.
 */
function copy(from: string, to: string, over = false): void {
  mkdirSync(to, { recursive: true });
  const wanted = readdirSync(from, { withFileTypes: true });
  for (const name of over ? [] : readdirSync(to))
    if (!wanted.some((entry) => entry.name === name) && name !== 'Cargo.lock')
      rmSync(join(to, name), { recursive: true, force: true });
  for (const entry of wanted) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    const there = lstatSync(target, { throwIfNoEntry: false });
    if (entry.isDirectory()) {
      if (there !== undefined && !there.isDirectory()) rmSync(target);
      copy(source, target, over);
    } else if (entry.isSymbolicLink()) {
      rmSync(target, { recursive: true, force: true });
      symlinkSync(readlinkSync(source), target);
    } else if (there?.isFile() !== true || !readFileSync(source).equals(readFileSync(target))) {
      rmSync(target, { recursive: true, force: true });
      copyFileSync(source, target);
      chmodSync(target, lstatSync(source).mode);
    }
  }
}

function write(file: string, content: string): void {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== content) {
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Removes what an earlier run left, so that what was built then hides nothing now. */
export function clear({ directory }: Place): void {
  rmSync(directory, { recursive: true, force: true });
}
