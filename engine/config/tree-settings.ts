import { readRegularFile } from '../regular-file.ts';
import { type BuildSettings, readBuilds } from './builds.ts';
import { DocumentReader } from './document-reader.ts';
import { defaultFeatures } from './features.ts';

/** The settings of cackle.toml that decide which packages are in the tree; they are needed before the rest is read. */
export type TreeSettings = BuildSettings;

/** Reads these settings alone. Returns none for a file with faults: {@link readConfig} reports them later. */
export async function readTreeSettings(file: string): Promise<TreeSettings> {
  try {
    const reader = new SettingsReader(file, readRegularFile(file).toString());
    const common = reader.document()?.entries.get('common');
    const settings = readBuilds(reader, reader.table(common));
    return reader.isSound ? settings : nothing;
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
};
