import { applyEdits, type Edit } from '../config/edit/edit.ts';
import { type ConfigFileText, readConfigText, writeConfigText } from '../config/edit/write.ts';
import type { Exports } from '../config/exports.ts';
import { parseConfig } from '../config/read.ts';
import type { Config } from '../config/types.ts';
import type { Fix, FixKnowledge } from '../fixes/types.ts';
import { fixesFor } from '../problems/fixes.ts';
import { descriptorOf, type Problem } from '../problems/kinds.ts';
import { mergeProblems } from '../problems/merge.ts';
import type { LiveConfig } from '../verdicts/live-config.ts';

/** A fix that was written to cackle.toml. */
export interface AcceptedFix {
  readonly problem: Problem;
  readonly title: string;
}

/**
 * Writes the best fix of each problem to cackle.toml and keeps the resulting configuration in force. It never switches a
 * sandbox off, nor opens one further, and does not change definitions of APIs.
 */
export class AutoAccept implements LiveConfig {
  readonly accepted: AcceptedFix[] = [];
  readonly answersAtOnce = true;
  private file: ConfigFileText;
  private config: Config;
  private readonly exports: Exports;
  private readonly known: FixKnowledge;
  private working: Promise<unknown> = Promise.resolve();

  private constructor(file: ConfigFileText, config: Config, exports: Exports, known: FixKnowledge) {
    this.file = file;
    this.config = config;
    this.exports = exports;
    this.known = { ...known, exports };
  }

  /** Starts from the file, or when it is missing from the best fix of `missing`. Throws ConfigError and ConfigFileError. */
  static async open(
    file: string,
    exports: Exports,
    known: FixKnowledge,
    missing: Problem,
  ): Promise<AutoAccept> {
    const read = await readConfigText(file);
    const first = read.hash === undefined ? fixesFor(missing, undefined, known)[0] : undefined;
    const text = first === undefined ? read.text : applyEdits('', [first.edit]);
    const accept = new AutoAccept(read, parseConfig(file, text, exports), exports, known);
    if (first !== undefined) {
      accept.file = await writeConfigText(read, text);
      accept.accepted.push({ problem: missing, title: first.title });
    }
    return accept;
  }

  get current(): Config {
    return this.config;
  }

  /** Accepts fixes for problems that hold the build up: permissions only, since nothing is judged again in this run. */
  resolve = (problems: readonly Problem[]): Promise<boolean> =>
    this.accept(problems.filter((problem) => descriptorOf(problem).fixesOnlyPermit));

  isReplaced = async (): Promise<boolean> =>
    (await readConfigText(this.file.file)).hash !== this.file.hash;

  /** Writes the fix of each problem that has an acceptable one; resolves to true when the file changed. */
  accept(problems: readonly Problem[]): Promise<boolean> {
    // Gates call this at the same time; each sees the text that the one before it wrote.
    const done = this.working.then(() => this.write(mergeProblems(problems)));
    this.working = done.catch(() => undefined);
    return done;
  }

  private async write(problems: readonly Problem[]): Promise<boolean> {
    const chosen = problems.flatMap((problem) => {
      const fix = fixesFor(problem, this.config, this.known).find(mayBeTaken);
      return fix === undefined ? [] : [{ problem, fix }];
    });
    let { text } = this.file;
    for (const { problem, fix } of chosen) {
      const changed = applyEdits(text, [fix.edit]);
      if (changed === text) continue;
      text = changed;
      this.accepted.push({ problem, title: fix.title });
    }
    if (text === this.file.text) return false;
    // Parsed before it is written: a file that we could not read must not be created.
    const config = parseConfig(this.file.file, text, this.exports);
    this.file = await writeConfigText(this.file, text);
    this.config = config;
    return true;
  }
}

/** Leaves fixes to the user that remove protection or redefine an API, since nobody confirms them here. */
function mayBeTaken({ refused, edit, opensSandbox }: Fix): boolean {
  return (
    refused === undefined &&
    opensSandbox !== true &&
    edit.steps.length > 0 &&
    !weakensSandbox(edit) &&
    !definesApi(edit) &&
    !choosesSource(edit)
  );
}

/** An API that grows causes findings in other packages; one that shrinks hides some. */
function definesApi({ steps }: Edit): boolean {
  return steps.some((step) => 'path' in step && step.path[0] === 'api');
}

/** Only the author of a table knows which of two packages it means. */
function choosesSource({ steps }: Edit): boolean {
  return steps.some((step) => step.kind === 'set' && step.path.at(-1) === 'source');
}

function weakensSandbox({ steps }: Edit): boolean {
  return steps.some(
    (step) =>
      (step.kind === 'add' && step.path.includes('sandbox')) ||
      (step.kind === 'set' &&
        step.path.includes('sandbox') &&
        (step.value === 'Disabled' || step.path.at(-1) === 'allow_network')),
  );
}
