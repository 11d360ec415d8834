import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, fixture } from '../support/cackle.ts';

// Rule 6.15: --print-timing says where the time went, with the critical path; --trace writes it for a trace viewer.

interface Event {
  readonly name: string;
  readonly ph: string;
  readonly cat: string;
  readonly ts: number;
  readonly dur: number;
  readonly tid: number;
  readonly pid: number;
}

test('--trace and --print-timing: every phase on its thread; the critical path goes by what needs what', async () => {
  const directory = fixture('timed');
  const file = join(directory, 'trace.json');
  const ran = await cackle(['-n', '--path', directory, '--print-timing', '--trace', file]);
  expect(ran.status, ran.stderr).toBe(1);
  const phases = [...ran.stderr.matchAll(/^([a-z]+): (\d+\.\d{3}) s/gm)].map(([, phase]) => phase);
  expect(phases).toEqual(
    'metadata build cargo wait queue extract scan store join judge report total'.split(' '),
  );
  const path = ran.stderr.slice(ran.stderr.indexOf('critical path'));
  expect([...path.matchAll(/^ +[\d.]+ s {2}(.*), from/gm)].map(([, name]) => name)).toEqual([
    'build-script-build (build-script)',
    'run of the build script of scripted',
    'scripted',
    'middle',
    'top',
    expect.stringMatching(/^timed/),
  ]);
  const { traceEvents }: { traceEvents: Event[] } = JSON.parse(readFileSync(file, 'utf8'));
  const events = traceEvents.filter(({ ph }) => ph === 'X');
  expect(new Set(events.map(({ cat }) => cat))).toEqual(
    new Set(phases.filter((phase) => phase !== 'total')),
  );
  const named = new Set(traceEvents.filter(({ ph }) => ph === 'M').map(({ tid }) => tid));
  const byThread = new Map<number, Event[]>();
  for (const event of events) {
    expect(Number.isInteger(event.ts) && Number.isInteger(event.dur)).toBe(true);
    expect(event.ts).toBeGreaterThanOrEqual(0);
    expect(event.dur).toBeGreaterThanOrEqual(0);
    expect(event.pid).toBe(1);
    expect(named).toContain(event.tid);
    byThread.set(event.tid, [...(byThread.get(event.tid) ?? []), event]);
  }
  // One thread does one thing at a time, or a viewer would draw one within the other.
  for (const [tid, own] of byThread) {
    own.sort((a, b) => a.ts - b.ts);
    own.forEach((event, i) => {
      const before = own[i - 1];
      if (before !== undefined)
        expect(event.ts, `${tid}: ${before.name}, ${event.name}`).toBeGreaterThanOrEqual(
          before.ts + before.dur - 1,
        );
    });
  }
  // Rustc, and what our threads did meanwhile, are told apart.
  const threads = (cat: string) => new Set(events.filter((e) => e.cat === cat).map((e) => e.tid));
  expect(threads('build')).toEqual(new Set([0]));
  for (const cat of ['cargo', 'extract', 'judge']) expect(threads(cat)).not.toContain(0);
});

test('a trace file that cannot be written is an error before anything is built', async () => {
  const directory = fixture('empty-program');
  const ran = await cackle(['-n', '--path', directory, '--trace', '/nowhere/trace.json']);
  expect(ran.status).toBe(2);
  expect(ran.stderr).toContain('cannot write the trace file /nowhere/trace.json');
  expect(ran.stderr).not.toContain('Compiling');
});
