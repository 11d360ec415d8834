import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'toml';
import * as z from '../../engine/schemas.ts';
import { type Annotation, annotationsOf, isRead } from '../support/annotations.ts';
import { cToolsFor, type SystemWord, systemWords, wordsOf } from './systems.ts';

const outcomes = {
  is: z.enum(['caught', 'clean', 'limit']),
  status: z.optional(z.int()),
  says: z._default(z.array(z.string()), []),
  problems: z._default(z.array(z.string()), []),
};

/** What is otherwise on other systems, and why. */
const elsewhereSchema = z.strictObject({
  why: z.string().check(z.minLength(1)),
  is: z.optional(outcomes.is),
  status: outcomes.status,
  says: z.optional(z.array(z.string())),
  problems: z.optional(z.array(z.string())),
});

const caseSchema = z.strictObject({
  ...outcomes,
  about: z.string().check(z.minLength(1)),
  limit: z.optional(z.string().check(z.minLength(1))),
  alone: z._default(z.boolean(), false),
  own_target: z._default(z.boolean(), false),
  outside_tmp: z._default(z.boolean(), false),
  compiles_c: z._default(z.boolean(), false),
  config: z._default(z.string(), ''),
  command: z._default(z.array(z.string()), []),
  env: z._default(z.record(z.string(), z.string()), {}),
  ran: z._default(z.array(z.string()), []),
  not_on: z._default(z.record(z.string(), z.string().check(z.minLength(1))), {}),
  on: z._default(z.record(z.string(), elsewhereSchema), {}),
});

/** One case of the corpus: what its case.toml says, its packages, and what its sources are annotated with, for one target. */
export interface Case extends Omit<z.infer<typeof caseSchema>, 'not_on' | 'on'> {
  readonly kind: string;
  /** `KIND/CASE`. */
  readonly name: string;
  readonly directory: string;
  /** Names of its packages by their directory, relative to the case; '' is the root package. */
  readonly packages: ReadonlyMap<string, string>;
  readonly annotations: readonly Annotation[];
  /** Does it say anything of tests or benches? Else those that cargo makes of its programs hold nothing new. */
  readonly tests: boolean;
  /** Does a directory `then` hold what the case turns into, after a check that has to be clean? */
  readonly changes: boolean;
  /** Why it cannot be checked for the target. */
  readonly left: string | undefined;
  /** Why something else is expected than on this machine. */
  readonly differs: string | undefined;
}

/** A case that does not follow the rules of test/evasions/README.md. */
export class CaseError extends Error {
  override readonly name = 'CaseError';
  constructor(file: string, reason: string) {
    super(`${file}: ${reason}`);
  }
}

/**
 * Reads every case below `root`, by name, with what it expects of a target; without one, of this machine. Throws CaseError at
 * the first that breaks a rule.
 */
export function readCases(root: string, target?: string): Case[] {
  const cases = directories(root).flatMap((kind) =>
    directories(join(root, kind)).map((name) => readCase(root, kind, name, target)),
  );
  const owners = new Map<string, string>();
  for (const c of cases) {
    if (c.own_target) continue;
    // What cargo calls one: a package by its name and its place in the workspace.
    const names = c.alone
      ? [...c.packages].map(([path, name]) => `${name}\` in \`${path}`)
      : [...c.packages.values(), ...sharedTargets(c)];
    for (const name of names) {
      const other = owners.get(name);
      if (other !== undefined && other !== c.name)
        throw new CaseError(
          c.directory,
          `\`${name}\` is the name of a package or example of ${other} too`,
        );
      owners.set(name, c.name);
    }
  }
  return cases;
}

