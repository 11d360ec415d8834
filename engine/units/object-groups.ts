import { statSync } from 'node:fs';
import type { LinkRequest } from '../build/types.ts';

/** Up to here, in bytes, objects are read together; what is read at once is read again when one of them changes. */
const MAX_GROUP = 1024 * 1024;

type RequestedInput = LinkRequest['inputs'][number];

/** Inputs whose facts are one file: the first stands for all of them. */
export type InputGroup = readonly [RequestedInput, ...RequestedInput[]];

/**
 * The inputs of a link, in order, with the unit's own small objects in groups: rustc writes a dozen of them for the smallest
 * program. All have the same maker and are linked whatever they hold, as the members of their group are.
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

/** 0 for what is not there: whoever reads it says so. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
