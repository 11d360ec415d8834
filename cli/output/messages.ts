import { createConsola } from 'consola/core';

/**
 * Messages to the user on stderr, whole lines of printable text: an error begins with `error: `, other text is unchanged, on
 * a terminal and in CI alike.
 */
export const messages = createConsola({
  // Equal lines are not merged.
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
