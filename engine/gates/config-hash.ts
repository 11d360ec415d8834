import { createHash } from 'node:crypto';
import type { Config } from '../config/types.ts';
import { readRegularFile } from '../regular-file.ts';

/** Returns a hash of the configuration by which a program was held. */
export function configHash({ file }: Config): string {
  try {
    return createHash('sha256').update(readRegularFile(file)).digest('hex');
  } catch {
    // Removed meanwhile: the next check decides again.
    return '';
  }
}
