import type { Remote } from 'comlink';
import { render } from 'ink';
import type { Session, SessionEnding, SessionEvent, SessionOptions } from '../ui-worker/api.ts';
import { App } from './app.tsx';
import { openEditor } from './editor.ts';
import type { Effect } from './follow.ts';
import { Keyboard } from './keyboard.ts';
import type { Key } from './keys.ts';
import { firstModel, type Model } from './model.ts';
import type { UiOutcome } from './outcome.ts';
import type { Canvas } from './panes/pane.tsx';
import { Rate, WINDOW_MS } from './rate.ts';
import { Screen } from './screen.ts';
import { asciiGlyphs, unicodeGlyphs } from './text.ts';
import { type Action, updated } from './update.ts';

/** How often the screen changes by itself; keys are answered at once. */
const DRAW_MS = 50;
/** How long a message replaces the progress. */
const MESSAGE_MS = 4000;

/** The parameters of the full terminal UI. */
export interface FullOptions {
  readonly session: Remote<Session>;
  readonly start: (onEvent: (event: SessionEvent) => void) => Promise<SessionEnding>;
  readonly options: SessionOptions;
  readonly colour: boolean;
}

/** The full terminal UI. */
export class FullUi {
  private model: Model;
  private readonly screen = new Screen(process.stdout);
  private readonly canvas: Canvas;
  private readonly keyboard: Keyboard;
  private readonly session: Remote<Session>;
  private readonly rate = new Rate();
  private readonly ascii: boolean;
  private readonly start: FullOptions['start'];
  private drawing: NodeJS.Timeout | undefined;
  private forgetting: NodeJS.Timeout | undefined;
  /** Hides the rate when nothing is built any more, as while a gate waits for the user. */
  private resting: NodeJS.Timeout | undefined;
  private ink: ReturnType<typeof render> | undefined;
  private leave: ((ending: SessionEnding | undefined) => void) | undefined;
  private away = false;
  /** The shell has the terminal again: further events of the check are not shown. */
  private over = false;
  /** The message to show when the current edit is done. */
  private doing = '';
  private readonly waiting: Key[] = [];

  constructor({ session, start, options, colour }: FullOptions) {
    this.session = session;
    this.start = start;
    this.ascii = options.ascii;
    this.canvas = { screen: this.screen, colour };
    this.model = firstModel(this.screen.size, options.debug);
    this.keyboard = new Keyboard(
      process.stdin,
      (key) => this.pressed(key),
      (text) => this.act({ kind: 'pasted', text }),
    );
  }

  /** Shows the check until it ends or the user quits; the terminal is then as before. */
  async run(): Promise<UiOutcome> {
    const left = new Promise<SessionEnding | undefined>((done) => {
      this.leave = done;
    });
    process.on('exit', this.restore);
    process.on('uncaughtExceptionMonitor', this.restore);
    process.stdout.on('resize', this.resized);
    process.on('SIGCONT', this.comeBack);
    process.on('SIGTSTP', this.suspend);
    try {
      this.takeTerminal();
      this.draw();
      void this.start((event) => this.receive(event)).then(
        (ending) => this.leave?.(ending),
        (error: Error) =>
          this.leave?.({ status: 2, text: `error: internal error: ${error.message}`, timing: {} }),
      );
      const ending = await left;
      const items = [...this.model.items.values()];
      const errors = items.filter(({ severity }) => severity === 'error').length;
      const { phase } = this.model.state;
      return {
        ending,
        errors,
        warnings: items.length - errors,
        complete: phase === 'answering',
      };
    } finally {
      this.over = true;
      clearTimeout(this.drawing);
      clearTimeout(this.forgetting);
      clearTimeout(this.resting);
      this.restore();
      process.off('exit', this.restore);
      process.off('uncaughtExceptionMonitor', this.restore);
      process.stdout.off('resize', this.resized);
      process.off('SIGCONT', this.comeBack);
      process.off('SIGTSTP', this.suspend);
      this.ink?.unmount();
    }
  }

  /** Quits as by `q`; returns false when the signal was meant for another program. */
  quit(): boolean {
    // While an editor has the terminal, Ctrl-C is for the editor.
    if (this.away) return false;
    this.leave?.(undefined);
    return true;
  }

  private takeTerminal(): void {
    this.screen.enter();
    this.keyboard.start();
  }

  private readonly restore = (): void => {
    this.keyboard.stop();
    this.screen.leave();
  };

  private readonly resized = (): void => {
    const { columns, rows } = this.screen.size;
    this.screen.forget();
    this.act({ kind: 'resized', columns, rows });
  };

