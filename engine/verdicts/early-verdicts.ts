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
 * Verdicts by stored answers alone, of outputs of earlier checks, while cargo finds out whether they are fresh. A verdict
 * depends on the record of the output, on the other records, on the configuration and on an answer that is found by the
 * hash of its whole question: it is given only while all these are the very same. What the files are now is no part of
 * it; that an output is what its record says is looked up when cargo has ended.
 */
export class EarlyVerdicts {
  private readonly known = new Map<LinkRecord, Early>();
  private readonly records: Records;
  private readonly live: LiveConfig;

  constructor(records: Records, live: LiveConfig) {
    this.records = records;
    this.live = live;
  }

  /** Judges every output that is recorded, until `signal`. */
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
        // Whatever is wrong shows when somebody asks.
        const verdict = await judge(record, link, config, used).catch(() => undefined);
        if (verdict !== undefined) this.known.set(link, { revision, config, verdict, used });
        // The build goes first.
        await setImmediate();
      }
    }
  }

  /** The verdict of an output, unless something has changed on which it depends. */
  find(link: LinkRecord, config: Config): Pick<Early, 'verdict' | 'used'> | undefined {
    const known = this.known.get(link);
    return known?.config === config && known.revision === this.records.revision ? known : undefined;
  }
}
