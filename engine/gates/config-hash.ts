import { createHash } from 'node:crypto';
import type { Config } from '../config/types.ts';
import { readRegularFile } from '../regular-file.ts';

/** Stands for the configuration by which something was held. */
export function configHash({ file }: Config): string {
  try {
    return createHash('sha256').update(readRegularFile(file)).digest('hex');
  } catch {
    // Removed meanwhile: whoever asks next decides anew.
    return '';
  }
}
