import { spawn } from 'node:child_process';
import { basename } from 'node:path';

/** Editors that take `file:line`; the others take `+line file`. */
const withColon = /^(?:code|codium|code-insiders|cursor|subl|zed|hx|helix)$/;

/** Opens a file at a line in the user's editor and waits for its end; resolves to the reason of a failure, or undefined. */
export function openEditor(file: string, line: number): Promise<string | undefined> {
  const editor = process.env.VISUAL || process.env.EDITOR || 'vi';
  const [program = ''] = editor.split(' ');
  const place =
    line === 0
      ? [file]
      : withColon.test(basename(program))
        ? [`${file}:${line}`]
        : [`+${line}`, file];
  return new Promise((done) => {
    // A shell splits the arguments in the variable, but never parses the place.
    const child = spawn('/bin/sh', ['-c', `${editor} "$@"`, 'sh', ...place], { stdio: 'inherit' });
    child.on('error', (error) => done(`${editor} could not be started: ${error.message}`));
    child.on('close', (status) =>
      done(status === 127 ? `${editor} was not found: set $VISUAL or $EDITOR` : undefined),
    );
  });
}
