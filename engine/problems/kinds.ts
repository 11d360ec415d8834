import type { ConfigPlace, PermissionScope, ScopeSetting } from '../config/types.ts';
import type { Denial } from '../sandbox/denied.ts';
import type { KeywordUse, Usage } from './usages.ts';

interface Located {
  /** Label of the package: `name`, or `name[version]` when two versions are in the tree. */
  readonly packageLabel: string;
  readonly packageName: string;
}

/** Everything that a check can find (docs/rules.md, 5). `kind` is stable and appears in machine output. */
export type Problem =
  | { readonly kind: 'configuration-missing' }
  | (Located & {
      readonly kind: 'disallowed-api';
      readonly scope: PermissionScope;
      readonly api: string;
      readonly usages: readonly Usage[];
    })
  | (Located & {
      readonly kind: 'off-tree-api';
      readonly scope: PermissionScope;
      readonly api: string;
      readonly providedBy: string;
      readonly usages: readonly Usage[];
    })
  | (Located & {
      readonly kind: 'disallowed-unsafe';
      readonly scope: PermissionScope;
      readonly uses: readonly KeywordUse[];
    })
  | (Located & {
      readonly kind: 'disallowed-extern';
      readonly scope: PermissionScope;
      readonly uses: readonly KeywordUse[];
    })
  | (Located & { readonly kind: 'proc-macro-not-allowed' })
  | (Located & { readonly kind: 'build-script-not-allowed' })
  | (Located & {
      readonly kind: 'disallowed-build-instruction';
      readonly instruction: string;
      /** Why no rule can allow it; absent where one can. */
      readonly never?: string | undefined;
    })
  | (Located & {
      readonly kind: 'execution-failed';
      readonly executable: 'build script' | 'test';
      /** The end of its stderr, or what was wrong with its output. */
      readonly output: string;
      readonly status?: number | undefined;
      readonly signal?: number | undefined;
      /** The command line of its sandbox; absent when it ran without one. */
      readonly sandboxCommand?: readonly string[] | undefined;
      /** What the sandbox kept from it, where that is known. */
      readonly denied?: readonly Denial[] | undefined;
    })
  | { readonly kind: 'sandbox-not-chosen' }
  /** A built-in API that a new configuration could import; asked on a first run only. */
  | { readonly kind: 'std-api-on-offer'; readonly api: string }
  | (Located & {
      readonly kind: 'sandbox-kind-without-meaning';
      readonly configPlace: ConfigPlace;
    })
  | (Located & {
      readonly kind: 'unused-allow-api';
      readonly scope: PermissionScope;
      readonly api: string;
      readonly configPlace: ConfigPlace;
    })
  /** A setting of a scope that has no effect; `value` is the one of a list that has none. */
  | (Located & {
      readonly kind: 'unused-setting';
      readonly scope: PermissionScope;
      readonly setting: ScopeSetting['setting'];
      readonly value?: string | undefined;
      readonly configPlace: ConfigPlace;
    })
  /** A path of `[api.NAME]` that can match nothing in the tree. */
  | {
      readonly kind: 'unmatched-api-path';
      readonly api: string;
      readonly list: 'include' | 'exclude';
      readonly path: string;
      readonly nearest: string | undefined;
      readonly configPlace: ConfigPlace;
    }
  | {
      readonly kind: 'unknown-package';
      readonly packageName: string;
      readonly configPlace: ConfigPlace;
      readonly nearest: string | undefined;
    }
  /** A table of cackle.toml whose name packages from several sources have: it gives nothing to any of them. */
  | {
      readonly kind: 'ambiguous-package';
      readonly packageName: string;
      readonly sources: readonly string[];
      readonly configPlace: ConfigPlace;
    }
  | (Located & {
      readonly kind: 'possible-export';
      readonly api: string;
      readonly path: string;
      readonly symbol: string;
    })
  | (Located & {
      readonly kind: 'export-not-imported';
      /** The package's cackle/export.toml. */
      readonly file: string;
      /** Names of the API definitions in it. */
      readonly apis: readonly string[];
      /** False when the file has faults: it can be ignored, not imported. */
      readonly readable: boolean;
    })
  | { readonly kind: 'newer-config-version'; readonly version: number; readonly newest: number };

/** Warnings do not fail a check unless `--fail-on-warnings` is given (rule 5.20). */
export type Severity = 'error' | 'warning';

const warnings: ReadonlySet<Problem['kind']> = new Set([
  'unused-allow-api',
  'unused-setting',
  'unmatched-api-path',
  'unknown-package',
  'possible-export',
  'export-not-imported',
  'newer-config-version',
]);

/** The severity of a problem (rule 5.20). */
export function severityOf(problem: Problem): Severity {
  return warnings.has(problem.kind) ? 'warning' : 'error';
}
