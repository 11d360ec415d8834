import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { readRegularFile } from '../regular-file.ts';
import type { Repository } from '../revisions/ask-git.ts';
import { nameOfFile, objectsOf } from '../revisions/git.ts';
import { CONFIG_NAMES, configFiles, toolchainFiles } from '../workspace/cargo-files.ts';
import { parse } from '../workspace/toml.ts';
import type { Loosened } from './types.ts';

/** Settings of cargo that neither run nor bring nor steer code (the Cargo Book, "Configuration"). */
const harmless =
  /^(?:term|cargo-new|future-incompat-report|profile|resolver|cache)\.|^build\.(?:jobs|incremental)$|^net\.(?:retry|offline)$/;
/** Settings whose values are nobody's business. */
const secret = /(?:token|password|secret-key)$/;
/** Letters of a value that are shown. */
const SHOWN = 80;

/** What of cargo's and rustup's files in a repository is otherwise than in the base. */
export interface ChangedSettings {
  readonly texts: readonly Loosened[];
  /** Does `[env]` differ? Cargo does not run a build script again for that, nor a proc macro. */
  readonly env: boolean;
}

/**
 * Resolves to what cargo's configuration and rustup's toolchain file set otherwise than in a commit, and which files that they name
 * differ: programs run by them, and code comes from where they say (rule 11.12). `changed`: the files that differ, as git names
 * them. `root`: of the workspace. Throws CheckError.
 */
export async function changedSettings(
  repository: Repository,
  commit: string,
  root: string,
  changed: readonly string[],
): Promise<ChangedSettings> {
  const different = new Set(changed.map((file) => resolve(repository.root, file)));
  const isInside = (file: string): boolean => nameOfFile(repository, commit, file) !== undefined;
  const ofCargo = configFiles(root, {}).filter(isInside);
  const ofRustup = toolchainFiles(root).filter(isInside);
  const all = [...ofCargo, ...ofRustup];
  const names = all.map((file) => nameOfFile(repository, commit, file) ?? '');
  const before = all.some((file) => different.has(file)) ? await objectsOf(repository, names) : [];
  const texts: Loosened[] = [];
  let env = false;
  for (const [index, path] of all.entries()) {
    const now = settingsOf(textOf(path));
    const file = relative(repository.root, path);
    const isCargo = index < ofCargo.length;
    if (different.has(path)) {
      const object = before[index];
      const was = settingsOf(object?.type === 'blob' ? object.content.toString() : undefined);
      const keys = [...new Set([...now.keys(), ...was.keys()])].filter(
        (key) => now.get(key) !== was.get(key),
      );
      env ||= isCargo && keys.some((key) => key.startsWith('env.'));
      texts.push(
        ...keys
          .filter((key) => (isCargo ? !harmless.test(key) : key === 'toolchain.path'))
          .map((key) => ({ file, text: changeOf(key, now.get(key)) })),
      );
    }
    texts.push(
      ...namedFiles(now, path, isCargo, different).map((named) => ({
        file,
        text: `it names ${relative(repository.root, named)}, which differs`,
      })),
    );
  }
  return { texts, env };
}

function changeOf(key: string, value: string | undefined): string {
  if (value === undefined) return `${key} is gone`;
  if (secret.test(key)) return `${key} is another`;
  const shown = value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value;
  return `${key} is ${shown}`;
}

/** The files that differ and that a value names, or that lie in a directory which one names as the place of a toolchain. */
function namedFiles(
  settings: ReadonlyMap<string, string>,
  path: string,
  isCargo: boolean,
  different: ReadonlySet<string>,
): string[] {
  const directory = dirname(path);
  const bases = isCargo ? [dirname(directory), directory] : [directory];
  const found = [...settings].flatMap(([key, value]) => {
    if (!isCargo && key !== 'toolchain.path') return [];
    const words = [...value.matchAll(/[^\s"',=[\]{}]+/g)].map(([word]) => word);
    return words.flatMap((word) => {
      const paths = isAbsolute(word) ? [word] : bases.map((base) => join(base, word));
      if (isCargo) return paths.filter((named) => different.has(named));
      return [...different].filter((file) => paths.some((named) => file.startsWith(`${named}/`)));
    });
  });
  return [...new Set(found)].filter((named) => !isOfCargo(named));
}

const isOfCargo = (path: string): boolean =>
  CONFIG_NAMES.some((name) => path.endsWith(`/.cargo/${name}`));

/** The settings of a file by their keys, as JSON; none of what is not there or no TOML: cargo and rustup refuse that. */
function settingsOf(text: string | undefined): Map<string, string> {
  const settings = new Map<string, string>();
  const add = (key: string, value: unknown): void => {
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isTable || value instanceof Date) settings.set(key, JSON.stringify(value, plain));
    else
      for (const [name, of] of Object.entries(value)) add(key === '' ? name : `${key}.${name}`, of);
  };
  try {
    if (text !== undefined) add('', parse(text));
  } catch {
    settings.clear();
  }
  return settings;
}

/** The parser's large integers are no JSON. */
const plain = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

function textOf(file: string): string | undefined {
  try {
    return readRegularFile(file).toString();
  } catch {
    return undefined;
  }
}
