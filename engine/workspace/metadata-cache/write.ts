import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readRegularFile, readRegularStart } from '../../regular-file.ts';
import * as z from '../../schemas.ts';
import { configFiles, toolchainFiles, upward } from '../cargo-files.ts';
import { likelyHost } from '../early-questions.ts';
import { parse } from '../toml.ts';
import { type Input, stateOf } from './inputs.ts';
import { encode, type KeptInput, keptDirectory, type NewQuestion } from './read.ts';

// The other half of read.ts, loaded after the report is printed and only when there is a new answer.

/** File systems stamp in ticks: a file that changed within one tick before the question may have changed after it. */
const TICK_MS = 20;

const answerSchema = z.object({
  packages: z.array(
    z.object({
      id: z.string(),
      source: z.nullable(z.string()),
      manifest_path: z.string(),
      targets: z.array(z.object({ src_path: z.string() })),
      dependencies: z.array(
        z.object({ kind: z.nullable(z.string()), path: z.nullish(z.string()) }),
      ),
    }),
  ),
  workspace_members: z.array(z.string()),
  workspace_root: z.string(),
});
type MetadataAnswer = z.infer<typeof answerSchema>;
type Toml = Readonly<Record<string, unknown>>;

/** Why an answer is not kept. */
class Doubt extends Error {}

/**
 * Returns the files to write for new answers; reports to `log` why an answer is not kept. `facts` is the directory of
 * facts in the user's cache.
 */
export function answersToKeep(
  all: readonly NewQuestion[],
  facts: string,
  log: (text: string) => void,
): { readonly path: string; readonly content: Buffer }[] {
  const found: { path: string; content: Buffer }[] = [];
  for (const question of all) {
    if (question.stdout === undefined || dirname(question.file) !== keptDirectory(facts)) continue;
    try {
      found.push({
        path: question.file,
        content: encode(inputsOf(question, question.stdout), question.stdout),
      });
    } catch (error) {
      log(`the answer of cargo metadata is not kept: ${(error as Error).message}`);
    }
  }
  return found;
}

/**
 * Returns all inputs with their states when cargo read them. Throws {@link Doubt}, or the error of an input that
 * cannot be read.
 */
function inputsOf({ question, before, began }: NewQuestion, stdout: Buffer): KeptInput[] {
  const { directory, args, env } = question;
  for (const [kind, path, value] of before)
    if (stateOf({ kind, path }, env).value !== value) throw new Doubt(`${path} changed meanwhile`);
  const answer = answerSchema.parse(JSON.parse(stdout.toString()));
  refuseArguments(args);
  refuseEnvironment(env);
  for (const [kind, path, value] of before) if (kind === 'program') refuseProgram(path, value);
  refuseConfiguration(realpathSync(directory), env);
  refuseUnlisted(answer);
  const seen = new Set(before.map(([kind, path]) => `${kind} ${path}`));
  const inputs = [...before];
  for (const { kind, path } of answerInputs(answer)) {
    if (seen.has(`${kind} ${path}`)) continue;
    seen.add(`${kind} ${path}`);
    const { value, changed } = stateOf({ kind, path }, env);
    if (changed > began - TICK_MS) throw new Doubt(`${path} may have changed meanwhile`);
    inputs.push([kind, path, value]);
  }
  return inputs;
}

/**
 * Returns the inputs that an answer names or should have named, without those that every answer has. Throws {@link
 * Doubt}.
 */
function answerInputs({ packages, workspace_root }: MetadataAnswer): Input[] {
  const inputs: Input[] = [];
  const add = (kind: Input['kind'], path: string): void => {
    inputs.push({ kind, path });
  };
  const mustBe = (path: string): string => {
    if (!existsSync(path)) throw new Doubt(`${path} is not there`);
    return path;
  };
  add('content', mustBe(join(workspace_root, 'Cargo.lock')));
  // The root need not be above its members: `package.workspace` may name it.
  add('content', mustBe(join(workspace_root, 'Cargo.toml')));
  for (const { source, manifest_path, targets } of packages) {
    const directory = dirname(mustBe(manifest_path));
    if (source === null) {
      for (const above of upward(directory)) add('content', join(above, 'Cargo.toml'));
      add('targets', directory);
      for (const { src_path } of targets) add('file', mustBe(src_path));
    } else {
      for (const path of [manifest_path, directory, join(directory, 'src')]) add('stamp', path);
    }
  }
  for (const directory of globbed(workspace_root)) add('members', directory);
  return inputs;
}

