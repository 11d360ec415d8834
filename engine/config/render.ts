import { basename } from 'node:path';
import type { ConfigDiagnostic } from './types.ts';

/** Controls, bidi marks and zero-width characters: a terminal would act on them. */
const unprintable = /[\p{Cc}\p{Cf}]/gu;

/** A fault with its line, the place marked below it, and what to write instead; plain text. */
export function renderDiagnostic(diagnostic: ConfigDiagnostic): string {
  const { place, sourceLine } = diagnostic;
  const where = place === undefined ? '' : `:${place.line}:${place.column}`;
  const lines = [`${basename(diagnostic.file)}${where}: ${diagnostic.message}`];
  if (place !== undefined && sourceLine !== undefined) {
    const number = String(place.line);
    const text = sourceLine.replaceAll('\t', ' ');
    const mark = '^'.repeat(
      Math.max(1, Math.min(diagnostic.length, text.length - place.column + 1)),
    );
    lines.push(
      `  ${number} | ${text}`,
      `  ${' '.repeat(number.length)} | ${' '.repeat(place.column - 1)}${mark}`,
    );
  }
  if (diagnostic.help !== undefined) lines.push(...`  ${diagnostic.help}`.split('\n'));
  return lines.map((line) => line.replace(unprintable, '\ufffd')).join('\n');
}
