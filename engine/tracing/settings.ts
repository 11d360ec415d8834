import { relative } from 'node:path';
import { type Edit, type EditStep, type KeyPath, scopePath } from '../config/edit/edit.ts';
import type { ObservedProgram } from '../observed/types.ts';
import { isWithin } from '../paths.ts';
import { placesToWrite } from '../sandbox/denied.ts';
import { isPassedToAll } from '../sandbox/environment.ts';
import type { Workspace } from '../workspace/types.ts';

/** One setting of a sandbox table. */
export type Setting =
  | { readonly key: 'allow_network'; readonly value: true }
  | { readonly key: 'bind_writable' | 'make_writable' | 'pass_env'; readonly value: string };

/** Whose sandbox it is: that of a package's build script, by the package's name in cackle.toml, or that of rustc. */
export type Confined = { readonly build: string } | 'rustc';

/** What of each a sandbox may have to let through, by {@link confinedKey}. */
export type Settings = ReadonlyMap<string, readonly Setting[]>;

/** Returns the key of who is confined. */
export function confinedKey(who: Confined): string {
  return who === 'rustc' ? 'rustc' : `build ${who.build}`;
}

/** Returns the sandbox table of a key of {@link confinedKey}, as a path. */
export function tablePath(key: string): KeyPath {
  if (key === 'rustc') return ['rustc', 'sandbox'];
  return [...scopePath({ package: key.slice('build '.length), suffix: 'build' }), 'sandbox'];
}

/**
 * Returns the settings that would let through what programs were seen to do: more than they need, as a program may do without. What
 * they read in hidden places no setting but `extra_args` shows.
 */
export function settingsFor(
  programs: readonly ObservedProgram[],
  workspace: Workspace,
  env: NodeJS.ProcessEnv,
): Settings {
  const found = new Map<string, Map<string, Setting>>();
  for (const { kind, packageName, did, variables } of programs) {
    if (kind === 'test') continue;
    const key = confinedKey(kind === 'rustc' ? 'rustc' : { build: packageName });
    const settings = found.get(key) ?? new Map<string, Setting>();
    const add = (setting: Setting): unknown => settings.set(JSON.stringify(setting), setting);
    found.set(key, settings);
    for (const act of did) {
      if (act.api === 'net') add({ key: 'allow_network', value: true });
      // Inside, temporary directories are its own; the target directory has no names that stay.
      const isLasting = act.where !== 'temporary' && act.where !== 'target directory';
      if (act.what !== 'write' || !isLasting) continue;
      for (const place of placesToWrite(act.of)) {
        if (place.what !== 'write') continue;
        const path = place.path;
        const value = isWithin(path, workspace.root) ? relative(workspace.root, path) || '.' : path;
        add({ key: place.new ? 'make_writable' : 'bind_writable', value });
      }
    }
    for (const name of variables)
      if (env[name] !== undefined && !isPassedToAll(name)) add({ key: 'pass_env', value: name });
  }
  return new Map([...found].map(([key, settings]) => [key, [...settings.values()]]));
}

/**
 * Returns the edits that put build scripts and rustc into Bubblewrap, unless it `isBoxed` already, with these settings in place of those of
 * their own tables.
 */
export function settingsEdit(settings: Settings, isBoxed: boolean): Edit {
  const kind = { kind: 'set', path: ['sandbox', 'kind'], value: 'Bubblewrap' } as const;
  const steps: EditStep[] = isBoxed ? [] : [kind];
  for (const [key, wanted] of settings) {
    const table = tablePath(key);
    steps.push({ kind: 'drop', path: table }, ...wanted.map((one) => settingStep(table, one)));
  }
  return { steps };
}

function settingStep(table: KeyPath, setting: Setting): EditStep {
  const path = [...table, setting.key];
  return setting.key === 'allow_network'
    ? { kind: 'set', path, value: setting.value }
    : { kind: 'add', path, values: [setting.value] };
}
