import { Box } from 'ink';
import type { ReactNode } from 'react';
import { layoutOf } from './layout.ts';
import { type Model, viewOf } from './model.ts';
import { Backtrace } from './panes/backtrace.tsx';
import { Details } from './panes/details.tsx';
import { Fixes } from './panes/fixes.tsx';
import { Footer } from './panes/footer.tsx';
import { Help } from './panes/help.tsx';
import { PackagePane } from './panes/package.tsx';
import { type Canvas, CanvasContext, type Frame } from './panes/pane.tsx';
import { Problems } from './panes/problems.tsx';
import { TreePane } from './panes/tree.tsx';
import { Usages } from './panes/usages.tsx';
import type { Glyphs } from './text.ts';

/** The whole screen (rule 8.1): problems on top, details in the middle, the package at the bottom. */
export function App({
  model,
  glyphs,
  canvas,
}: {
  readonly model: Model;
  readonly glyphs: Glyphs;
  readonly canvas: Canvas;
}): ReactNode {
  const { columns, rows } = model.size;
  const layout = layoutOf(model);
  const frame = (height: number): Frame => ({ columns, rows: height, glyphs });
  const { overlay } = model;
  return (
    <CanvasContext value={canvas}>
      <Box flexDirection="column" height={rows}>
        {overlay?.kind === 'help' ? (
          <Help model={model} top={overlay.top} frame={frame(rows - layout.footer)} />
        ) : (
          <>
            <Problems model={model} frame={frame(layout.problems)} />
            <Middle model={model} frame={frame(layout.details)} />
            <PackagePane model={model} frame={frame(layout.package)} />
          </>
        )}
        <Footer model={model} frame={frame(layout.footer)} />
      </Box>
    </CanvasContext>
  );
}

function Middle({ model, frame }: { readonly model: Model; readonly frame: Frame }): ReactNode {
  switch (viewOf(model)) {
    case 'problems':
      return <Details model={model} frame={frame} />;
    case 'fixes':
      return <Fixes model={model} frame={frame} />;
    case 'usages':
      return <Usages model={model} frame={frame} />;
    case 'backtrace':
      return <Backtrace model={model} frame={frame} />;
    case 'tree':
      return <TreePane model={model} frame={frame} />;
  }
}
