import { type FSWatcher, watch } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { applyEdits, type Edit } from '../config/edit/edit.ts';
import {
  ConfigFileError,
  type ConfigFileText,
  readConfigText,
  writeConfigText,
} from '../config/edit/write.ts';
import type { Exports } from '../config/exports.ts';
import { parseConfig } from '../config/read.ts';
import { renderDiagnostic } from '../config/render.ts';
import { type Config, ConfigError } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';
import type { LiveConfig, Waiting } from '../verdicts/live-config.ts';

/** An edit or undo that was refused; nothing was written. */
export class EditRefused extends Error {
  override readonly name = 'EditRefused';
}

/** An edit that was written: what it takes to take it back. */
export interface WrittenEdit {
  readonly before: ConfigFileText;
  readonly text: string;
}

/** What changed: the configuration in force (by an edit, an undo or by hand), its fault, or the waiting gates. */
export type ConfigChange = 'edit' | 'undo' | 'hand' | 'fault' | 'waiting';

interface Waiter {
  readonly problems: readonly Problem[];
  readonly waiting: Waiting;
  readonly answer: (changed: boolean) => void;
}

/** Editors write in several steps, so half a file is not reported at once. */
const DEBOUNCE_MS = 60;
/** Not every file system reports changes, and none reports those of a link's target. */
const POLL_MS = 1000;

/**
 * cackle.toml while the user edits it, in the UI or by hand. The last valid text stays in force. Whenever it changes, waiting
 * gates are released to judge again.
 */
export class WatchedConfig implements LiveConfig {
  /** The reason why the file on disk is not in force; undefined when it is. */
  fault: string | undefined;
  private read: ConfigFileText;
  private config: Config | undefined;
  private readonly exports: Exports;
  private readonly changed: (by: ConfigChange) => void;
  private readonly waiters = new Set<Waiter>();
  private working: Promise<unknown> = Promise.resolve();
  private released = false;
  private watcher: FSWatcher | undefined;
  private timers: NodeJS.Timeout[] = [];
  private seen = '';

  private constructor(
    read: ConfigFileText,
    config: Config | undefined,
    exports: Exports,
    changed: (by: ConfigChange) => void,
  ) {
    this.read = read;
    this.config = config;
    this.exports = exports;
    this.changed = changed;
  }

  /** Starts from the file, which may be missing. Throws ConfigError and ConfigFileError. */
  static async open(
    file: string,
    exports: Exports,
    changed: (by: ConfigChange) => void,
  ): Promise<WatchedConfig> {
    const read = await readConfigText(file);
    const config = read.hash === undefined ? undefined : parseConfig(file, read.text, exports);
    const watched = new WatchedConfig(read, config, exports, changed);
    watched.watch();
    return watched;
  }

  /** The configuration in force; undefined when there is no file yet. */
  get inForce(): Config | undefined {
    return this.read.hash === undefined ? undefined : this.config;
  }

  get current(): Config {
    if (this.config === undefined) throw new Error('there is no configuration yet');
    return this.config;
  }

  /** The text in force. */
  get text(): string {
    return this.read.text;
  }

  /** The waiting gates, with their problems. */
  get waiting(): readonly Pick<Waiter, 'problems' | 'waiting'>[] {
    return [...this.waiters];
  }

  resolve = (problems: readonly Problem[], waiting: Waiting): Promise<boolean> =>
    new Promise((answer) => {
      if (this.released) answer(false);
      else this.waiters.add({ problems, waiting, answer });
      this.changed('waiting');
    });

  /** Releases the waiting gates, which then refuse their programs, and ends watching. */
  release(): void {
    this.released = true;
    this.watcher?.close();
    for (const timer of this.timers) clearInterval(timer);
    this.answer(false);
  }

