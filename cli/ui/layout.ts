import { type Model, viewOf } from './model.ts';

/** Rows of each pane with its title; zero when it is not shown. */
export interface Layout {
  readonly problems: number;
  readonly details: number;
  readonly package: number;
  /** The status line, and the keys below it. */
  readonly footer: number;
}

const TITLE = 1;
/** From this height (rows) on, the package is shown by default. */
const ROOMY = 22;

/** Divides the rows of the screen. Contents do not count, so that nothing jumps when problems arrive. */
export function layoutOf(model: Model): Layout {
  const { rows } = model.size;
  const footer = rows < 8 ? 1 : 2;
  const showsPackage = model.showsPackage ?? rows >= ROOMY;
  const wanted = rows >= 36 ? 7 : rows >= ROOMY ? 6 : 4;
  const pack = showsPackage ? Math.min(wanted, Math.max(0, rows - footer - 6)) : 0;
  const left = Math.max(1, rows - footer - pack);
  const own = viewOf(model) === 'problems';
  const share = own ? Math.round(left * 0.6) : Math.round(left * 0.25);
  const problems = Math.min(left, Math.max(own ? 4 : 3, share));
  return { problems, details: left - problems, package: pack, footer };
}

/** Returns the number of visible rows of the problem list. */
export function listHeight(model: Model): number {
  return Math.max(1, layoutOf(model).problems - TITLE);
}

/** Returns the number of rows of the list in the middle (fixes, usages, frames), which shares its pane with its details. */
export function middleHeight(model: Model, count: number): number {
  const inside = Math.max(1, layoutOf(model).details - TITLE);
  if (viewOf(model) === 'tree') return inside;
  return Math.max(
    1,
    Math.min(count, Math.floor(inside * (viewOf(model) === 'backtrace' ? 0.5 : 0.4))),
  );
}
