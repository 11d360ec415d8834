import { UnknownUnitError } from '../build/units.ts';
import { readExports } from '../config/exports.ts';
import { readConfig } from '../config/read.ts';
import { CheckError } from '../errors.ts';
import { trim } from '../facts/cache.ts';
import { writeAtomically } from '../facts/files.ts';
import { RecordStore, type StoreLocation } from '../facts/store.ts';
import { makeDirectory } from '../make-directory.ts';
import { Pools } from '../pool/pools.ts';
import { Sandboxes } from '../sandbox/sandboxes.ts';
import { seconds } from '../trace/seconds.ts';
import { clock } from '../trace/spans.ts';
import { Unchanged } from '../units/unchanged.ts';
import { forgetChanged } from '../units/verify.ts';
import type { LiveConfig } from '../verdicts/live-config.ts';
import {
  dropUsedAnswers,
  markUsedAnswers,
  takeNewQuestions,
} from '../workspace/metadata-cache/read.ts';
import { build, type Round, Tally } from './build.ts';
import type { Checked } from './foreground.ts';
import { openLocation } from './location.ts';
import type { CheckObserver, CheckOptions } from './options.ts';
import { type Judgement, judgeAgain, judgeBuilt } from './report.ts';
import { readTree } from './tree.ts';

/** How often a build is repeated for units whose stored facts were lost: they come to light a layer at a time. */
const MAX_ROUNDS = 6;
const MAX_JUDGEMENTS = 8;

/**
 * Builds and judges, again as long as stored facts turn out to be lost. The configuration in force is read here, unless
 * `accepting` brings one that may change meanwhile. Throws ConfigError and CheckError.
 */
export async function checkOnce(
  options: CheckOptions,
  observer: CheckObserver,
  signal: AbortSignal,
  tally = new Tally(),
  accepting?: LiveConfig,
): Promise<Checked> {
  const mayKeep = options.verify !== true;
  try {
    return await checkTree({ ...options, mayKeep }, observer, signal, tally, accepting);
  } catch (error) {
    if (!(error instanceof UnknownUnitError) || !dropUsedAnswers()) throw error;
    observer.log?.(
      'warn',
      `${error.message}; an answer of cargo that was kept may be wrong: it is asked anew`,
    );
    return await checkTree(options, observer, signal, tally, accepting);
  }
}

/** With `mayKeep` the tree may be as cargo has described it earlier. */
async function checkTree(
  options: CheckOptions & { readonly mayKeep?: boolean },
  observer: CheckObserver,
  signal: AbortSignal,
  tally: Tally,
  accepting: LiveConfig | undefined,
): Promise<Checked> {
  const timing: Record<string, number> = {};
  const started = performance.now();
  const processor = process.cpuUsage();
  const { workspace, configFile } = await readTree(options);
  signal.throwIfAborted();
  timing.metadata = seconds(started);
  observer.trace?.add('metadata', 'cargo metadata', clock() - timing.metadata * 1000);
  const exports = await readExports(workspace.packages);
  const live = accepting ?? { current: await readConfig(configFile, exports) };
  const asksNobody = accepting === undefined || accepting.answersAtOnce === true;
  if (asksNobody && live.current.apis.size === 0)
    observer.cargoOutput(
      'note: cackle.toml watches no API, so that none is found: common.import_std = ["fs", "net", "process"] watches these',
    );
  const sandboxes = await Sandboxes.open(
    live.current,
    workspace,
    options.command?.subcommand === 'test',
  );
  const location = await openLocation(workspace.targetDirectory);
  const store = await openStore(location.root);
  const pools = new Pools(observer.trace);
  const common = { workspace, sandboxes, store };
  // Where somebody is asked, cackle.toml is edited meanwhile, by hand too.
  const given = accepting === undefined ? [configFile] : [];
  const unchanged = await Unchanged.begin(workspace, store, given).catch((error: Error) => {
    throw cannotKeep(location.root, error);
  });
  const session = {
    ...{ options, observer, signal, live, exports, pools, location, timing, tally },
    unchanged,
  };
  try {
    if (options.verify) {
      const changed = await forgetChanged(store, pools, workspace);
      if (changed.length > 0)
        observer.log?.('warn', `not as they were recorded: ${changed.join(', ')}`);
    }
    for (let round = 1; ; round++) {
      const result = await buildAndJudge({ ...common, ...session }, accepting).catch(
        async (error: unknown) => {
          // Such a change may be why, and then it is what has to be told.
          if (error instanceof CheckError) await unchanged.refuseChanges([], []);
          throw error;
        },
      );
      // Cargo would read it again.
      if (result.report === undefined) await unchanged.refuseChanges([], []);
      if (result.report !== undefined) {
        await result.settle();
        if (accepting?.isReplaced !== undefined && unchanged.ran && (await accepting.isReplaced()))
          throw new CheckError(
            `${configFile} changed while the check ran, and not by this program`,
            'look at it (`git diff`), put it right and check again',
          );
        timing.total = seconds(started);
        const { user, system } = process.cpuUsage(processor);
        timing.processor = (user + system) / 1e6;
        const report = { ...result.report, timing };
        // Beside the report: nobody waits for it.
        setImmediate(() => void keep(location, observer));
        for (const level of result.limited)
          void trim(level).then((bytes) => {
            if (bytes > 0)
              observer.log?.('info', `removed ${bytes} bytes of old facts from ${level.directory}`);
          });
        const { config, executables } = result;
        return { ...common, config, executables, report };
      }
      if (round === MAX_ROUNDS) {
        throw new CheckError(
          `cargo keeps calling units fresh whose facts are not stored: ${result.lost.join(', ')}`,
          `remove ${location.root} and check again`,
        );
      }
    }
  } finally {
    await pools.close();
  }
}

/** Runs cargo once and judges, again after each fix that needs no other build. */
async function buildAndJudge(round: Round, accepting: LiveConfig | undefined): Promise<Judgement> {
  const built = await build(round);
  if ('lost' in built) return built;
  let judged = await judgeBuilt(round, built);
  for (let times = 1; accepting?.accept !== undefined && times < MAX_JUDGEMENTS; times++) {
    if (judged.report === undefined || judged.report.unchecked.length > 0) break;
    if (!(await accepting.accept(judged.report.problems, judged.config))) break;
    round.observer.log?.('info', 'judging again, by the fixes that were accepted');
    judged = await judgeAgain(round, built);
  }
  return judged;
}

/** Keeps what cargo said of the tree, where the user's cache is in use. */
async function keep({ shared }: StoreLocation, observer: CheckObserver): Promise<void> {
  if (shared === undefined) return;
  markUsedAnswers();
  const asked = takeNewQuestions();
  if (asked.length === 0) return;
  const log = (text: string): void => observer.log?.('info', text);
  const { answersToKeep } = await import('../workspace/metadata-cache/write.ts');
  for (const { path, content } of answersToKeep(asked, shared, log))
    await writeAtomically(path, content).catch((error: Error) => log(error.message));
}

async function openStore(root: string): Promise<RecordStore> {
  try {
    await makeDirectory(root);
    return await RecordStore.open(root);
  } catch (error) {
    throw cannotKeep(root, error as Error);
  }
}

function cannotKeep(root: string, error: Error): CheckError {
  return new CheckError(
    `cannot keep facts in ${root}: ${error.message}`,
    'the target directory has to be writable; CARGO_TARGET_DIR names another',
    { cause: error },
  );
}
