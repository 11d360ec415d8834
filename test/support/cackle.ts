import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../engine/paths.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { unchangedFixture, workspacePlace } from './fixtures.ts';
import { config, manifest } from './manifests.ts';
import { compareMarks } from './marks.ts';
import { short } from './short.ts';

export { fixture } from './fixtures.ts';
export { config, manifest, short, workspacePlace };

/** A finished run of the real program. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs dist/cli.js as a user would, but without more certificates for Node: to read them takes a tenth of the processor time of
 * a small check, and cackle opens no connection.
 */
export function cackle(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const program = join(packageRoot(), 'dist', 'cli.js');
  return run(process.execPath, [program, ...args], { NODE_EXTRA_CA_CERTS: undefined, ...env });
}

/** Runs a program to its end. */
export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.on('close', (status) => done({ status, stdout, stderr }));
  });
}

/** Writes a fixture workspace anew and gives its directory. */
export function workspace(name: string, files: Readonly<Record<string, string | Buffer>>): string {
  const directory = workspacePlace(name);
  rmSync(directory, { recursive: true, force: true });
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    const root =
      path === 'Cargo.toml' && !String(content).includes('[workspace') ? '\n[workspace]\n' : '';
    writeFileSync(file, root === '' ? content : `${content}${root}`);
  }
  return directory;
}

/**
 * Checks a workspace and reads the machine output. Fails the test when no check was made, and, for a fixture as it stands in
 * test/fixtures, where the report and the fixture's marks differ.
 */
export async function check(
  directory: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<CheckReport & { status: number | null }> {
  const ran = await cackle(['-n', '--output-format', 'json', '--path', directory, ...args], env);
  const line = ran.stdout.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`no report (status ${ran.status}): ${ran.stderr}`);
  const report = JSON.parse(line) as CheckReport;
  const asItStands = args.length === 0 && Object.keys(env).length === 0;
  const marked = asItStands ? unchangedFixture(directory) : undefined;
  if (marked !== undefined) compareMarks(report, marked);
  return { status: ran.status, ...report };
}

/** The files of a workspace with one program and, under `crates/`, the packages it depends on. */
export function tree(
  name: string,
  parts: {
    readonly main: string;
    readonly crates?: Readonly<Record<string, string>>;
    /** Dependencies of the packages under `crates/` among each other. */
    readonly needs?: Readonly<Record<string, readonly string[]>>;
    readonly manifest?: string;
    readonly config?: string;
  },
): Record<string, string> {
  const crates = Object.keys(parts.crates ?? {});
  const dependencies = (names: readonly string[], prefix: string): string =>
    names.length === 0
      ? ''
      : `[dependencies]\n${names.map((n) => `${n} = { path = "${prefix}${n}" }\n`).join('')}`;
  const files: Record<string, string> = {
    'Cargo.toml': manifest(name, `${dependencies(crates, 'crates/')}${parts.manifest ?? ''}`),
    'src/main.rs': parts.main,
    'cackle.toml': config(parts.config),
  };
  for (const crate of crates) {
    files[`crates/${crate}/Cargo.toml`] = manifest(
      crate,
      dependencies(parts.needs?.[crate] ?? [], '../'),
    );
    files[`crates/${crate}/src/lib.rs`] = parts.crates?.[crate] ?? '';
  }
  return files;
}

/** Every usage of every problem as `kind scope api file:line:column from -> target`, sorted; files from the root. */
export function usageLines(report: CheckReport): string[] {
  return report.problems
    .flatMap((problem) => {
      if (!('usages' in problem)) return [short(problem)];
      return problem.usages.map(({ place, from, target }) => {
        const file = place.file.replace(`${report.workspaceRoot}/`, '');
        return `${short(problem)} ${file}:${place.line}:${place.column} ${from} -> ${target}`;
      });
    })
    .sort();
}
