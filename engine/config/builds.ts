import type { DocumentReader } from './document-reader.ts';
import { type BuildChoice, choosesFeatures, type FeatureChoice } from './features.ts';
import { buildKeys } from './keys.ts';
import type { TomlTable } from './toml-tree.ts';

/** What is built, as `[common]` says. */
export interface BuildSettings extends BuildChoice {
  /** As of `Config`. */
  readonly buildFlags: readonly string[];
  readonly builds: readonly BuildChoice[];
}

/** Reads the settings of `[common]` that say what is built (rules 2.8, 2.18); faults go to the reader. */
export function readBuilds(reader: DocumentReader, common: TomlTable | undefined): BuildSettings {
  const flags = common?.entries.get('build_flags');
  const buildFlags = flags === undefined ? ['--all-targets'] : reader.strings(flags);
  const targets = reader.strings(common?.entries.get('targets'));
  const features = featuresOf(reader, common);
  const tables = reader.tables(common?.entries.get('build'));
  const builds = tables.map((table): BuildChoice => {
    reader.checkKeys(table, buildKeys, '[[common.build]]');
    const own = table.entries.get('targets');
    return {
      targets: own === undefined ? targets : reader.strings(own),
      features: choosers.some((key) => table.entries.has(key))
        ? featuresOf(reader, table)
        : features,
    };
  });
  if (builds.length > 0)
    for (const { value, place, length } of reader.items(flags))
      if (choosesFeatures(value))
        reader.report(
          place,
          length,
          `\`${value}\` would hold for every [[common.build]]`,
          'write features, all_features or no_default_features into the builds that it is for',
        );
  return { buildFlags, targets, features, builds };
}

const choosers = ['features', 'all_features', 'no_default_features'] as const;

function featuresOf(reader: DocumentReader, table: TomlTable | undefined): FeatureChoice {
  const [features, all, noDefault] = choosers.map((key) => table?.entries.get(key));
  return {
    features: reader.strings(features),
    all: reader.boolean(all) ?? false,
    noDefault: reader.boolean(noDefault) ?? false,
  };
}
