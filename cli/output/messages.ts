import { createConsola } from 'consola/core';

/**
 * Messages to the user on stderr, whole lines of printable text: an error begins with `error: `, all else is as it is given, on a
 * terminal and in CI alike.
 */
export const messages = createConsola({
  // Two equal lines are two lines.
  throttle: 0,
  reporters: [
    {
      log({ type, args }) {
        const text = args.map(String).join(' ');
        process.stderr.write(`${type === 'error' ? 'error: ' : ''}${text}\n`);
      },
    },
  ],
});
