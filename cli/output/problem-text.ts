import { isAbsolute, relative } from 'node:path';
import type { SourcePlace } from '../../engine/problems/places.ts';
import type { Usage } from '../../engine/problems/usages.ts';
import { printable } from './printable.ts';

/** Returns a place with a short path: relative to the workspace, the registry or the standard library. */
export function placeText(place: SourcePlace, workspaceRoot: string): string {
  const registry = /\/registry\/src\/[^/]+\/(.*)$/.exec(place.file)?.[1];
  const inside = relative(workspaceRoot, place.file);
  const library = /^\/rustc\/[0-9a-f]+\/(library\/.*)$/.exec(place.file)?.[1];
  const file =
    library ?? registry ?? (inside.startsWith('..') || isAbsolute(inside) ? place.file : inside);
  const position =
    place.line === 0 ? '' : `:${place.line}${place.column === 0 ? '' : `:${place.column}`}`;
  return printable(`${file}${position}`);
}

/** Names the targets on which something is used; empty where only one is checked. */
export function onTargets({ targets = [] }: { targets?: Usage['targets'] }): string {
  return targets.length === 0 ? '' : ` on ${targets.join(', ')}`;
}
