import { writeFileSync } from 'node:fs';
import { CheckError } from '../../engine/errors.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import { whyUnwritable } from '../../engine/system-errors.ts';
import { chromeTrace, criticalPath, phaseSeconds, type Trace } from '../../engine/trace/trace.ts';
import { printable } from './printable.ts';

/** Descriptions of the phases of `--print-timing`; threads work at the same time, so the sum exceeds the total. */
const phases = {
  metadata: 'cargo metadata',
  build: 'cargo, from start to end',
  cargo: 'rustc and build scripts at work',
  wait: 'cargo waiting for an answer',
  queue: 'jobs waiting for a thread',
  extract: 'reading objects',
  scan: 'reading sources',
  store: 'looking up and writing facts',
  join: 'joining outputs',
  judge: 'judging outputs',
  report: 'problems and their report',
} as const;

const SHOWN_UNITS = 10;

/** Returns where the time of a check went: by phase, the slowest units, and the chain of units that bounds the build. */
export function timingText(trace: Trace, report: CheckReport | undefined): string {
  const lines: string[] = [];
  const sums = phaseSeconds(trace);
  for (const [phase, what] of Object.entries(phases)) {
    const seconds = sums.get(phase as keyof typeof phases) ?? 0;
    lines.push(`${phase}: ${seconds.toFixed(3)} s  (${what})`);
  }
  if (report?.timing.total !== undefined) lines.push(`total: ${report.timing.total.toFixed(3)} s`);
  const unit = ({ name, start, end }: { name: string; start: number; end: number }): string =>
    `  ${((end - start) / 1000).toFixed(3).padStart(8)} s  ${printable(name)}, from ${((start - trace.started) / 1000).toFixed(3)} s`;
  const slowest = [...trace.units].sort((a, b) => b.end - b.start - (a.end - a.start));
  if (slowest.length > 0) {
    lines.push('slowest units:', ...slowest.slice(0, SHOWN_UNITS).map(unit));
    lines.push('critical path, each unit needed by the next:', ...criticalPath(trace).map(unit));
  }
  return `${lines.join('\n')}\n`;
}

/** Creates the trace file, to report early that it cannot be written. Throws CheckError. */
export function openTraceFile(path: string): void {
  write(path, '');
}

/** Writes the trace in Chrome's trace-event format. Throws CheckError. */
export function writeTraceFile(path: string, trace: Trace): void {
  write(path, `${JSON.stringify(chromeTrace(trace))}\n`);
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new CheckError(
      `cannot write the trace file ${path}: ${whyUnwritable(error)}`,
      'let --trace name a file in a writable directory',
      { cause: error },
    );
  }
}
