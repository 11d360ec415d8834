import { stripVTControlCharacters } from 'node:util';
import * as z from '../schemas.ts';
import type { BuildProgress, CargoArtifact } from './types.ts';

const artifactSchema = z.object({
  reason: z.literal('compiler-artifact'),
  package_id: z.string(),
  target: z.object({
    name: z.string(),
    kind: z.array(z.string()),
    src_path: z.string(),
  }),
  profile: z.object({ test: z.boolean() }),
  filenames: z.array(z.string()),
  executable: z.nullish(z.string()),
  fresh: z.boolean(),
});
const executedSchema = z.object({
  reason: z.literal('build-script-executed'),
  package_id: z.string(),
  out_dir: z.string(),
});
const reasonSchema = z.object({ reason: z.string() });

/** The part of one line of `--message-format=json` that a check needs. */
export type CargoMessage =
  | { readonly kind: 'artifact'; readonly artifact: CargoArtifact }
  | { readonly kind: 'executed'; readonly packageId: string; readonly outDir: string }
  | { readonly kind: 'other' };

/** Reads one line of cargo's JSON (the Cargo Book, "External tools"). Throws when the line is not a message. */
export function readCargoMessage(line: string): CargoMessage {
  const json: unknown = JSON.parse(line);
  const { reason } = reasonSchema.parse(json);
  if (reason === 'compiler-artifact') {
    const m = artifactSchema.parse(json);
    return {
      kind: 'artifact',
      artifact: {
        packageId: m.package_id,
        targetName: m.target.name,
        targetKind: m.target.kind,
        sourcePath: m.target.src_path,
        isTest: m.profile.test,
        filenames: m.filenames,
        executable: m.executable ?? undefined,
        fresh: m.fresh,
      },
    };
  }
  if (reason === 'build-script-executed') {
    const m = executedSchema.parse(json);
    return { kind: 'executed', packageId: m.package_id, outDir: m.out_dir };
  }
  return { kind: 'other' };
}

/** A longer line is split: a program may print without end and without a line break. */
const MAX_LINE = 64 * 1024;

/** ECMA-48, EL. */
const clearLine = '\u001b[K';

const progressLine = /Building \[[=> ]*\] (\d+)\/(\d+)(?:: (.*))?/;

/** Splits cargo's stderr into progress and text for the user. Chunks may end anywhere. */
export class CargoStderr {
  private rest = '';
  private readonly progress: (progress: BuildProgress) => void;
  private readonly text: (line: string) => void;

  constructor(progress: (progress: BuildProgress) => void, text: (line: string) => void) {
    this.progress = progress;
    this.text = text;
  }

  write(chunk: string): void {
    const parts = (this.rest + chunk).split(/(?<=[\r\n])/);
    const last = parts.at(-1) ?? '';
    this.rest = /[\r\n]$/.test(last) ? '' : (parts.pop() ?? '');
    if (this.rest.length > MAX_LINE) {
      parts.push(this.rest);
      this.rest = '';
    }
    for (const part of parts) this.line(part);
  }

  end(): void {
    if (this.rest !== '') this.line(this.rest);
    this.rest = '';
  }

  private line(part: string): void {
    // On a terminal, cargo colours its progress as well, and clears the line before other text.
    const plain = stripVTControlCharacters(part);
    const found = progressLine.exec(plain);
    if (found !== null) {
      this.progress({
        built: Number(found[1]),
        total: Number(found[2]),
        current: (found[3] ?? '').trim(),
      });
      return;
    }
    const text = part.replace(/[\r\n]+$/, '').replaceAll(clearLine, '');
    // A cleared line leaves only blanks.
    if (plain.trim() !== '' || part === '\n') this.text(text);
  }
}
