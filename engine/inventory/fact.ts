import { normalisedInstruction } from '../config/instruction-rules.ts';
import type { ScopeSuffix } from '../config/types.ts';

/** What a fact is about. Only an API, an instruction and what is read while compiling have a name of their own. */
export type FactKind =
  | 'api'
  | 'unsafe'
  | 'extern'
  | 'proc-macro'
  | 'build-script'
  | 'instruction'
  | ReadKind;

/** A variable or file that code reads while it is compiled (rule 4.27). */
export type ReadKind = 'compile-env' | 'compile-file';

/** One thing that a package does, or is, in one of its scopes, whether cackle.toml allows it or not (rule 11.1). */
export interface Fact {
  readonly scope: ScopeSuffix;
  readonly kind: FactKind;
  /** The name of the API, variable or file; the build instruction as {@link recordedInstruction} returns it; else empty. */
  readonly name: string;
}

const scopes: readonly ScopeSuffix[] = ['', 'build', 'test', 'from.build', 'from.test'];

const words = {
  unsafe: 'unsafe',
  extern: 'extern',
  'proc-macro': 'proc macro',
  'build-script': 'build script',
} as const;

/** Returns a fact as cackle.lock and reports write it, e.g. `api net`, `build: api fs`, `compile env GIT_HASH`. */
export function factText({ scope, kind, name }: Fact): string {
  const what = whatText(kind, name);
  return scope === '' ? what : `${scope}: ${what}`;
}

function whatText(kind: FactKind, name: string): string {
  switch (kind) {
    case 'api':
      return `api ${name}`;
    case 'instruction':
      return name;
    case 'compile-env':
    case 'compile-file':
      return `${kind.replace('-', ' ')} ${isPlain.test(name) ? name : quoted(name)}`;
    default:
      return words[kind];
  }
}

/** Crates choose these names: in cackle.lock, targets stand in brackets behind a fact. */
const isPlain = /^[^"\s[\]\p{C}]+$/u;

/** Returns the fact that {@link factText} writes as `text`; undefined for any other text. */
export function parseFact(text: string): Fact | undefined {
  const found = /^(build|test|from\.build|from\.test): (.*)$/s.exec(text);
  const scope = (found?.[1] ?? '') as ScopeSuffix;
  const what = found?.[2] ?? text;
  const kind = Object.entries(words).find(([, word]) => word === what)?.[0];
  if (kind !== undefined) return { scope, kind: kind as FactKind, name: '' };
  if (/^api \S+$/.test(what)) return { scope, kind: 'api', name: what.slice('api '.length) };
  const read = /^compile (env|file) (.+)$/s.exec(what);
  if (read !== null) {
    const [, of, written = ''] = read;
    const name = isPlain.test(written) ? written : unquoted(written);
    return name === undefined
      ? undefined
      : { scope, kind: `compile-${of as 'env' | 'file'}`, name };
  }
  if (what.startsWith('cargo:')) return { scope, kind: 'instruction', name: what };
  return undefined;
}

function quoted(name: string): string {
  const escaped = (letter: string): string =>
    letter
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  return JSON.stringify(name).replaceAll(/\p{C}/gu, escaped);
}

function unquoted(text: string): string | undefined {
  try {
    const name: unknown = JSON.parse(text);
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns a build instruction without what differs from machine to machine or from build to build: the value of a variable
 * or of metadata, and paths.
 */
export function recordedInstruction(instruction: string): string {
  const line = normalisedInstruction(instruction).replaceAll('\n', ' ');
  const variable = /^cargo:rustc-env=[^=]*=/s.exec(line)?.[0];
  if (variable !== undefined) return `${variable}*`;
  const metadata = /^cargo:(?!rustc-)[^=]+=/s.exec(line)?.[0];
  if (metadata !== undefined) return `${metadata}*`;
  // Several options may stand in one line, and the path of one is no reason to leave out another.
  const [, key, options] = severalOptions.exec(line) ?? [];
  if (key === undefined || options === undefined) return withoutPath(line);
  return `${key}${options.replace(/[^\s,]+/g, withoutPath)}`;
}

/** See The Cargo Book, "Outputs of the Build Script": `rustc-flags` takes several, and the linker too behind `-Wl,`. */
const severalOptions = /^(cargo:rustc-(?:flags|(?:cdylib-)?link-arg[^=]*)=)(.*)$/s;

/** Leaves out a path, and all behind it. */
function withoutPath(text: string): string {
  const path = text.indexOf('/');
  if (path < 0) return text;
  const start = Math.max(text.lastIndexOf('=', path), text.lastIndexOf(' ', path));
  return `${text.slice(0, start + 1)}*`;
}

/** What is most dangerous first: code that runs while building, the network, programs, files. */
const danger: Readonly<Record<string, number>> = {
  'proc-macro': 0,
  'build-script': 0,
  net: 1,
  unix_sockets: 1,
  process: 1,
  fs: 2,
  'compile-file': 2,
  extern: 3,
  instruction: 3,
  env: 4,
  'compile-env': 4,
  terminate: 4,
  unsafe: 5,
};

/** Returns a key that sorts facts, the most dangerous first. */
export function dangerOrder(fact: Fact): string {
  const rank = (fact.kind === 'api' ? danger[fact.name] : danger[fact.kind]) ?? 2;
  // What runs on the machine that builds goes before what only runs in tests.
  return `${rank} ${['build', 'from.build', '', 'test', 'from.test'].indexOf(fact.scope)} ${factText(fact)}`;
}

/** Returns a key that sorts the facts of a package as cackle.lock lists them: by scope, then by kind and name. */
export function lockOrder(fact: Fact): string {
  return `${scopes.indexOf(fact.scope)} ${factText(fact)}`;
}
