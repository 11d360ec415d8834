import { ExtractError } from '../parsers/module.ts';

/** Between threads an error loses its class and keeps its cause. */
const UNREADABLE = 'unreadable input';

/** The error for an input that a worker cannot read. */
export function unreadable(message: string): ExtractError {
  return new ExtractError(message, { cause: UNREADABLE });
}

/** Did a worker end with such an error? */
export function isUnreadable({ cause }: Error): boolean {
  return cause === UNREADABLE;
}
