import type { RecordedCfg } from '../facts/unit-record.ts';
import { rustcSettings } from '../workspace/rustc-settings.ts';

/**
 * Resolves to all settings (`cfg`) of a unit, one on each line. Empty when they cannot be determined: then no source code is considered
 * left out.
 */
export async function settingsOf(cfg: RecordedCfg | undefined): Promise<string> {
  if (cfg === undefined) return '';
  const own = await rustcSettings(cfg);
  return own === '' ? '' : [own, ...cfg.settings].join('\n');
}
