import type { CheckProgress } from '../../engine/problems/progress.ts';
import { messages } from './messages.ts';
import { printable } from './printable.ts';

const INTERVAL_MS = 100;

/** A status line on stderr, on a terminal only; other output goes above it. */
export class StatusLine {
  private shown = false;
  private last = 0;
  private readonly enabled: boolean;

  constructor(enabled: boolean) {
    this.enabled = enabled;
  }

  update(progress: CheckProgress): void {
    const now = Date.now();
    if (!this.enabled || now - this.last < INTERVAL_MS) return;
    this.last = now;
    const { unitsBuilt, unitsTotal, outputsJudged, outputsFound, problems, building } = progress;
    const parts = [
      unitsTotal > 0 ? `built ${unitsBuilt} of ${unitsTotal}` : 'starting cargo',
      `judged ${outputsJudged} of ${outputsFound}`,
      `${problems} problem${problems === 1 ? '' : 's'} so far`,
      printable(building),
    ];
    const width = (process.stderr.columns ?? 80) - 1;
    process.stderr.write(
      `\r\x1b[2K${parts
        .filter((p) => p !== '')
        .join(' · ')
        .slice(0, width)}`,
    );
    this.shown = true;
  }

  /** Writes a line of text above the status line. */
  print(text: string): void {
    this.clear();
    messages.log(text);
  }

  clear(): void {
    if (!this.shown) return;
    process.stderr.write('\r\x1b[2K');
    this.shown = false;
  }
}
