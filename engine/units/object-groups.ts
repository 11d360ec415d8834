import { statSync } from 'node:fs';
import type { LinkRequest } from '../build/types.ts';

/** Largest group of objects in bytes. All objects of a group are read again when one of them changes. */
const MAX_GROUP = 1024 * 1024;

type RequestedInput = LinkRequest['inputs'][number];

/** Inputs whose facts are in one file: the first represents all of them. */
export type InputGroup = readonly [RequestedInput, ...RequestedInput[]];

/**
 * Returns the inputs of a link in order, with the unit's own small objects in groups: rustc writes a dozen of them
 * even for the smallest program. The members of a group have the same maker and are all linked, whatever they
 * contain.
 */
export function grouped(inputs: readonly RequestedInput[]): InputGroup[] {
  const groups: [RequestedInput, ...RequestedInput[]][] = [];
  let room = 0;
  for (const input of inputs) {
    const size = input.own ? sizeOf(input.path) : 0;
    const last = groups.at(-1);
    if (size > 0 && size <= room) {
      last?.push(input);
      room -= size;
      continue;
    }
    groups.push([input]);
    room = size > 0 ? MAX_GROUP - size : 0;
  }
  return groups;
}

/** Returns the size of a file, 0 when it is missing: reading it reports the error. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