  /** Writes an edit; undefined when it changes nothing. Throws {@link EditRefused}. */
  edit(edits: readonly Edit[]): Promise<WrittenEdit | undefined> {
    return this.serially(async () => {
      await this.reread();
      if (this.fault !== undefined)
        throw new EditRefused('cackle.toml as it is cannot be read: fix or undo your change first');
      const { read } = this;
      const text = refusing(() => applyEdits(read.text, edits));
      if (text === read.text) return undefined;
      // Parsed before it is written: a file that we could not read must not be created.
      const config = refusing(() => parseConfig(read.file, text, this.exports));
      await this.replace(read, text, config, 'edit');
      return { before: read, text };
    });
  }

  /** Undoes the last edit, unless the file was changed since. Throws {@link EditRefused}. */
  undo({ before, text }: WrittenEdit): Promise<void> {
    return this.serially(async () => {
      await this.reread();
      if (this.fault !== undefined || this.read.text !== text)
        throw new EditRefused('cackle.toml was changed by hand since: undo it there');
      if (before.hash === undefined) {
        await unlink(this.read.file);
        this.read = before;
        this.remember('');
        this.announce('undo');
      } else {
        const config = parseConfig(before.file, before.text, this.exports);
        await this.replace(this.read, before.text, config, 'undo');
      }
    });
  }

  private async replace(
    read: ConfigFileText,
    text: string,
    config: Config,
    by: ConfigChange,
  ): Promise<void> {
    try {
      this.read = await writeConfigText(read, text);
    } catch (error) {
      if (error instanceof ConfigFileError)
        throw new EditRefused(`${error.message}: ${error.help}`, { cause: error });
      throw error;
    }
    this.remember(await stampOf(this.read.file));
    this.config = config;
    this.announce(by);
  }

  /** Reads a file that was changed by hand; an invalid one leaves the last valid text in force. */
  private async reread(): Promise<void> {
    const { file } = this.read;
    const faultBefore = this.fault;
    let read: ConfigFileText;
    try {
      this.remember(await stampOf(file));
      read = await readConfigText(file);
      if (read.hash === this.read.hash) {
        this.fault = undefined;
        if (faultBefore !== undefined) this.changed('fault');
        return;
      }
      if (read.hash === undefined) {
        this.fault = `${file} is gone; its last content is still in force`;
        if (faultBefore !== this.fault) this.changed('fault');
        return;
      }
      this.config = parseConfig(file, read.text, this.exports);
    } catch (error) {
      this.fault = textOf(error);
      if (faultBefore !== this.fault) this.changed('fault');
      return;
    }
    this.read = read;
    this.fault = undefined;
    this.announce('hand');
  }

  private announce(by: ConfigChange): void {
    // Without a configuration gates cannot judge again.
    if (this.inForce !== undefined) this.answer(true);
    this.changed(by);
  }

  private answer(changed: boolean): void {
    const waiters = [...this.waiters];
    this.waiters.clear();
    for (const { answer } of waiters) answer(changed);
  }

  private serially<T>(work: () => Promise<T>): Promise<T> {
    const done = this.working.then(work);
    this.working = done.catch(() => undefined);
    return done;
  }

  private watch(): void {
    const { file } = this.read;
    let pending: NodeJS.Timeout | undefined;
    const later = (): void => {
      clearTimeout(pending);
      pending = setTimeout(() => {
        if (!this.released) void this.serially(() => this.reread());
      }, DEBOUNCE_MS);
    };
    const poll = setInterval(async () => {
      const stamp = await stampOf(file);
      if (stamp !== this.seen) later();
    }, POLL_MS);
    this.timers.push(poll);
    void stampOf(file).then((stamp) => this.remember(stamp));
    try {
      this.watcher = watch(dirname(file), { persistent: false }, (_, name) => {
        if (name === null || name === basename(file)) later();
      });
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      // Polling goes on.
    }
  }

  private remember(stamp: string): void {
    this.seen = stamp;
  }
}

async function stampOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeNs}`;
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new EditRefused(textOf(error), { cause: error });
  }
}

function textOf(error: unknown): string {
  if (error instanceof ConfigError) return error.diagnostics.map(renderDiagnostic).join('\n');
  return error instanceof Error ? error.message : String(error);
}
