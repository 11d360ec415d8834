import { type Child, el } from './dom.ts';

/** Height of a row in pixels; page.css has the same. */
const ROW = 46;
/** Rows that are made above and below those that can be seen. */
const SPARE = 8;

/** What a list shows. */
export interface Rows {
  readonly length: number;
  /** Returns what a row has in it. */
  row(index: number): Child[];
  /** Called when a row is selected. */
  selected(index: number): void;
  /** Called when the reader wants to go on to what is told of the selected row. */
  entered(): void;
}

/** A list of any length of which only the rows that can be seen are elements, so that 20,000 are as quick as 20. */
export class VirtualList {
  readonly element: HTMLElement;
  private readonly spacer = el('div.spacer', { role: 'presentation' });
  private rows: Rows = { length: 0, row: () => [], selected() {}, entered() {} };
  private at = -1;
  private from = -1;
  private to = -1;

  private readonly id: string;

  constructor(label: string, id: string) {
    this.id = id;
    this.element = el(
      'div.list',
      { role: 'listbox', tabindex: 0, 'aria-label': label },
      this.spacer,
    );
    this.element.addEventListener('scroll', () => this.draw(false));
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('click', (event) => {
      const row = (event.target as Element).closest('[data-index]');
      if (row !== null) this.select(Number(row.getAttribute('data-index')));
    });
    new ResizeObserver(() => this.draw(false)).observe(this.element);
  }

  /** Shows other rows; the first is selected, or `at`. */
  show(rows: Rows, at = 0): void {
    this.rows = rows;
    this.spacer.style.height = `${rows.length * ROW}px`;
    this.at = -1;
    this.element.scrollTop = 0;
    this.draw(true);
    this.select(Math.min(at, rows.length - 1));
  }

  /** Selects a row and makes it visible. */
  select(index: number): void {
    this.at = index;
    const top = index * ROW;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + ROW > scrollTop + clientHeight)
      this.element.scrollTop = top + ROW - clientHeight;
    this.draw(true);
    this.rows.selected(index);
  }

  private key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 1);
    const last = this.rows.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: this.at + 1,
      ArrowUp: this.at - 1,
      PageDown: this.at + page,
      PageUp: this.at - page,
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (to !== undefined && last >= 0) this.select(Math.max(0, Math.min(last, to)));
    else if (event.key === 'Enter') this.rows.entered();
    else return;
    event.preventDefault();
  }

  private draw(anew: boolean): void {
    const { scrollTop, clientHeight } = this.element;
    const from = Math.max(0, Math.floor(scrollTop / ROW) - SPARE);
    const to = Math.min(this.rows.length, Math.ceil((scrollTop + clientHeight) / ROW) + SPARE);
    if (!anew && from === this.from && to === this.to) return;
    [this.from, this.to] = [from, to];
    const made: HTMLElement[] = [];
    for (let index = from; index < to; index++) {
      const isSelected = index === this.at;
      const row = el(
        'div.row',
        {
          ...{ role: 'option', id: `${this.id}-${index}`, 'data-index': index },
          ...{ 'aria-selected': isSelected, 'aria-posinset': index + 1 },
          'aria-setsize': this.rows.length,
        },
        ...this.rows.row(index),
      );
      row.style.top = `${index * ROW}px`;
      made.push(row);
    }
    this.spacer.replaceChildren(...made);
    if (this.at >= from && this.at < to)
      this.element.setAttribute('aria-activedescendant', `${this.id}-${this.at}`);
    else this.element.removeAttribute('aria-activedescendant');
  }
}
