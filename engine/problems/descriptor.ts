import type { Config } from '../config/types.ts';
import type { Advice } from '../fixes/advice.ts';
import type { Fix, FixKnowledge } from '../fixes/types.ts';

/** Warnings do not fail a check unless `--fail-on-warnings` is given (rule 5.20). */
export type Severity = 'error' | 'warning';

/** The part of a problem that concerns its package. */
export interface OfPackage {
  /** Label of the package: `name`, or `name[version]` when two versions are in the tree. */
  readonly packageLabel: string;
  readonly packageName: string;
}

/** The name of a kind that never changes its meaning (rule 5.26): `C`, two digits of its group, two of its own. */
export type Code = `C${number}`;

/** What `cackle explain` tells of a kind: plain text with code in backticks, each a paragraph. */
export interface Explanation {
  readonly what: string;
  readonly why: string;
  /** Lines of code, configuration or output. */
  readonly example: string;
  /** How to settle it. */
  readonly settle: string;
}

/** How problems of one kind are merged. */
export interface Merging<P> {
  /** Returns one problem for two that have the same key. */
  join(a: P, b: P): P;
  /** Returns what is left of a problem beside others of its kind and package; undefined when it adds nothing. */
  beside(problem: P, others: readonly P[]): P | undefined;
}

/** A fix that leads to further questions. */
export interface AskingFix<Next> extends Fix {
  /** Problems to show to the user next. */
  readonly asksNext?: readonly Next[] | undefined;
}

/**
 * Everything that is specific to a kind of problem. `Next` are the problems that its fixes lead to. Texts are plain;
 * code that prints them escapes them. No member is optional, so that the compiler requires each of them for a new
 * kind.
 */
export interface Descriptor<P extends { readonly kind: string }, Next = never> {
  readonly code: Code;
  readonly explanation: Explanation;
  readonly severity: Severity;
  /** Heading in the UI for problems of this kind. */
  readonly group: string;
  /** Returns the package or file that the problem concerns. */
  label(problem: P): string;
  /** Returns what is wrong, in one line that follows the label. */
  title(problem: P): string;
  /** The question that the UI asks instead of stating what is wrong. */
  readonly question: string | undefined;
  /** Returns a few words for a gate that holds something back because of the problem. */
  inShort(problem: P): string;
  /** Returns further text that the user can read in the UI. */
  notes(problem: P): readonly string[];
  /** Returns the key: problems of this kind with the same key are one (rule 5.19). */
  key(problem: P): readonly string[];
  readonly merging: Merging<P>;
  /**
   * Returns the ways to resolve the problem, best first. Without a configuration, the fixes that depend on one are
   * left out.
   */
  fixes(problem: P, config: Config | undefined, known: FixKnowledge): readonly AskingFix<Next>[];
  /**
   * True when fixes only give permissions: `--auto-accept-fixes` then writes one while a build waits, and judges
   * nothing again.
   */
  readonly fixesOnlyPermit: boolean;
  /** Returns what the report proposes to write into cackle.toml. */
  advice(problem: P): Advice | undefined;
  /**
   * Returns true when a later configuration settles a problem that was found with another one (rule 8.5). This only
   * decides whether a list drops the problem at once: the next check judges anew.
   */
  isSettled(problem: P, config: Config, foundWith: Config | undefined): boolean;
}

/** Returns the label of a problem that concerns a package. */
export const byPackage = ({ packageLabel }: OfPackage): string => packageLabel;

/** Returns the label of a problem that concerns the configuration. */
export const byConfigFile = (): string => 'cackle.toml';

/** For kinds without further text. */
export const noNotes = (): readonly string[] => [];

/** For kinds without advice in the report. */
export const noAdvice = (): undefined => undefined;
