import type { Danger, PageData, PagePlace, PageUsage } from '../types.ts';
import { type Child, count, el } from './dom.ts';

/** Returns the data of this page. */
export function readData(): PageData {
  return JSON.parse(document.getElementById('data')?.textContent ?? '') as PageData;
}

/** Returns `file:line:column`. */
export function placeText(data: PageData, [file, line, column]: PagePlace): string {
  const name = data.files[file]?.name ?? '';
  return line === 0 ? name : `${name}:${line}${column === 0 ? '' : `:${column}`}`;
}

/** Returns a text from a package, whose letters cannot order what stands beside it. */
export function code(text: string): HTMLElement {
  return el('code', {}, el('bdi', {}, text));
}

/** Returns a capability as a mark in its colour, with a word where cackle.toml does not allow it. */
export function mark(text: string, danger: Danger, allowed = true): HTMLElement {
  const made = el(`span.mark.${danger}`, {}, text);
  if (allowed) return made;
  made.classList.add('refused');
  made.append(el('span.why', {}, ' not allowed'));
  return made;
}

/** Returns the danger of a usage. */
export function dangerOf(data: PageData, { capability }: PageUsage): Danger {
  return data.capabilities[capability]?.danger ?? 'none';
}

/** Returns a usage in full: its source, what it refers to, and the path to it. */
export function usageDetails(data: PageData, usage: PageUsage): HTMLElement {
  const { place, from, target, output, path } = usage;
  return el(
    'div.usage',
    {},
    el('p.place', {}, code(placeText(data, place))),
    source(data, place),
    facts([
      ['uses', target],
      ['in', from],
      ['of', output],
    ]),
    path.length === 0 ? undefined : pathList(data, path),
  );
}

function facts(rows: readonly (readonly [string, string])[]): HTMLElement | undefined {
  const shown = rows.filter(([, text]) => text !== '');
  if (shown.length === 0) return undefined;
  return el(
    'dl',
    {},
    ...shown.flatMap(([name, text]) => [el('dt', {}, name), el('dd', {}, code(text))]),
  );
}

function source(data: PageData, [file, line, column]: PagePlace): HTMLElement {
  const lines = Object.entries(data.files[file]?.lines ?? {})
    .map(([number, text]) => [Number(number), text] as const)
    .filter(([number]) => Math.abs(number - line) <= 3);
  if (line === 0 || lines.length === 0) return el('p.dim', {}, 'the source is not at hand');
  const shown = lines.flatMap(([number, text]): Child[] => {
    const row = el(
      number === line ? 'span.line.here' : 'span.line',
      {},
      el('span.number', { 'aria-hidden': true }, String(number)),
      el('bdi', {}, ...marked(text, number === line ? column : 0)),
    );
    return [row, '\n'];
  });
  return el('pre.source', { tabindex: 0, 'aria-label': 'source' }, ...shown);
}

/** Marks the word at a column. */
function marked(text: string, column: number): Child[] {
  if (column === 0 || column > text.length) return [text];
  const start = column - 1;
  const length = /^(?:\w+|.)/u.exec(text.slice(start))?.[0].length ?? 1;
  const word = text.slice(start, start + length);
  return [text.slice(0, start), el('b', {}, word), text.slice(start + length)];
}

function pathList(data: PageData, path: readonly number[]): HTMLElement {
  const steps = path.flatMap((index) => {
    const frame = data.frames[index];
    if (frame === undefined) return [];
    const { name, place, isInlined } = frame;
    const line = place === undefined ? undefined : data.files[place[0]]?.lines[place[1]];
    return el(
      'li',
      {},
      code(name),
      isInlined ? el('span.dim', {}, ' inlined') : undefined,
      place === undefined ? undefined : el('div.dim', {}, code(placeText(data, place))),
      line === undefined ? undefined : el('div.step', {}, code(line.trim())),
    );
  });
  return el(
    'div.path',
    {},
    el('h4', {}, `path, ${count(steps.length, 'step')}`),
    el('ol', {}, ...steps),
  );
}

/** Returns usages that unfold: what is in one is made when it is opened. */
export function usageList(data: PageData, usages: readonly number[], all: number): HTMLElement {
  const list = el('div.usages');
  const more = (from: number): void => {
    for (const index of usages.slice(from, from + 50)) {
      const usage = data.usages[index];
      if (usage === undefined) continue;
      const folded = el(
        'details',
        {},
        el(
          'summary',
          {},
          code(placeText(data, usage.place)),
          usage.target === '' ? '' : ' uses ',
          usage.target === '' ? undefined : code(usage.target),
        ),
      );
      folded.addEventListener('toggle', () => folded.append(usageDetails(data, usage)), {
        once: true,
      });
      list.append(folded);
    }
    const left = usages.length - from - 50;
    if (left <= 0) return;
    const next = el('button.more', { type: 'button' }, `${left} more`);
    next.addEventListener('click', () => {
      next.remove();
      more(from + 50);
    });
    list.append(next);
  };
  more(0);
  if (all > usages.length)
    list.append(el('p.dim', {}, `${count(all - usages.length, 'place')} not on this page`));
  return list;
}
