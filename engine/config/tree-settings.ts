import { readRegularFile } from '../regular-file.ts';
import { type BuildSettings, readBuilds } from './builds.ts';
import { DocumentReader } from './document-reader.ts';
import { defaultFeatures } from './features.ts';
import type { ConfigDiagnostic, ConfigText } from './types.ts';

/** The settings of cackle.toml that decide which packages are in the tree; they are needed before the rest is read. */
export interface TreeSettings extends BuildSettings {
  /** What the file names that only cargo and rustc know. */
  readonly named: {
    readonly targets: readonly ConfigText[];
    readonly features: readonly ConfigText[];
  };
  /** Returns the fault of a text of {@link named}. */
  faultAt(text: ConfigText, message: string, help: string): ConfigDiagnostic;
}

/** Reads these settings alone. Returns none for a file with faults: {@link readConfig} reports them later. */
export async function readTreeSettings(file: string): Promise<TreeSettings> {
  try {
    const reader = new SettingsReader(file, readRegularFile(file).toString());
    const common = reader.table(reader.document()?.entries.get('common'));
    const settings = readBuilds(reader, common);
    const tables = [...(common ? [common] : []), ...reader.tables(common?.entries.get('build'))];
    const texts = (key: string): ConfigText[] =>
      tables.flatMap((table) => reader.items(table.entries.get(key)));
    if (!reader.isSound) return nothing;
    return {
      ...settings,
      named: { targets: texts('targets'), features: ['features', 'build_flags'].flatMap(texts) },
      faultAt: ({ place, length }, message, help) =>
        reader.diagnostic(place, length, message, help),
    };
  } catch {
    return nothing;
  }
}

class SettingsReader extends DocumentReader {
  get isSound(): boolean {
    return this.faults.length === 0;
  }
}

const nothing: TreeSettings = {
  targets: [],
  features: defaultFeatures,
  buildFlags: [],
  builds: [],
  named: { targets: [], features: [] },
  faultAt: ({ place, length }, message, help) => ({
    ...{ file: 'cackle.toml', place, length, message, help, sourceLine: undefined },
  }),
};
