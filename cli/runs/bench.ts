import { relative } from 'node:path';
import { type BenchReport, measureTree } from '../../engine/commands/bench.ts';
import { failed } from '../output/error-text.ts';
import { messages } from '../output/messages.ts';
import { printable, printableJson } from '../output/printable.ts';

/** The options of `bench`. */
export interface BenchArguments {
  readonly path: string;
  readonly configFile: string | undefined;
  /** Numbers of worker threads to measure with. */
  readonly workers: readonly number[];
  readonly json: boolean;
}

/** Measures over the tree of the last check; resolves to the exit status. */
export async function runBench(args: BenchArguments): Promise<number> {
  try {
    const report = await measureTree(args, (text) => {
      if (process.stderr.isTTY) messages.log(`measuring: ${text}`);
    });
    process.stdout.write(
      args.json ? `${printableJson({ schemaVersion: 1, ...report })}\n` : benchText(report),
    );
    return 0;
  } catch (error) {
    return failed(error);
  }
}

function benchText(report: BenchReport): string {
  const { files, objects, outputs, bytes, runs, slowest, workspaceRoot } = report;
  const rows = [
    ['workers', 'extraction', 'objects', 'judgement', 'of which join', 'and judge'],
    ...runs.map(({ workers, extraction, judgement }) => [
      String(workers),
      `${extraction.megabytesPerSecond.toFixed(1)} MB/s`,
      `${extraction.objectsPerSecond.toFixed(0)}/s`,
      `${judgement.outputsPerSecond.toFixed(1)} outputs/s`,
      `${judgement.joinSeconds.toFixed(3)} s`,
      `${judgement.judgeSeconds.toFixed(3)} s`,
    ]),
  ];
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0))),
  );
  const path = (file: string): string => {
    const inside = relative(workspaceRoot, file);
    return printable(inside.startsWith('..') ? file : inside);
  };
  return `${files} files, ${(bytes / 1e6).toFixed(1)} MB, ${objects} objects; ${outputs} outputs

${lines.map((line) => line.join('  ')).join('\n')}

The slowest files:
${slowest.map((file) => `  ${(file.seconds * 1000).toFixed(0).padStart(6)} ms  ${(file.bytes / 1e6).toFixed(1).padStart(6)} MB  ${path(file.path)}`).join('\n')}
`;
}