/** Returns the directories directly below which a workspace's globs find packages. */
function globbed(root: string): string[] {
  const { workspace = {} } = readToml(join(root, 'Cargo.toml'));
  const patterns = ['members', 'default-members', 'exclude'].flatMap((key) => {
    const value = (workspace as Toml)[key] ?? [];
    if (!Array.isArray(value)) throw new Doubt(`workspace.${key} is no list`);
    return value.map(String);
  });
  return patterns
    .map((pattern) => pattern.replace(/\/+$/, ''))
    .filter((pattern) => /[*?[]/.test(pattern))
    .map((pattern) => {
      const above = dirname(pattern);
      if (/[*?[]/.test(above) || pattern.includes('**')) throw new Doubt(`the glob ${pattern}`);
      return resolve(root, above);
    });
}

/** Refuses an answer that leaves out path dependencies, for other platforms or features: Cargo.lock depends on them. */
function refuseUnlisted({ packages, workspace_members, workspace_root }: MetadataAnswer): void {
  const local = packages.filter(({ source }) => source === null);
  const listed = new Set(local.map(({ manifest_path }) => dirname(manifest_path)));
  const needs = (path: string): void => {
    if (!listed.has(path)) throw new Doubt(`the package at ${path} is not in the tree`);
  };
  const members = new Set(workspace_members);
  for (const { id, dependencies } of local) {
    for (const { kind, path } of dependencies)
      if (path && (kind !== 'dev' || members.has(id))) needs(path);
  }
  const { patch = {}, replace = {} } = readToml(join(workspace_root, 'Cargo.toml'));
  for (const table of [replace as Toml, ...Object.values(patch as Toml)]) {
    for (const dependency of Object.values(table as Toml)) {
      const path = (dependency as Toml).path;
      if (path !== undefined) needs(resolve(workspace_root, String(path)));
    }
  }
}

/** Refuses platforms other than the machine's: their specifications may be files that rustc finds by itself. */
function refuseArguments(args: readonly string[]): void {
  const known = new Set([
    'metadata',
    '--format-version=1',
    '--all-features',
    '--no-default-features',
    '--locked',
    '--offline',
    '--frozen',
  ]);
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] as string;
    if (argument === '--filter-platform' && args[index + 1] === likelyHost) index++;
    else if (argument === '--features' || argument === '-F') index++;
    else if (!known.has(argument) && !/^(?:--features=|-F)/.test(argument))
      throw new Doubt(`the argument ${argument}`);
  }
}

/** Refuses variables that name other programs, or files elsewhere. */
function refuseEnvironment(env: NodeJS.ProcessEnv): void {
  const doubtful =
    /^(?:(?:CARGO_BUILD_)?RUSTC(?:_WORKSPACE)?(?:_WRAPPER)?|CARGO_RESOLVER_LOCKFILE_PATH|CARGO_UNSTABLE_.*|__CARGO_.*|RUST_TARGET_PATH)$/;
  const name = Object.keys(env).find((variable) => doubtful.test(variable) && env[variable] !== '');
  if (name !== undefined) throw new Doubt(`${name} is set`);
}

/** Refuses scripts and the shims of other version managers: they may read any file. */
function refuseProgram(name: string, value: string): void {
  const real = value.split('\0', 1)[0] ?? '';
  if (!/^(?:cargo|rustc|rustup)(?:-[\d.]+)?$/.test(basename(real)) || !isElf(real))
    throw new Doubt(`${name} is none of Rust's own programs: ${real}`);
}

function isElf(path: string): boolean {
  return readRegularStart(path, 4).toString('latin1') === '\x7fELF';
}

/** Refuses configuration by which cargo reads files that are not inputs here, or runs other programs. */
function refuseConfiguration(real: string, env: NodeJS.ProcessEnv): void {
  for (const file of configFiles(real, env)) {
    if (!existsSync(file)) continue;
    const config = readToml(file);
    const { build = {}, resolver = {} } = config as Readonly<Record<string, Toml>>;
    const keys = [
      ...['include', 'paths', 'patch', 'unstable'].filter((key) => key in config),
      ...Object.keys(build).filter((key) => /^rustc(?:-workspace)?(?:-wrapper)?$/.test(key)),
      ...Object.keys(resolver).filter((key) => key === 'lockfile-path'),
    ];
    if (keys[0] !== undefined) throw new Doubt(`${file} has the key ${keys[0]}`);
  }
  for (const file of toolchainFiles(real)) {
    if (existsSync(file) && /\bpath\b/.test(readRegularFile(file).toString()))
      throw new Doubt(`${file} names a toolchain by its path`);
  }
}

function readToml(path: string): Toml {
  return parse(readRegularFile(path).toString()) as Toml;
}
