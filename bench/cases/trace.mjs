/** What goes on in a check when: one cold and one second check, as `--trace` sees them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coldCache, empty, ourCheck, targetOf } from '../inputs.mjs';
import { bench } from '../places.mjs';
import { run } from '../process.mjs';
import { ratio, spread } from '../rounds.mjs';

export const names = ['trace'];

/** @param {import('../context.mjs').Context} context @returns {Promise<import('../report.mjs').Row[]>} */
export async function measure(context) {
  const input = context.inputs.at(-1);
  if (input === undefined) throw new Error('there is no input');
  const target = targetOf(input, 'trace');
  empty(target);
  const env = await coldCache();
  /** @type {import('../report.mjs').Row[]} */
  const rows = [];
  for (const check of ['cold', 'second']) {
    context.tell(`trace: ${input.name}, ${check}`);
    const file = join(bench, `trace-${check}.json`);
    const program = ourCheck(input, target, { env });
    await run({ ...program, args: [...program.args, '--trace', file] });
    const events = eventsIn(file);
    context.plot({ name: `trace-${check}`, title: `a ${check} check of ${input.name}`, events });
    const end = Math.max(...events.map((event) => event.end));
    const ours = events.filter(({ lane }) => !lane.startsWith('cargo') && lane !== 'engine');
    const busy = ours.reduce((sum, event) => sum + event.end - event.start, 0);
    rows.push({
      name: `trace: our worker threads at work ÷ the ${check} check`,
      input: input.name,
      unit: 's',
      ours: spread([busy]),
      other: spread([end]),
      value: ratio([busy], [end]),
    });
  }
  empty(target);
  return rows;
}

/** What ran, by lane, in seconds; not what waited. @param {string} file of the trace-event format */
function eventsIn(file) {
  /** @type {{ traceEvents: { ph: string, cat: string, ts: number, dur: number, tid: number, args: { name?: string } }[] }} */
  const { traceEvents } = JSON.parse(readFileSync(file, 'utf8'));
  const lanes = new Map(
    traceEvents.filter(({ ph }) => ph === 'M').map(({ tid, args }) => [tid, args.name ?? '']),
  );
  lanes.set(0, 'engine');
  return traceEvents
    .filter(({ ph, cat }) => ph === 'X' && cat !== 'wait' && cat !== 'queue')
    .map(({ cat, ts, dur, tid }) => ({
      lane: lanes.get(tid) ?? `thread ${tid}`,
      phase: cat,
      start: ts / 1e6,
      end: (ts + dur) / 1e6,
    }));
}
