import type { ReactNode } from 'react';
import { bindings, keyLabel, type View } from '../keys.ts';
import { type Model, viewOf } from '../model.ts';
import { bold, coloured, dim, type Line, plain } from '../spans.ts';
import { wrapped } from '../text.ts';
import { type Frame, Pane } from './pane.tsx';

const titles: Readonly<Record<View, string>> = {
  problems: 'the list of problems',
  fixes: 'the fixes of a problem',
  usages: 'the places of a problem',
  backtrace: 'a backtrace',
  tree: 'the tree',
};

const about: Readonly<Record<View, string>> = {
  problems:
    'Each line is something that a package does and cackle.toml does not allow. Look at what it is (d), decide, and choose a fix (f): it is written to cackle.toml, and the problem is gone. The build goes on meanwhile; what it waits for is marked. When nothing is left, the check ends by itself.',
  fixes:
    'The best fix comes first: the narrowest permission that is enough. Below it, what it does to cackle.toml. You can as well edit the file by hand at any time; it is read again when you save it.',
  usages:
    'Only code counts that ends up in an output. The line of the place is marked, and the column below it.',
  backtrace:
    'Not what ran, for nothing ran yet: a path of references from where the program begins to the usage.',
  tree: 'The package on top, who depends on it below, down to your own. (*) was shown above already.',
};

/** The keys of a view, and what it shows. */
export function Help({
  model,
  top,
  frame,
}: {
  readonly model: Model;
  readonly top: number;
  readonly frame: Frame;
}): ReactNode {
  const view = viewOf(model);
  const shown = bindings[view].filter((b) => model.debug || b.debugOnly !== true);
  const keys = shown.map((b) => b.keys.map(keyLabel).join(', '));
  const wide = Math.max(...keys.map((text) => text.length));
  const lines: Line[] = [
    ...wrapped(about[view], frame.columns - 2).map((line): Line => [plain(line)]),
    [],
    ...shown.map(
      (b, i): Line => [coloured((keys[i] ?? '').padEnd(wide + 2), 'cyan'), plain(b.help)],
    ),
    [],
    [
      bold('Marks'),
      plain('  '),
      coloured(frame.glyphs.error, 'red'),
      dim(' problem  '),
      coloured(frame.glyphs.warning, 'yellow'),
      dim(' warning  '),
      coloured(frame.glyphs.held, 'magenta'),
      dim(' the build waits for it'),
    ],
  ];
  const first = Math.min(top, Math.max(0, lines.length - (frame.rows - 1)));
  return <Pane title={`Help: ${titles[view]}`} active lines={lines.slice(first)} frame={frame} />;
}
