import { nearest } from '../config/nearest.ts';
import type { TreeSettings } from '../config/tree-settings.ts';
import { type ConfigDiagnostic, ConfigError } from '../config/types.ts';
import { UnreadableTreeError } from '../workspace/metadata.ts';
import { UnusableTargetsError } from '../workspace/usable-targets.ts';

/** cargo's message for features that no package has, and its hint. */
const unknownFeatures = /\bcontains? (?:this feature|these features): (.+)$/m;
const similarFeatures = /\bsimilarly named features?: (.+)$/m;

/** What of cackle.toml holds: options of the command line replace it. */
interface InForce {
  readonly targets: boolean;
  readonly features: boolean;
}

/**
 * Returns an error of cargo or rustc about targets and features as faults of cackle.toml, at the places that name them (rule 2.1);
 * the error itself where the file names none of them.
 */
export function asFaultsOfConfig(
  error: unknown,
  settings: TreeSettings,
  inForce: InForce,
): unknown {
  const faults = faultsOf(error, settings, inForce);
  return faults.length === 0 ? error : new ConfigError(faults);
}

function faultsOf(error: unknown, settings: TreeSettings, inForce: InForce): ConfigDiagnostic[] {
  const { named, faultAt } = settings;
  if (error instanceof UnusableTargetsError && inForce.targets)
    return error.faults.flatMap(({ target, message, help }) =>
      named.targets
        .filter(({ value }) => value === target)
        .map((text) => faultAt(text, message, help)),
    );
  if (!(error instanceof UnreadableTreeError) || !inForce.features) return [];
  const listed = (text: RegExp): string[] => text.exec(error.said)?.[1]?.split(', ') ?? [];
  const unknown = new Set(listed(unknownFeatures));
  // cargo names none where it was asked for several features.
  const others = named.features.map(({ value }) => value).filter((name) => !unknown.has(name));
  const similar = [...listed(similarFeatures), ...others];
  return named.features.flatMap((text) =>
    // cargo takes several names in one text; `build_flags` have them behind an option.
    text.value
      .replace(/^-F/, '')
      .split(/[\s,=]+/)
      .filter((name) => unknown.has(name))
      .map((name) => {
        const meant = nearest(name, similar);
        return faultAt(
          text,
          `no package that is built has the feature \`${name}\``,
          meant === undefined
            ? '[features] of a Cargo.toml lists those of a package; one of a dependency is `DEPENDENCY/FEATURE`'
            : `did you mean \`${meant}\`?`,
        );
      }),
  );
}
