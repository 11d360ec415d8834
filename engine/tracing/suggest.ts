import { lstatSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { checkTree } from '../check/check.ts';
import type { FinishedCheck } from '../check/report.ts';
import type { Tree } from '../check/tree.ts';
import { applyEdits } from '../config/edit/edit.ts';
import { readConfigText, writeConfigText } from '../config/edit/write.ts';
import type { Config } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import { requireBubblewrap } from '../sandbox/probe.ts';
import type { Traced, TraceRequest } from './observe.ts';
import { confinedKey, type Setting, type Settings, settingsEdit, settingsFor } from './settings.ts';
import { forgetPrograms } from './target-directory.ts';

/** The narrowest sandbox under which the build passed. */
export interface Suggestion {
  /** By who is confined, `rustc` or `build PACKAGE`; those that need nothing have an empty list. */
  readonly settings: readonly { readonly who: string; readonly needs: readonly Setting[] }[];
  /** The lines of cackle.toml. */
  readonly toml: string;
  /** Builds that were made to find it; the last one is the proof. */
  readonly runs: number;
  /** What cackle.toml has for these sandboxes is something else. */
  readonly changes: boolean;
  /** cackle.toml was replaced. */
  readonly written: boolean;
}

/**
 * Finds the narrowest settings of `[pkg.NAME.build.sandbox]` and `[rustc.sandbox]` under which every build script says and leaves the same as
 * in the trace, and nothing fails: without any at first, then with what was seen, less one at a time; the last build has just what
 * is suggested (rule 14.7). With `write`, cackle.toml gets them. Throws CheckError when there are none.
 */
export async function suggest(
  request: TraceRequest,
  { checked, observed, tree }: Traced,
  write: boolean,
): Promise<Suggestion> {
  await requireBubblewrap();
  const { unchecked } = observed;
  if (unchecked.length > 0)
    throw new CheckError(
      `no sandbox can be suggested, since not everything ran: ${unchecked.map((u) => `the ${u.held} of ${u.packageLabel}`).join(', ')}`,
      '`cackle -n` says what to allow first',
    );
  const directory = await mkdtemp(join(tmpdir(), 'cackle-suggest-'));
  try {
    const isBoxed = isBoxedBy(checked.config);
    const search = new Search(request, tree, directory, await leftBy(checked), isBoxed);
    const all = settingsFor(observed.programs, checked.workspace, process.env);
    const settings = await search.narrowest(all);
    const before = await readConfigText(tree.configFile);
    const text = applyEdits(before.text, [settingsEdit(settings, isBoxed)]);
    if (write && text !== before.text) await writeConfigText(before, text);
    const needed = [...settings].filter(([, needs]) => needs.length > 0);
    return {
      settings: [...settings]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([who, needs]) => ({ who, needs })),
      toml: applyEdits('', [settingsEdit(new Map(needed), isBoxed)]),
      runs: search.runs,
      changes: text !== before.text,
      written: write && text !== before.text,
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Does `[sandbox]` choose Bubblewrap, which `Auto` takes where it works? */
function isBoxedBy(config: Config): boolean {
  const { kind } = config.sandbox({ package: '', suffix: 'build' });
  return kind === 'Bubblewrap' || kind === 'Auto';
}

/** What a build script printed for cargo and left in OUT_DIR, as one text, by OUT_DIR. */
type Left = ReadonlyMap<string, { readonly who: string; readonly text: string }>;

class Search {
  runs = 0;
  private readonly request: TraceRequest;
  private readonly tree: Tree;
  private readonly directory: string;
  private readonly wanted: Left;
  private readonly isBoxed: boolean;

  constructor(
    request: TraceRequest,
    tree: Tree,
    directory: string,
    wanted: Left,
    isBoxed: boolean,
  ) {
    this.isBoxed = isBoxed;
    this.request = request;
    this.tree = tree;
    this.directory = directory;
    this.wanted = wanted;
  }

  async narrowest(all: Settings): Promise<Settings> {
    const everybody = new Set([...all.keys(), 'rustc']);
    for (const { who } of this.wanted.values()) everybody.add(who);
    const none = new Map<string, readonly Setting[]>([...everybody].map((who) => [who, []]));
    let failing = await this.failing(none);
    if (failing.size === 0) return none;
    let current = new Map(none);
    for (const who of failing) current.set(who, all.get(who) ?? []);
    failing = await this.failing(current);
    // Only with rustc's settings it shows what build scripts need.
    if (failing.size > 0) {
      for (const who of failing) current.set(who, all.get(who) ?? []);
      failing = await this.failing(current);
    }
    if (failing.size > 0) throw unsolved(failing);
    const most = Math.max(...[...current.values()].map((settings) => settings.length));
    // From the last on, so that the numbers of the others stay.
    for (let index = most - 1; index >= 0; index--) {
      const fewer = new Map(
        [...current].map(([who, settings]) => [who, settings.filter((_, i) => i !== index)]),
      );
      const needed = await this.failing(fewer);
      const kept = current;
      current = new Map(
        [...fewer].map(([who, few]) => [who, needed.has(who) ? (kept.get(who) ?? []) : few]),
      );
    }
    // What was left out of several at once is proved together.
    failing = await this.failing(current);
    if (failing.size > 0) throw unsolved(failing);
    return current;
  }

  /** Builds with these settings; resolves to who failed, or did something else than in the trace. */
  private async failing(settings: Settings): Promise<Set<string>> {
    const { options, observer, signal } = this.request;
    this.runs++;
    const { text } = await readConfigText(this.tree.configFile);
    const configFile = join(this.directory, 'cackle.toml');
    await writeFile(configFile, applyEdits(text, [settingsEdit(settings, this.isBoxed)]));
    await forgetPrograms(this.tree.workspace);
    observer.cargoOutput(`note: build ${this.runs} to find the narrowest sandbox`);
    const tree = { ...this.tree, configFile };
    let checked: FinishedCheck;
    try {
      checked = await checkTree({
        options: { ...options, configFile, traces: false },
        observer,
        signal,
        tree,
      });
    } catch (error) {
      // rustc, or what it runs, failed: without it nothing more is known.
      if (signal.aborted || !(error instanceof CheckError)) throw error;
      if ((settings.get('rustc') ?? []).length > 0) throw error;
      return new Set(['rustc']);
    }
    const left = await leftBy(checked);
    const failing = new Set<string>();
    for (const [outDir, { who, text: said }] of this.wanted)
      if (left.get(outDir)?.text !== said) failing.add(who);
    for (const { packageLabel } of checked.report.unchecked) {
      const p = checked.workspace.packages.find(({ label }) => label === packageLabel);
      failing.add(confinedKey({ build: p?.name ?? packageLabel }));
    }
    return failing;
  }
}

function unsolved(who: ReadonlySet<string>): CheckError {
  const names = [...who].sort().join(', ');
  return new CheckError(
    `no setting was found with which these do the same in a sandbox: ${names}`,
    'what a sandbox hides only `extra_args` shows (engine/sandbox/README.md); `cackle trace` lists what they read, and `cackle -n` with kind = "Bubblewrap" why they fail',
  );
}

/** Resolves to what the build scripts of a check told cargo and left: instructions, and names and sizes of files. */
async function leftBy({ scripts, workspace }: FinishedCheck): Promise<Left> {
  const found = new Map<string, { readonly who: string; readonly text: string }>();
  for (const { outDir, instructions, packageId } of scripts) {
    const p = workspace.byId.get(packageId);
    if (p === undefined) continue;
    const text = [...instructions, ...(await listing(outDir))].join('\n');
    found.set(outDir, { who: confinedKey({ build: p.name }), text });
  }
  return found;
}

async function listing(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => `${relative(directory, path)} ${lstatSync(path).size}`);
}
