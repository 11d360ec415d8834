import { createInterface, type Interface } from 'node:readline';
import type { Remote } from 'comlink';
import type {
  FixChoice,
  Item,
  Session,
  SessionEnding,
  SessionEvent,
  SessionOptions,
} from '../ui-worker/api.ts';
import type { UiOutcome } from './outcome.ts';
import { wrapped } from './text.ts';

/** The parameters of the prompts. */
export interface BasicOptions {
  readonly session: Remote<Session>;
  readonly start: (onEvent: (event: SessionEvent) => void) => Promise<SessionEnding>;
  readonly options: SessionOptions;
}

const PROGRESS_MS = 2000;
const SOURCE_LINES = 3;

const help = `  1, 2, …      apply that fix; words behind the number become a comment in cackle.toml
  v 1          show what fix 1 changes in cackle.toml
  d            where the problem is in the sources
  b 1          how place 1 is reached
  t            who depends on the package
  p            about the package
  s            skip the problem for now
  l            list all problems
  a            apply the fix of every problem that has just one
  u            undo the last edit
  q            quit`;

/** The terminal UI by plain prompts and lines, for simple terminals and screen readers. */
export class BasicUi {
  private readonly session: Remote<Session>;
  private readonly start: BasicOptions['start'];
  private readonly items = new Map<string, Item>();
  private readonly skipped = new Set<string>();
  private state: Extract<SessionEvent, { kind: 'state' }> | undefined;
  private ending: SessionEnding | undefined;
  private quitting = false;
  /** Lines that were typed and not yet taken as answers. */
  private readonly typed: string[] = [];
  private progressAt = 0;
  private changed: (() => void) | undefined;

  constructor({ session, start }: BasicOptions) {
    this.session = session;
    this.start = start;
  }

  /** Asks until the check ends or the user leaves. */
  async run(): Promise<UiOutcome> {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    lines.on('line', (line) => {
      this.typed.push(line.trim());
      this.changed?.();
    });
    lines.on('SIGINT', () => this.quit());
    lines.on('close', () => this.quit());
    void this.start((event) => this.receive(event)).then(
      (ending) => this.ended(ending),
      (error: Error) =>
        this.ended({ status: 2, text: `error: internal error: ${error.message}`, timing: {} }),
    );
    this.say('Checking. `?` lists the answers, `q` quits.');
    try {
      while (this.ending === undefined && !this.quitting) {
        const item = [...this.items.values()].find(({ id }) => !this.skipped.has(id));
        if (item !== undefined) await this.ask(lines, item);
        else if (this.items.size > 0) await this.askSkipped(lines);
        else if (this.typed.length === 0) await this.nextChange();
        // Text that is typed without a prompt can be about no problem.
        else await this.unasked(this.typed.shift());
      }
    } finally {
      this.quitting = true;
      lines.close();
    }
    const items = [...this.items.values()];
    const errors = items.filter(({ severity }) => severity === 'error').length;
    return {
      ending: this.ending,
      errors,
      warnings: items.length - errors,
      complete: this.state?.phase === 'answering',
    };
  }

  /** Leaves as by `q`. */
  quit(): boolean {
    this.quitting = true;
    this.changed?.();
    return true;
  }

  private ended(ending: SessionEnding): void {
    this.ending = ending;
    this.changed?.();
  }

  private receive(event: SessionEvent): void {
    if (event.kind === 'items') {
      for (const id of event.gone) this.items.delete(id);
      for (const item of event.put) this.items.set(item.id, item);
    } else if (event.kind === 'state') {
      if (event.fault !== undefined && event.fault !== this.state?.fault)
        this.say(
          `cackle.toml as it is cannot be read; the last valid one is still in force:\n${event.fault}`,
        );
      this.state = event;
    } else if (event.kind === 'progress') {
      const { unitsBuilt, unitsTotal, outputsJudged, outputsFound } = event.progress;
      const now = performance.now();
      const idle = this.items.size === 0;
      if (!idle || now - this.progressAt < PROGRESS_MS || unitsTotal === 0) return;
      this.progressAt = now;
      this.say(`built ${unitsBuilt} of ${unitsTotal}, judged ${outputsJudged} of ${outputsFound}`);
      return;
    }
    this.changed?.();
  }

  private async nextChange(): Promise<void> {
    await new Promise<void>((done) => {
      this.changed = done;
    });
    this.changed = undefined;
  }

