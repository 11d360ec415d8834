import { setImmediate } from 'node:timers/promises';
import type { Config } from '../config/types.ts';
import type { LinkRecord, UnitRecord } from '../facts/unit-record.ts';
import type { TakenFromStore } from '../units/inputs.ts';
import type { Records } from '../units/records.ts';
import type { LiveConfig } from './live-config.ts';
import type { OutputVerdict } from './output-verdict.ts';

interface Early {
  readonly revision: number;
  readonly config: Config;
  readonly verdict: OutputVerdict;
  readonly used: TakenFromStore;
}

/**
 * Verdicts on outputs of earlier checks, from stored answers alone, while cargo finds out whether the outputs are
 * fresh. A verdict depends on the output's record, the other records, the configuration, and an answer that is found
 * by the hash of its whole question. It is returned only while all of these are unchanged. It does not depend on the
 * present files; whether an output matches its record is checked when cargo has ended.
 */
export class EarlyVerdicts {
  private readonly known = new Map<LinkRecord, Early>();
  private readonly records: Records;
  private readonly live: LiveConfig;

  constructor(records: Records, live: LiveConfig) {
    this.records = records;
    this.live = live;
  }

  /** Judges every recorded output, until `signal` is aborted. */
  async prepare(
    judge: (
      record: UnitRecord,
      link: LinkRecord,
      config: Config,
      used: TakenFromStore,
    ) => Promise<OutputVerdict>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const record of this.records.all()) {
      for (const link of record.links) {
        if (signal.aborted) return;
        const { revision } = this.records;
        const config = this.live.current;
        const used: TakenFromStore = { facts: new Set(), answers: new Set() };
        // A fault shows when the verdict is requested.
        const verdict = await judge(record, link, config, used).catch(() => undefined);
        if (verdict !== undefined) this.known.set(link, { revision, config, verdict, used });
        // Lets the build go first.
        await setImmediate();
      }
    }
  }

  /** Returns the verdict of an output; undefined when something that it depends on has changed. */
  find(link: LinkRecord, config: Config): Pick<Early, 'verdict' | 'used'> | undefined {
    const known = this.known.get(link);
    return known?.config === config && known.revision === this.records.revision ? known : undefined;
  }
}
