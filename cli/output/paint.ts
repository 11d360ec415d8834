import type { Paint } from './report-options.ts';

const plain = (text: string | number): string => String(text);
const plainPaint: Paint = {
  red: plain,
  yellow: plain,
  green: plain,
  cyan: plain,
  dim: plain,
  bold: plain,
};

/** ECMA-48, SGR. Not from a library, which would itself decide whether to colour: --colour decides. */
const sgr =
  (open: number, close: number) =>
  (text: string | number): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;

/** Returns the colours of a text; all plain without `colour`. */
export function paintFor(colour: boolean): Paint {
  if (!colour) return plainPaint;
  return {
    red: sgr(31, 39),
    yellow: sgr(33, 39),
    green: sgr(32, 39),
    cyan: sgr(36, 39),
    dim: sgr(2, 22),
    bold: sgr(1, 22),
  };
}