  private say(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** Resolves to the answer to a prompt; undefined when the question is settled before, or the input has ended. */
  private async prompt(
    lines: Interface,
    question: () => string,
    moot: () => boolean,
  ): Promise<string | undefined> {
    let asked = question();
    lines.setPrompt(asked);
    lines.prompt();
    while (this.typed.length === 0) {
      if (moot() || this.ending !== undefined || this.quitting) {
        this.say('');
        return undefined;
      }
      await this.nextChange();
      if (question() === asked || moot()) continue;
      // The list of problems changed meanwhile; the text that is typed so far stays.
      asked = question();
      this.say('');
      lines.setPrompt(asked);
      lines.prompt(true);
    }
    return this.typed.shift();
  }

  private async ask(lines: Interface, item: Item): Promise<void> {
    const fixes = await this.session.fixes(item.id);
    if (!this.items.has(item.id)) return;
    const held = this.state?.waiting.filter(({ problems }) => problems.includes(item.id)) ?? [];
    this.say(`\n${item.severity}: ${item.label}: ${item.title}`);
    for (const { label, what } of held) this.say(`  (the ${what} of ${label} waits for this)`);
    for (const line of item.more.slice(-20)) this.say(`  | ${line}`);
    for (const [i, fix] of fixes.entries())
      this.say(
        `  ${i + 1}  ${fix.title}${fix.refused === undefined ? '' : ` (not possible: ${fix.refused})`}`,
      );
    const numbers = fixes.length === 0 ? '' : fixes.length === 1 ? '1, ' : `1-${fixes.length}, `;
    const question = (): string => `${this.items.size} open; ${numbers}d, t, s, ? > `;
    const answer = await this.prompt(lines, question, () => !this.items.has(item.id));
    if (answer === undefined) return;
    await this.answered(item, fixes, answer);
  }

  private async askSkipped(lines: Interface): Promise<void> {
    const question = (): string =>
      `${this.items.size} skipped; l lists them, enter asks about them again, q quits > `;
    const moot = (): boolean =>
      this.items.size === 0 || [...this.items.keys()].some((id) => !this.skipped.has(id));
    const answer = await this.prompt(lines, question, moot);
    if (answer === 'l') this.list();
    else if (answer === '') this.skipped.clear();
    else await this.unasked(answer);
  }

  /** Handles an answer that is about no problem. */
  private async unasked(answer: string | undefined): Promise<void> {
    if (answer === 'q') this.quit();
    else if (answer === 'u') this.reportEdit(await this.session.undo(), 'undone');
    else if (answer !== undefined) this.say(help);
  }

  private async answered(item: Item, fixes: readonly FixChoice[], answer: string): Promise<void> {
    const [word = '', ...rest] = answer.split(/\s+/);
    const argument = rest.join(' ');
    const fix = /^\d+$/.test(word) ? fixes[Number(word) - 1] : undefined;
    if (fix !== undefined) {
      const error = fix.refused ?? (await this.session.apply(item.id, fix.name, argument));
      this.reportEdit(error, `done: ${fix.title}`);
      return;
    }
    switch (word) {
      case 'v':
        return this.diff(fixes[Number(argument || '1') - 1]);
      case 'd':
        return this.usages(item);
      case 'b':
        return this.backtrace(item, Number(argument || '1') - 1);
      case 't':
        return this.say(
          (await this.session.tree(item.label)).join('\n') || 'no package of the tree',
        );
      case 'p':
        return this.package(item);
      case 's':
        this.skipped.add(item.id);
        return;
      case 'l':
        return this.list();
      case 'a': {
        const plain = [...this.items.values()].filter(({ isPlain }) => isPlain);
        const error = await this.session.applyPlain(plain.map(({ id }) => id));
        return this.reportEdit(error, `done: ${plain.length} fixes (u undoes them)`);
      }
      case 'u':
        return this.reportEdit(await this.session.undo(), 'undone');
      case 'q':
        this.quit();
        return;
      default:
        this.say(help);
    }
  }

  private reportEdit(error: string | undefined, done: string): void {
    this.say(error === undefined ? done : `not done: ${error}`);
  }

  private list(): void {
    for (const { severity, label, title } of this.items.values())
      this.say(`  ${severity}: ${label}: ${title}`);
  }

  private diff(fix: FixChoice | undefined): void {
    if (fix === undefined) {
      this.say('there is no such fix');
      return;
    }
    for (const line of wrapped(fix.explanation, 78)) this.say(`  ${line}`);
    for (const { sign, text } of fix.diff) this.say(sign === '@' ? '  …' : `  ${sign} ${text}`);
  }

  private async usages(item: Item): Promise<void> {
    const rows = await this.session.usages(item.id);
    if (rows.length === 0) this.say('  no place in a source');
    for (const [i, { place, from, target, output }] of rows.slice(0, 20).entries()) {
      this.say(`  ${i + 1}  ${place.text}`);
      if (from !== undefined) this.say(`     ${from} uses ${target} in ${output}`);
      const source = await this.session.source(place);
      if (typeof source === 'string') continue;
      for (const { number, segments } of source.lines) {
        if (Math.abs(number - source.line) >= SOURCE_LINES) continue;
        const text = segments
          .map((segment) => segment.text)
          .join('')
          .slice(0, 200);
        this.say(`     ${number === source.line ? '>' : ' '} ${number} ${text}`);
      }
    }
    if (rows.length > 20) this.say(`  and ${rows.length - 20} more`);
  }

  private async backtrace(item: Item, index: number): Promise<void> {
    const [frames = []] = await this.session.backtraces(item.id, index);
    if (frames.length === 0) this.say('  there is no backtrace of it');
    for (const { name, place, inlined } of frames)
      this.say(`  ${name}${inlined ? ' [inlined]' : ''}  ${place?.text ?? ''}`);
  }

  private async package(item: Item): Promise<void> {
    const info = await this.session.packageInfo(item.label);
    if (info === undefined) return this.say('  no package of the tree');
    const { name, version, license, description, documentation, directory } = info;
    this.say(`  ${name} ${version} ${license ?? ''}`);
    for (const line of [description, documentation, directory]) if (line) this.say(`  ${line}`);
  }
}
