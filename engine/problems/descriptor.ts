import type { Config } from '../config/types.ts';
import type { Advice } from '../fixes/advice.ts';
import type { Fix, FixKnowledge } from '../fixes/types.ts';

/** Warnings do not fail a check unless `--fail-on-warnings` is given (rule 5.20). */
export type Severity = 'error' | 'warning';

/** What a problem says of the package that it is about. */
export interface OfPackage {
  /** Label of the package: `name`, or `name[version]` when two versions are in the tree. */
  readonly packageLabel: string;
  readonly packageName: string;
}

/** What becomes of problems of one kind that say the same. */
export interface Merging<P> {
  /** One of two with the same key. */
  join(a: P, b: P): P;
  /** What a problem says beside others of its kind and package; undefined: nothing new. */
  beside(problem: P, others: readonly P[]): P | undefined;
}

/** A fix after which there is more to ask. */
export interface AskingFix<Next> extends Fix {
  /** Problems to put to the user next. */
  readonly asksNext?: readonly Next[] | undefined;
}

/**
 * All that there is to say of a kind of problem. `Next`: the problems that its fixes bring up. Texts are plain: who prints
 * them escapes them. Nothing is optional, so that the compiler asks of a new kind what it has to say of itself.
 */
export interface Descriptor<P extends { readonly kind: string }, Next = never> {
  readonly severity: Severity;
  /** Under which heading the UI lists it, by kind. */
  readonly group: string;
  /** The package that it is about, or the file. */
  label(problem: P): string;
  /** What is wrong, in a line that follows on the label. */
  title(problem: P): string;
  /** What the UI asks instead of saying what is wrong. */
  readonly question: string | undefined;
  /** What a gate says of it in a few words, when it holds something back. */
  inShort(problem: P): string;
  /** What more the UI lets the user read. */
  notes(problem: P): readonly string[];
  /** Problems of this kind with the same key are one (rule 5.19). */
  key(problem: P): readonly string[];
  readonly merging: Merging<P>;
  /** How to resolve it, best first; what needs to know the configuration is left out where there is none. */
  fixes(problem: P, config: Config | undefined, known: FixKnowledge): readonly AskingFix<Next>[];
  /** Do fixes only give permissions? `--auto-accept-fixes` then writes one while a build waits, and judges nothing again. */
  readonly fixesOnlyPermit: boolean;
  /** What the report proposes to write into cackle.toml. */
  advice(problem: P): Advice | undefined;
  /**
   * True when a later configuration leaves nothing of a problem that was found with another (rule 8.5). It only says what
   * may leave a list at once: the next check judges anew.
   */
  isSettled(problem: P, config: Config, foundWith: Config | undefined): boolean;
}

/** The label of a problem that is about a package. */
export const byPackage = ({ packageLabel }: OfPackage): string => packageLabel;

/** The label of a problem that is about the configuration. */
export const byConfigFile = (): string => 'cackle.toml';

/** For kinds of which there is nothing more to read. */
export const noNotes = (): readonly string[] => [];

/** For kinds of which the report proposes nothing. */
export const noAdvice = (): undefined => undefined;
