import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { openLocation } from '../check/store.ts';
import { readTree } from '../check/tree.ts';
import { readConfig } from '../config/read.ts';
import { CheckError } from '../errors.ts';
import { RecordStore } from '../facts/store.ts';
import type { Compiled } from '../judge/foreign.ts';
import type { OutputSpec } from '../judge/joiner.ts';
import { Pools } from '../pool/pools.ts';
import { seconds } from '../trace/seconds.ts';
import type { TimeSpan } from '../trace/spans.ts';
import { factsFile } from '../units/inputs.ts';
import { outputSpec } from '../units/output-spec.ts';
import { isSysroot } from '../workspace/owners.ts';
import type { Workspace, WorkspaceChoice } from '../workspace/types.ts';

/** The results with one number of worker threads. */
export interface BenchRun {
  readonly workers: number;
  readonly extraction: Throughput;
  readonly judgement: {
    readonly seconds: number;
    readonly outputsPerSecond: number;
    /** Sum over all threads. */
    readonly joinSeconds: number;
    readonly judgeSeconds: number;
  };
}

/** The speed of extraction. */
export interface Throughput {
  readonly seconds: number;
  readonly megabytesPerSecond: number;
  readonly objectsPerSecond: number;
}

/** Throughput over the tree that the last check built. */
export interface BenchReport {
  readonly workspaceRoot: string;
  readonly files: number;
  readonly bytes: number;
  readonly objects: number;
  readonly outputs: number;
  readonly runs: readonly BenchRun[];
  /** The files that took longest, with the smallest number of workers. */
  readonly slowest: readonly { path: string; bytes: number; seconds: number }[];
}

const SLOWEST = 10;
/** After so many bytes the JavaScript engine has optimised a thread's code. */
const WARM_BYTES = 64e6;

/**
 * Extracts every file of the last check that is still there, and joins and judges its outputs, with each number of
 * workers; stores nothing. Threads are started and warmed up before time is measured. Throws CheckError.
 */
export async function measureTree(
  options: WorkspaceChoice & { readonly workers: readonly number[] },
  progress: (text: string) => void,
): Promise<BenchReport> {
  const tree = await lastCheck(options);
  const runs: BenchRun[] = [];
  let objects = 0;
  let slowest: BenchReport['slowest'] | undefined;
  for (const workers of [...options.workers].sort((a, b) => a - b)) {
    progress(`${workers} worker${workers === 1 ? '' : 's'}`);
    const measured = await withWorkers(workers, tree);
    objects = measured.objects;
    runs.push(measured.run);
    slowest ??= measured.slowest;
  }
  const { workspace, files, bytes, outputs } = tree;
  const counts = { files: files.length, bytes, objects, outputs: outputs.length };
  return { workspaceRoot: workspace.root, ...counts, runs, slowest: slowest ?? [] };
}

interface BuiltFile {
  readonly path: string;
  readonly bytes: number;
  readonly debugInfo: boolean;
}

interface BuiltTree {
  readonly workspace: Workspace;
  readonly files: readonly BuiltFile[];
  readonly bytes: number;
  readonly outputs: readonly OutputSpec[];
  readonly apis: Parameters<Pools['references']>[0]['apis'];
}

/** Reads the files and outputs of the last check; objects that only the linker saw are gone. */
async function lastCheck(choice: WorkspaceChoice): Promise<BuiltTree> {
  const { workspace, configFile, exports } = await readTree(choice);
  const location = await openLocation(workspace.targetDirectory);
  const config = await readConfig(configFile, exports);
  // Opening a store would create one.
  const units = existsSync(location.root)
    ? await (await RecordStore.open(location.root)).units()
    : [];
  const links = units.flatMap((unit) => unit.links).filter(({ output }) => existsSync(output));
  const paths = new Set([
    ...units.flatMap((unit) => unit.outputs.map(({ path }) => path)).filter(isLibrary),
    ...links
      .flatMap(({ inputs }) => inputs.filter(({ kind }) => kind === 'archive'))
      .map((i) => i.path),
  ]);
  const files: BuiltFile[] = [];
  for (const path of [...paths].sort()) {
    const bytes = (await stat(path).catch(() => undefined))?.size;
    if (bytes !== undefined) files.push({ path, bytes, debugInfo: !isSysroot(path, workspace) });
  }
  if (files.length === 0 || links.length === 0)
    throw new CheckError(
      `no check has left anything to measure in ${workspace.targetDirectory}`,
      `run \`cackle -n --path ${choice.path}\` first; it does not matter what it finds`,
    );
  return {
    workspace,
    files,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    outputs: links.map((link) =>
      outputSpec(link, link.output, (path, facts) => factsFile(location, workspace, path, facts)),
    ),
    apis: [...config.apis.values()].map(({ name, include, exclude }) => ({
      name,
      include,
      exclude,
    })),
  };
}

