import type { Config } from '../config/types.ts';
import type { Code, Descriptor, Severity } from './descriptor.ts';
import { type AmbiguousPackage, ambiguousPackage } from './kinds/ambiguous-package.ts';
import {
  type BuildScriptNotAllowed,
  buildScriptNotAllowed,
} from './kinds/build-script-not-allowed.ts';
import { type ConfigurationMissing, configurationMissing } from './kinds/configuration-missing.ts';
import { type DisallowedApi, disallowedApi } from './kinds/disallowed-api.ts';
import {
  type DisallowedBuildInstruction,
  disallowedBuildInstruction,
} from './kinds/disallowed-build-instruction.ts';
import { type DisallowedCompileEnv, disallowedCompileEnv } from './kinds/disallowed-compile-env.ts';
import {
  type DisallowedCompileFiles,
  disallowedCompileFiles,
} from './kinds/disallowed-compile-files.ts';
import { type DisallowedExtern, disallowedExtern } from './kinds/disallowed-extern.ts';
import { type DisallowedUnsafe, disallowedUnsafe } from './kinds/disallowed-unsafe.ts';
import { type ExecutionFailed, executionFailed } from './kinds/execution-failed.ts';
import { type ExportNotImported, exportNotImported } from './kinds/export-not-imported.ts';
import { type NewerConfigVersion, newerConfigVersion } from './kinds/newer-config-version.ts';
import { type NotLocked, notLocked } from './kinds/not-locked.ts';
import { type OffTreeApi, offTreeApi } from './kinds/off-tree-api.ts';
import { type PossibleExport, possibleExport } from './kinds/possible-export.ts';
import { type ProcMacroNotAllowed, procMacroNotAllowed } from './kinds/proc-macro-not-allowed.ts';
import {
  type SandboxKindWithoutMeaning,
  sandboxKindWithoutMeaning,
} from './kinds/sandbox-kind-without-meaning.ts';
import { type SandboxNotChosen, sandboxNotChosen } from './kinds/sandbox-not-chosen.ts';
import { type StdApiOnOffer, stdApiOnOffer } from './kinds/std-api-on-offer.ts';
import { type SystemFunctions, systemFunctions } from './kinds/system-functions.ts';
import { type UnknownPackage, unknownPackage } from './kinds/unknown-package.ts';
import { type UnmatchedApiPath, unmatchedApiPath } from './kinds/unmatched-api-path.ts';
import { type UnnamedAct, unnamedAct } from './kinds/unnamed-act.ts';
import { type UnusedAllowApi, unusedAllowApi } from './kinds/unused-allow-api.ts';
import { type UnusedSetting, unusedSetting } from './kinds/unused-setting.ts';

/** Everything that a check can find (docs/rules.md, 5). `kind` is stable and appears in machine output (docs/json.md). */
export type Problem =
  | ConfigurationMissing
  | SandboxNotChosen
  | StdApiOnOffer
  | DisallowedApi
  | OffTreeApi
  | DisallowedUnsafe
  | DisallowedExtern
  | DisallowedCompileFiles
  | ProcMacroNotAllowed
  | BuildScriptNotAllowed
  | DisallowedBuildInstruction
  | ExecutionFailed
  | UnnamedAct
  | SandboxKindWithoutMeaning
  | UnusedAllowApi
  | UnusedSetting
  | UnmatchedApiPath
  | UnknownPackage
  | AmbiguousPackage
  | PossibleExport
  | ExportNotImported
  | SystemFunctions
  | DisallowedCompileEnv
  | NotLocked
  | NewerConfigVersion;

/** The kinds of problems. */
export type Kind = Problem['kind'];

/** The problems of a kind. */
export type ProblemOf<K extends Kind> = Extract<Problem, { readonly kind: K }>;

/** The descriptor of each kind. */
export const kinds: { readonly [K in Kind]: Descriptor<ProblemOf<K>, Problem> } = {
  'configuration-missing': configurationMissing,
  'sandbox-not-chosen': sandboxNotChosen,
  'std-api-on-offer': stdApiOnOffer,
  'disallowed-api': disallowedApi,
  'off-tree-api': offTreeApi,
  'disallowed-unsafe': disallowedUnsafe,
  'disallowed-extern': disallowedExtern,
  'disallowed-compile-files': disallowedCompileFiles,
  'proc-macro-not-allowed': procMacroNotAllowed,
  'build-script-not-allowed': buildScriptNotAllowed,
  'disallowed-build-instruction': disallowedBuildInstruction,
  'execution-failed': executionFailed,
  'unnamed-act': unnamedAct,
  'sandbox-kind-without-meaning': sandboxKindWithoutMeaning,
  'unused-allow-api': unusedAllowApi,
  'unused-setting': unusedSetting,
  'unmatched-api-path': unmatchedApiPath,
  'unknown-package': unknownPackage,
  'ambiguous-package': ambiguousPackage,
  'possible-export': possibleExport,
  'export-not-imported': exportNotImported,
  'system-functions': systemFunctions,
  'disallowed-compile-env': disallowedCompileEnv,
  'not-locked': notLocked,
  'newer-config-version': newerConfigVersion,
};

/** Returns the descriptor of a problem's kind. */
export function descriptorOf({ kind }: Problem): Descriptor<Problem, Problem> {
  return kinds[kind];
}

/** Returns the stable code of a problem's kind. */
export function codeOf(problem: Problem): Code {
  return descriptorOf(problem).code;
}

/** Returns whether a problem fails a check or is a warning. */
export function severityOf(problem: Problem): Severity {
  return descriptorOf(problem).severity;
}

/** Returns the package or file that a problem concerns. */
export function labelOf(problem: Problem): string {
  return descriptorOf(problem).label(problem);
}

/**
 * Returns what is wrong, in one line that follows {@link labelOf}. Plain text, which has to be escaped for a
 * terminal.
 */
export function titleOf(problem: Problem): string {
  return descriptorOf(problem).title(problem);
}

/** Returns true when a later configuration settles a problem that was found with another one. */
export function isSettledBy(
  problem: Problem,
  config: Config,
  foundWith: Config | undefined,
): boolean {
  return descriptorOf(problem).isSettled(problem, config, foundWith);
}