function readCase(root: string, kind: string, name: string, target: string | undefined): Case {
  const words = wordsOf(target);
  const directory = join(root, kind, name);
  const file = join(directory, 'case.toml');
  if (!existsSync(file)) throw new CaseError(file, 'there is no such file');
  const parsed = caseSchema.safeParse(readToml(file));
  if (!parsed.success) throw new CaseError(file, z.prettifyError(parsed.error));
  const files = filesBelow(directory);
  const packages = new Map<string, string>();
  for (const manifest of files.filter((f) => /(^|\/)Cargo\.toml$/.test(f))) {
    const packageName = packageNameOf(join(directory, manifest));
    if (packageName !== undefined)
      packages.set(inCopy(manifest).replace(/\/?Cargo\.toml$/, ''), packageName);
  }
  const annotations = files.filter(isRead).flatMap((path) =>
    annotationsOf(inCopy(path), readFileSync(join(directory, path)), packages, (name) => {
      if (systemWords.includes(name as SystemWord)) return words.has(name as SystemWord);
      throw new CaseError(join(directory, path), `\`${name}\` is no system`);
    }),
  );
  const textOf = (path: string): string => readFileSync(join(directory, path), 'utf8');
  const tests = files.some(
    (path) =>
      /(^|\/)(tests|benches)\//.test(path) ||
      (/\.(rs|toml)$/.test(path) && /\b(tests?|bench|dev-dependencies)\b/.test(textOf(path))),
  );
  const changes = files.some((path) => path.startsWith('then/'));
  const { not_on, on, ...said } = parsed.data;
  const other = [...words].flatMap((name) => on[name] ?? []);
  const read: Case = {
    ...said,
    ...Object.assign({}, ...other.map(({ why: _, ...rest }) => rest)),
    left:
      [...words].flatMap((name) => not_on[name] ?? [])[0] ??
      (words.has('linux') ? undefined : unrunnable(said)) ??
      (said.compiles_c && cToolsFor(target) === undefined
        ? 'its build script compiles C, and there is no compiler for the target here'
        : undefined),
    differs: other[0]?.why,
    kind,
    name: `${kind}/${name}`,
    directory,
    packages,
    annotations,
    tests,
    changes,
  };
  const unknown = [...Object.keys(not_on), ...Object.keys(on)].find(
    (system) => !systemWords.includes(system as SystemWord),
  );
  if (unknown !== undefined) throw new CaseError(file, `\`${unknown}\` is no system`);
  const fault = faultOf(read, name);
  if (fault !== undefined) throw new CaseError(file, fault);
  return read;
}

/** Why a case that starts programs is for this machine alone. */
function unrunnable({ command }: Pick<Case, 'command'>): string | undefined {
  const runs = command.find((argument) => ['test', 'run'].includes(argument));
  return runs && `\`cackle ${runs}\` is for what this machine can run (rule 12.7)`;
}

/** What a case says that cannot be. */
function faultOf(c: Case, name: string): string | undefined {
  const expects = c.annotations.length + c.problems.length > 0;
  if (c.packages.get('') !== name && !c.alone)
    return `the package at its root has to be named \`${name}\``;
  if ((c.is === 'limit') !== (c.limit !== undefined))
    return '`limit` is given where, and only where, is = "limit"';
  if (c.is === 'clean' && (expects || (c.status ?? 0) !== 0))
    return 'a clean case expects no annotation, problem or failure';
  if (c.is === 'caught' && !expects && c.status === undefined)
    return 'a case that is caught has to expect an annotation, a problem or a status';
  if (c.alone) return undefined;
  if (c.changes) return 'a directory `then` needs alone = true';
  if (
    c.command.length > 0 ||
    c.says.length > 0 ||
    c.status !== undefined ||
    c.own_target ||
    c.outside_tmp
  )
    return '`command`, `says`, `status`, `own_target` and `outside_tmp` need alone = true';
  if (Object.keys(c.env).length > 0) return '`env` needs alone = true';
  if (existsSync(join(c.directory, 'cackle.toml')) || existsSync(join(c.directory, '.cargo')))
    return 'a cackle.toml or .cargo of its own needs alone = true';
  if (c.config === '') return undefined;
  if (!/^\s*\[/.test(c.config)) return '`config` has to begin with a table, as `[pkg.x]`';
  let config: Record<string, unknown>;
  try {
    config = parse(c.config) as Record<string, unknown>;
  } catch (error) {
    return `\`config\` is no TOML: ${(error as Error).message}`;
  }
  const own = new Set(c.packages.values());
  const foreign = [
    ...Object.keys(config).filter((key) => key !== 'pkg'),
    ...Object.keys((config.pkg ?? {}) as object).filter((key) => !own.has(key)),
  ];
  return foreign.length === 0
    ? undefined
    : `\`config\` says something of \`${foreign[0]}\`, which other cases share: alone = true`;
}

/** Examples are put into one directory, without a hash in their names. */
function sharedTargets({ directory }: Case): string[] {
  const examples = join(directory, 'examples');
  if (!existsSync(examples)) return [];
  return readdirSync(examples).map((file) => `example ${file.replace(/\.rs$/, '')}`);
}

/** Where a file of a case lies once `then` was copied over the rest. */
function inCopy(path: string): string {
  return path.replace(/^then\//, '');
}

function packageNameOf(manifest: string): string | undefined {
  const { package: p } = readToml(manifest) as { package?: { name?: string } };
  return p?.name;
}

function readToml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CaseError(file, (error as Error).message);
  }
}

function directories(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Every file below a directory but what is no plain file, relative to it. */
export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}
