import { highlightTree, tagHighlighter, tags } from '@lezer/highlight';
import { parser } from '@lezer/rust';
import type { Segment, TokenStyle } from './api.ts';

/** Characters; a longer source is shown plain, since parsing it would take too long. */
const MAX_LENGTH = 1_000_000;

const styles = tagHighlighter([
  { tag: tags.comment, class: 'comment' },
  { tag: [tags.string, tags.character, tags.special(tags.string)], class: 'string' },
  { tag: [tags.number, tags.bool, tags.literal], class: 'number' },
  { tag: [tags.keyword, tags.modifier, tags.self, tags.operatorKeyword], class: 'keyword' },
  { tag: [tags.macroName, tags.meta], class: 'macro' },
  { tag: [tags.typeName, tags.className, tags.namespace], class: 'type' },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName)],
    class: 'function',
  },
]);

/** Returns the lines of a source, each in pieces of one style; a file that is not Rust is plain. */
export function highlightedLines(text: string, isRust: boolean): Segment[][] {
  const lines: Segment[][] = [[]];
  const put = (piece: string, style: TokenStyle): void => {
    piece.split('\n').forEach((part, i) => {
      if (i > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push({ style, text: part });
    });
  };
  if (!isRust || text.length > MAX_LENGTH) {
    put(text, 'plain');
    return lines;
  }
  let end = 0;
  highlightTree(parser.parse(text), styles, (from, to, style) => {
    if (from > end) put(text.slice(end, from), 'plain');
    put(text.slice(from, to), style as TokenStyle);
    end = to;
  });
  put(text.slice(end), 'plain');
  return lines;
}
