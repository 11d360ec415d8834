import { ExtractError } from '../parsers/module.ts';

/** An error loses its class between threads but keeps its cause. */
const UNREADABLE = 'unreadable input';

/** Returns the error for an input that a worker cannot read. */
export function unreadable(message: string): ExtractError {
  return new ExtractError(message, { cause: UNREADABLE });
}

/** Returns whether a worker failed with such an error. */
export function isUnreadable({ cause }: Error): boolean {
  return cause === UNREADABLE;
}
