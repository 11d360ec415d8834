import { emitKeypressEvents, type Interface } from 'node:readline';
import type { ReadStream } from 'node:tty';
import type { Key } from './keys.ts';

/** How long a lone escape waits for the rest of a function key's sequence. */
const ESCAPE_MS = 30;

interface Keypress {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
}

/** Reads keys from a terminal; pasted text arrives as one text, never as keys. */
export class Keyboard {
  private readonly terminal: ReadStream;
  private readonly onKey: (key: Key) => void;
  private readonly onPaste: (text: string) => void;
  private pasted: string | undefined;

  constructor(terminal: ReadStream, onKey: (key: Key) => void, onPaste: (text: string) => void) {
    this.terminal = terminal;
    this.onKey = onKey;
    this.onPaste = onPaste;
    // Node reads only this field of an interface.
    const timing = { escapeCodeTimeout: ESCAPE_MS } as unknown as Interface;
    emitKeypressEvents(terminal, timing);
  }

  /** Starts reading keys. */
  start(): void {
    this.terminal.on('keypress', this.pressed);
    this.terminal.setRawMode(true);
    this.terminal.resume();
  }

  /** Restores the terminal's mode and stops reading. */
  stop(): void {
    this.terminal.off('keypress', this.pressed);
    try {
      this.terminal.setRawMode(false);
    } catch {
      // The terminal is gone already.
    }
    this.terminal.pause();
  }

  private readonly pressed = (text: string | undefined, key: Keypress): void => {
    const { name = '', ctrl = false, meta = false } = key;
    if (name === 'paste-start') {
      this.pasted = '';
    } else if (name === 'paste-end') {
      const all = this.pasted ?? '';
      this.pasted = undefined;
      this.onPaste(all);
    } else if (this.pasted !== undefined) {
      this.pasted += text ?? '';
    } else {
      // No key here uses Alt: it was an escape with a key close after it.
      if (meta && name !== 'escape') this.onKey({ name: 'escape', ctrl: false, text: '' });
      const own = (meta ? text?.replace('\u001b', '') : text) ?? '';
      this.onKey({ name, ctrl, text: ctrl || /\p{Cc}/u.test(own) ? '' : own });
    }
  };
}
