import type { Call } from './line.ts';
import type { ActKind } from './types.ts';
import { UnreadableTrace } from './values.ts';

/** A file as a call names it: relative to an open directory, or to the working directory when that is undefined. */
export interface NamedFile {
  readonly directory: string | undefined;
  /** Undefined for the open file itself. */
  readonly path: string | undefined;
}

/** What one call tells. */
export type Told =
  | {
      readonly tells: 'file';
      readonly what: 'read' | 'write' | 'start';
      readonly file: NamedFile;
      /** A symbolic link at the end of its path is followed. */
      readonly followsLink?: boolean;
    }
  /** A symbolic link was made, and what it says. */
  | { readonly tells: 'link'; readonly file: NamedFile; readonly text: string }
  /** A file got another name; with `stays` it keeps the first one. */
  | {
      readonly tells: 'moved';
      readonly from: NamedFile;
      readonly to: NamedFile;
      readonly stays: boolean;
      /** Each gets the other's name. */
      readonly isSwap: boolean | undefined;
    }
  /** A name is taken away. */
  | { readonly tells: 'gone'; readonly file: NamedFile }
  | { readonly tells: 'directory'; readonly file: NamedFile }
  | { readonly tells: 'child'; readonly sharesDirectory: boolean; readonly isUntraced: boolean }
  | {
      readonly tells: 'address';
      readonly what: ActKind;
      readonly of: string;
      readonly socket: string;
    }
  | { readonly tells: 'listening'; readonly socket: string }
  /** A socket that tells more than its addresses do, or that was refused. */
  | { readonly tells: 'socket'; readonly of: string; readonly isSecret: boolean }
  /** To a process, or with a negative number to a group of them. */
  | { readonly tells: 'signal'; readonly to: number }
  | { readonly tells: 'data'; readonly bytes: Buffer; readonly socket: string }
  /** With a text, its argument that matters. */
  | { readonly tells: 'call'; readonly of?: string };

/** Returns what a call tells. Throws {@link UnreadableTrace}. */
export type Reading = (call: Call) => readonly Told[];

/** Told by a call that tells nothing. */
export const nothing: readonly Told[] = [];

/** Returns an argument of a call, or throws. */
export function argument({ name, args }: Call, index: number): string {
  const found = args[index];
  if (found === undefined) throw new UnreadableTrace(`${name} has no argument ${index + 1}`);
  return found;
}
