import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';
import type { BuildProgress } from './types.ts';

/** Cargo's bar as `term.progress.when = "always"` draws it: `Building [==> ] 3/17: name(kind), name`. */
const bar = /^\s*Building \[[=> ]*\] (\d+)\/(\d+)(?:: (.*?))?\s*$/;

/** Receives cargo's stderr; gives progress and the rest apart. */
export interface CargoStderr {
  write(chunk: Buffer): void;
  /** Passes on what is left at the end of the stream. */
  end(): void;
}

/** Splits the progress bar off cargo's stderr. Text goes on in whole lines, as cargo wrote them. */
export function splitCargoStderr(
  onProgress: (progress: BuildProgress) => void,
  onText: (text: string) => void,
): CargoStderr {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  const take = (part: string): void => {
    const plain = stripVTControlCharacters(part);
    const match = bar.exec(plain.replace(/[\r\n]+$/, ''));
    if (match !== null) {
      const [, built, total, current] = match;
      onProgress({ built: Number(built), total: Number(total), current: current ?? '' });
    } else if (!/^[ \r]*$/.test(plain)) {
      // A status line may follow the padding of the bar; a lone carriage return is the bar's.
      onText(part.endsWith('\n') ? part.replace(/^\r/, '') : part.replace(/\r$/, ''));
    } else if (plain === '') {
      if (part !== '') onText(part);
    }
  };
  const flush = (text: string): string => {
    let rest = text;
    for (;;) {
      const end = rest.search(/\r(?!\n)|\n/);
      // A carriage return at the very end may be the first half of a line break.
      if (end < 0 || (end === rest.length - 1 && rest[end] === '\r')) {
        if (end >= 0 && bar.test(stripVTControlCharacters(rest.slice(0, end)))) {
          take(rest.slice(0, end + 1));
          return '';
        }
        return rest;
      }
      take(rest.slice(0, end + 1));
      rest = rest.slice(end + 1);
    }
  };
  return {
    write(chunk) {
      pending = flush(pending + decoder.write(chunk));
    },
    end() {
      pending += decoder.end();
      if (pending !== '') take(pending);
      pending = '';
    },
  };
}
