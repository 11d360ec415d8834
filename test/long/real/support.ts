import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REAL_SUFFIX } from '../../../engine/build/build-script.ts';
import { check } from '../../../engine/check/check.ts';
import { RecordStore, storeLocation } from '../../../engine/facts/store.ts';
import type { LinkRecord, UnitRecord } from '../../../engine/facts/unit-record.ts';
import { packageRoot } from '../../../engine/paths.ts';
import type { CheckReport } from '../../../engine/problems/report.ts';
import { fetchRealCrate, REAL_CRATES } from '../../../tools/real-crates.mjs';

/**
 * The crates that this run is about, by the names of tools/real-crates.mjs: the one that is built soonest, or, with REAL=all,
 * every one that is judged.
 */
export const crates = REAL_CRATES.filter(({ name, role }) =>
  process.env.REAL === 'all' ? role === 'judged' : name === 'ripgrep',
).map(({ name }) => name);

/** Prints a line, and adds it to the file that a long run makes its page of. */
export function tell(line: string): void {
  console.log(line);
  if (process.env.REAL_LINES !== undefined) appendFileSync(process.env.REAL_LINES, `${line}\n`);
}

/** A real crate whose every output was linked. */
export interface LinkedCrate {
  readonly path: string;
  readonly report: CheckReport;
  readonly units: readonly UnitRecord[];
}

/** Leaves out tests and examples, as the sample does: most of a build is theirs. */
export const binsOnly = 'build_flags = ["--bins"]\n';
const flags = process.env.REAL === 'all' ? '' : binsOnly;

const apis = ['fs', 'env', 'net', 'unix_sockets', 'process', 'terminate'];

/**
 * A configuration with every built-in API and no sandbox; gives its path. It lies beside the package: inside, cargo would
 * run build scripts again that do not say what they read.
 */
export function writeConfig(path: string, name: string, rest: string, build = flags): string {
  const file = `${path}-${name}.toml`;
  const text = `[common]\nversion = 3\nimport_std = ${JSON.stringify(apis)}\n${build}\n[sandbox]\nkind = "Disabled"\n${rest}`;
  writeFileSync(file, text);
  return file;
}

/** Every permission for every package of the lock file: nothing is held back, all is built. */
export function allowAll(path: string): string {
  const lock = readFileSync(join(path, 'Cargo.lock'), 'utf8');
  const names = new Set([...lock.matchAll(/^name = "([^"]+)"$/gm)].map((match) => match[1]));
  return [...names]
    .map(
      (name) =>
        `\n[pkg.${name}]\nallow_apis = ${JSON.stringify(apis)}\nallow_unsafe = true\nallow_extern = true\nallow_proc_macro = true\nallow_build_instructions = ["cargo:*"]\n`,
    )
    .join('');
}

/** Checks a real crate with all permitted and every output linked; quick when that was done before. */
export async function linkedCrate(name: string): Promise<LinkedCrate> {
  const { path } = fetchRealCrate(name, join(packageRoot(), 'target', 'real'));
  const report = await check(
    {
      path,
      configFile: writeConfig(path, 'all', allowAll(path)),
      packages: [],
      backtraces: false,
      colour: false,
      showProgress: false,
      ignoreNewerVersions: false,
      linkAll: true,
    },
    { progress: () => undefined, cargoOutput: () => undefined },
    new AbortController().signal,
  );
  const store = await RecordStore.open(storeLocation(join(path, 'target')).root);
  return { path, report, units: await store.units() };
}

/** The file that the linker made: a build script's is put aside. Undefined when another build removed it. */
export function linkedFile(link: LinkRecord): string | undefined {
  return [`${link.output}${REAL_SUFFIX}`, link.output].find((file) => existsSync(file));
}
