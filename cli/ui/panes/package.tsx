import type { ReactNode } from 'react';
import type { Model } from '../model.ts';
import { bold, dim, type Line, plain } from '../spans.ts';
import { wrapped } from '../text.ts';
import { type Frame, Pane } from './pane.tsx';

/** The description of the package of the selected problem. */
export function PackagePane({
  model,
  frame,
}: {
  readonly model: Model;
  readonly frame: Frame;
}): ReactNode {
  return <Pane title="Package" active={false} lines={lines(model, frame)} frame={frame} />;
}

function lines({ info, selected, state }: Model, { columns, rows, glyphs }: Frame): Line[] {
  const known = selected === undefined ? undefined : info?.info;
  if (known === undefined) {
    if (selected === undefined) return [];
    const what =
      state.phase === 'asking' ? 'the whole workspace, not one' : 'no package of the tree';
    return [[dim(`This is about ${what}.`)]];
  }
  const links = [known.documentation, known.directory].filter((text) => text !== undefined);
  const heading: Line = [
    bold(known.name),
    plain(` ${known.version}`),
    dim(
      [known.license === undefined ? '' : known.license, known.isMember ? 'of this workspace' : '']
        .filter((text) => text !== '')
        .map((text) => `${glyphs.dot}${text}`)
        .join(''),
    ),
  ];
  const room = Math.max(1, rows - 2 - links.length);
  const description = wrapped(
    known.description?.trim().replace(/\s+/g, ' ') ?? 'It has no description.',
    columns,
  );
  return [
    heading,
    ...description.slice(0, room).map((line): Line => [plain(line)]),
    ...links.map((text): Line => [dim(text)]),
  ];
}
