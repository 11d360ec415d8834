import { readRegularFile } from '../regular-file.ts';
import { defaultFeatures, type FeatureChoice } from './features.ts';
import { parseToml, type TomlEntry, type TomlTable } from './toml-tree.ts';

/** The settings of cackle.toml that decide which packages are in the tree; they are needed before the rest is read. */
export interface TreeSettings {
  readonly features: FeatureChoice;
  readonly buildFlags: readonly string[];
  /** Undefined without `common.targets`. */
  readonly targets?: readonly string[] | undefined;
}

/** Reads these settings alone. Returns none for a file with faults: {@link readConfig} reports them later. */
export async function readTreeSettings(file: string): Promise<TreeSettings> {
  try {
    const common = parseToml(readRegularFile(file).toString()).entries.get('common')?.value;
    if (common?.kind !== 'table') return nothing;
    const features = featuresOf(common);
    const buildFlags = stringsOf(common.entries.get('build_flags'));
    const targets = stringsOf(common.entries.get('targets'));
    if (features === undefined || buildFlags === undefined || targets === undefined) return nothing;
    return { features, buildFlags, targets: targets.length === 0 ? undefined : targets };
  } catch {
    return nothing;
  }
}

const nothing: TreeSettings = { features: defaultFeatures, buildFlags: [] };

/** Undefined when a value is of another type. */
function featuresOf({ entries }: TomlTable): FeatureChoice | undefined {
  const features = stringsOf(entries.get('features'));
  const all = flagOf(entries.get('all_features'));
  const noDefault = flagOf(entries.get('no_default_features'));
  if (features === undefined || all === undefined || noDefault === undefined) return undefined;
  return { features, all, noDefault };
}

/** Undefined when the value is neither true nor false. */
function flagOf(entry: TomlEntry | undefined): boolean | undefined {
  if (entry === undefined) return false;
  return entry.value.kind === 'boolean' ? entry.value.value : undefined;
}

/** Undefined when the value is no list of strings. */
function stringsOf(entry: TomlEntry | undefined): string[] | undefined {
  if (entry === undefined) return [];
  if (entry.value.kind !== 'array') return undefined;
  const strings = entry.value.items.flatMap((item) => (item.kind === 'string' ? [item.value] : []));
  return strings.length === entry.value.items.length ? strings : undefined;
}