const isLibrary = (path: string): boolean => path.endsWith('.rlib');

async function withWorkers(
  workers: number,
  tree: BuiltTree,
): Promise<{ run: BenchRun; objects: number; slowest: BenchReport['slowest'] }> {
  const { files, outputs, apis, bytes } = tree;
  const pools = new Pools(undefined, workers);
  const extract = async ({ path, debugInfo }: BuiltFile) => {
    const { value, spans } = await pools.measured('extract', {
      paths: [path],
      debugInfo,
      stores: [],
    });
    return { path, bytes: value.bytes, objects: value.members, seconds: secondsOf(spans) };
  };
  const judge = async (output: OutputSpec) => {
    const compiled = output.inputs.map(
      ({ path }): Compiled => (isSysroot(path, tree.workspace) ? 'toolchain' : 'all'),
    );
    const job = { output, compiled, apis, keep: undefined };
    const { value, spans } = await pools.measured('references', job);
    if ('stale' in value)
      throw new CheckError(
        `facts of the last check are missing: ${value.stale.join(', ')}`,
        'run `cackle -n`, which extracts them again',
      );
    return spans;
  };
  const warmUp = async (): Promise<void> => {
    const some = enoughToWarmUp(files);
    const nothing = outputs.slice(0, 1).map((output) => ({ ...output, inputs: [] }));
    const each = Array.from({ length: workers }, () => [
      ...some.map(extract),
      ...nothing.map(judge),
    ]);
    await Promise.all(each.flat());
  };
  try {
    await warmUp();
    const extracted = await timed(() => Promise.all(files.map(extract)));
    const judged = await timed(() => Promise.all(outputs.map(judge)));
    const objects = extracted.value.reduce((sum, file) => sum + file.objects, 0);
    const spans = judged.value.flat();
    return {
      objects,
      slowest: extracted.value
        .map(({ path, bytes: size, seconds }) => ({ path, bytes: size, seconds }))
        .sort((a, b) => b.seconds - a.seconds)
        .slice(0, SLOWEST),
      run: {
        workers,
        extraction: {
          seconds: extracted.seconds,
          megabytesPerSecond: bytes / 1e6 / extracted.seconds,
          objectsPerSecond: objects / extracted.seconds,
        },
        judgement: {
          seconds: judged.seconds,
          outputsPerSecond: outputs.length / judged.seconds,
          joinSeconds: secondsOf(spans.filter(({ phase }) => phase === 'join')),
          judgeSeconds: secondsOf(spans.filter(({ phase }) => phase === 'judge')),
        },
      },
    };
  } catch (error) {
    if (error instanceof CheckError) throw error;
    const { message } = error as Error;
    throw new CheckError(message, 'does `cackle -n` still pass?', { cause: error });
  } finally {
    await pools.close();
  }
}

/** The first files that have {@link WARM_BYTES} together, or all. */
function enoughToWarmUp(files: readonly BuiltFile[]): readonly BuiltFile[] {
  let bytes = 0;
  const end = files.findIndex((file) => {
    bytes += file.bytes;
    return bytes >= WARM_BYTES;
  });
  return end < 0 ? files : files.slice(0, end + 1);
}

const secondsOf = (spans: readonly TimeSpan[]): number =>
  spans.reduce((sum, { start, end }) => sum + end - start, 0) / 1000;

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const started = performance.now();
  const value = await work();
  return { value, seconds: seconds(started) };
}