  private receive(event: SessionEvent): void {
    if (this.over) return;
    if (event.kind === 'edited') {
      this.act({ kind: 'edited', text: this.doing, error: event.error });
      this.pressWaiting();
      return;
    }
    if (event.kind === 'progress') {
      const rate = this.rate.update(event.progress.unitsBuilt, performance.now());
      this.change({ kind: 'rate', rate });
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.act({ kind: 'rate', rate: undefined }), WINDOW_MS);
    }
    this.change({ kind: 'session', event });
    this.drawing ??= setTimeout(() => this.draw(), DRAW_MS);
  }

  /** While an edit is made, keys wait: they are meant for the list after it. */
  private pressed(key: Key): void {
    if (this.model.busy && !key.ctrl) this.waiting.push(key);
    else this.act({ kind: 'key', key });
  }

  private pressWaiting(): void {
    for (let key = this.waiting.shift(); key !== undefined; key = this.waiting.shift()) {
      this.act({ kind: 'key', key });
      if (this.model.busy) return;
    }
  }

  /** Handles an action whose result the user waits to see. */
  private act(action: Action): void {
    if (this.over) return;
    this.change(action);
    this.draw();
  }

  private change(action: Action): void {
    const { model, effects } = updated(this.model, action);
    if (model.message !== this.model.message) {
      clearTimeout(this.forgetting);
      if (model.message !== undefined)
        this.forgetting = setTimeout(() => this.act({ kind: 'silent' }), MESSAGE_MS);
    }
    this.model = model;
    for (const effect of effects) void this.perform(effect);
  }

  private draw(): void {
    clearTimeout(this.drawing);
    this.drawing = undefined;
    if (this.away) return;
    const glyphs = this.ascii ? asciiGlyphs : unicodeGlyphs;
    this.screen.begin();
    const app = <App model={this.model} glyphs={glyphs} canvas={this.canvas} />;
    if (this.ink === undefined) {
      this.ink = render(app, {
        stdout: this.screen as unknown as NodeJS.WriteStream,
        // In this mode Ink writes whole frames; the screen finds the lines that changed.
        debug: true,
        exitOnCtrlC: false,
        patchConsole: false,
      });
    } else {
      this.ink.rerender(app);
    }
  }

  private async perform(effect: Effect): Promise<void> {
    const { session } = this;
    try {
      switch (effect.kind) {
        case 'load-fixes':
          return this.act({ kind: 'fixes', id: effect.id, rows: await session.fixes(effect.id) });
        case 'load-usages':
          return this.act({ kind: 'usages', id: effect.id, rows: await session.usages(effect.id) });
        case 'load-backtraces': {
          const paths = await session.backtraces(effect.id, effect.index);
          return this.act({ kind: 'backtraces', id: effect.id, paths });
        }
        case 'load-source': {
          const { place } = effect;
          return this.act({ kind: 'source', place, source: await session.source(place) });
        }
        case 'load-package': {
          const { label } = effect;
          return this.act({ kind: 'package', label, info: await session.packageInfo(label) });
        }
        case 'load-tree': {
          const { label } = effect;
          return this.act({ kind: 'tree', label, rows: await session.tree(label) });
        }
        case 'apply': {
          const { id, fix, comment } = effect;
          this.doing = `Done: ${fix.title}`;
          await session.apply(id, fix.name, comment);
          return;
        }
        case 'apply-plain':
          this.doing = `Done: ${effect.ids.length} fixes in one edit of cackle.toml`;
          await session.applyPlain(effect.ids);
          return;
        case 'undo':
          this.doing = 'The last edit is undone.';
          await session.undo();
          return;
        case 'again':
          return await session.checkAgain();
        case 'edit':
          return await this.edit(effect.file, effect.line);
        case 'suspend':
          return this.suspend();
        case 'quit':
          this.quit();
          return;
      }
    } catch (error) {
      this.act({ kind: 'edited', text: '', error: (error as Error).message });
    }
  }

  private async edit(file: string, line: number): Promise<void> {
    const path = await this.session.pathOf(file);
    this.away = true;
    this.restore();
    const failed = await openEditor(path, line);
    this.away = false;
    this.takeTerminal();
    if (failed !== undefined) this.act({ kind: 'message', text: failed, tone: 'bad' });
    else this.draw();
  }

  /** Ctrl-Z: releases the terminal and stops the whole process group, as the shell expects. */
  private readonly suspend = (): void => {
    if (this.away) return;
    this.away = true;
    this.restore();
    process.off('SIGTSTP', this.suspend);
    process.kill(0, 'SIGTSTP');
    // Without job control nothing stops the process, and nothing continues it either.
    setTimeout(this.comeBack, 200);
  };

  private readonly comeBack = (): void => {
    if (!this.away) return;
    this.away = false;
    process.on('SIGTSTP', this.suspend);
    this.takeTerminal();
    this.resized();
  };
}
