/** Draws a terminal's screen as an SVG file: text in a grid, the way a terminal shows it. */

/** @typedef {import('../../tools/terminal.ts').Look} Look */

const CELL = { width: 8.4, height: 17 };
const FONT_SIZE = 14;
const MARGIN = 12;
const BACKGROUND = '#1c1f26';
const FOREGROUND = '#d5d8df';
/** The sixteen colours of a terminal; light enough to be read on the background. */
const PALETTE = [
  ['#1c1f26', '#f0717b', '#8cc570', '#e0b060', '#6ab0f3', '#cf8ce0', '#56c2c9', '#c8ccd4'],
  ['#7f8899', '#ff8f98', '#a5dc88', '#f2c879', '#8cc4ff', '#e0a6ef', '#74dbe2', '#ffffff'],
].flat();

/** @param {readonly (readonly Look[])[]} lines @param {string} title @returns {string} */
export function svgOf(lines, title) {
  const columns = Math.max(...lines.map((line) => line.reduce((sum, l) => sum + widthOf(l), 0)));
  const width = round(columns * CELL.width + 2 * MARGIN);
  const height = round(lines.length * CELL.height + 2 * MARGIN);
  const rows = lines.flatMap((line, row) => rowOf(line, row));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace" font-size="${FONT_SIZE}" fill="${FOREGROUND}" xml:space="preserve">`,
    ...rows,
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}

/** @param {readonly Look[]} line @param {number} row @returns {string[]} */
function rowOf(line, row) {
  const top = MARGIN + row * CELL.height;
  const boxes = [];
  const texts = [];
  let column = 0;
  for (const look of line) {
    const cells = widthOf(look);
    const x = round(MARGIN + column * CELL.width);
    const width = round(cells * CELL.width);
    const front = colour(look.foreground, FOREGROUND);
    const back = colour(look.background, BACKGROUND);
    const [fill, box] = look.inverse ? [back, front] : [front, back];
    if (box !== BACKGROUND)
      boxes.push(
        `<rect x="${x}" y="${round(top)}" width="${width}" height="${CELL.height}" fill="${box}"/>`,
      );
    if (look.text.trim() !== '') {
      const style = [
        fill === FOREGROUND ? '' : ` fill="${fill}"`,
        look.bold ? ' font-weight="bold"' : '',
        look.dim ? ' opacity="0.6"' : '',
      ].join('');
      // The length keeps the columns, whatever the reader's font is.
      // Spaces at the ends would be dropped by some readers, and the rest be stretched.
      const shown = look.text.trim();
      const indent = look.text.length - look.text.trimStart().length;
      const left = round(MARGIN + (column + indent) * CELL.width);
      const length = round([...shown].length * CELL.width);
      texts.push(
        `<text x="${left}" y="${round(top + FONT_SIZE - 1)}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${style}>${escaped(shown)}</text>`,
      );
    }
    column += cells;
  }
  return [...boxes, ...texts];
}

/** All that is drawn here is one cell wide. @param {Look} look */
const widthOf = ({ text }) => [...text].length;

/** @param {Look['foreground']} value @param {string} usual */
function colour(value, usual) {
  if (value === undefined) return usual;
  if (typeof value === 'string') return value;
  const known = PALETTE[value];
  if (known === undefined) throw new Error(`no colour is known for number ${value}`);
  return known;
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/** @param {string} text */
const escaped = (text) =>
  text.replace(
    /[&<>"]/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c,
  );
