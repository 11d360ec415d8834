import { type DoctorFinding, diagnose } from '../../engine/commands/doctor.ts';
import type { formats } from '../arguments/options.ts';
import { failed } from '../output/error-text.ts';
import { paintFor } from '../output/paint.ts';
import { printable, printableJson, printableLines } from '../output/printable.ts';
import type { Paint } from '../output/report-options.ts';
import { wantsColour } from './choices.ts';

/** Prints what works on this machine; resolves to the exit status: 0, or 1 when a check needs what does not. */
export async function runDoctor(args: {
  readonly path: string;
  readonly configFile: string | undefined;
  readonly form: (typeof formats)[number];
}): Promise<number> {
  try {
    const { works, findings } = await diagnose(args);
    if (args.form === 'json') {
      process.stdout.write(`${printableJson({ schemaVersion: 1, works, findings })}\n`);
      return works ? 0 : 1;
    }
    const paint = paintFor(wantsColour('auto', process.stdout.isTTY === true));
    const end = works
      ? paint.green('a check can be made here, with a sandbox')
      : paint.red('a check cannot be made here: mend what is BROKEN');
    process.stdout.write(`${findings.map((one) => textOf(one, paint)).join('')}\n${end}\n`);
    return works ? 0 : 1;
  } catch (error) {
    return failed(error);
  }
}

const marks = { works: 'ok', weak: 'weak', absent: '-', broken: 'BROKEN' } as const;
const colours = { works: 'green', weak: 'yellow', absent: 'dim', broken: 'red' } as const;

function textOf({ name, state, found, mend }: DoctorFinding, paint: Paint): string {
  const mark = paint[colours[state]](marks[state].padEnd(6));
  const lines = printableLines(found).split('\n');
  const [first = '', ...more] = lines;
  return [
    `${mark} ${paint.bold(name.padEnd(22))} ${first}`,
    ...more.map((line) => `         ${line}`),
    ...(mend === undefined ? [] : [`         ${printable(mend)}`]),
  ]
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
