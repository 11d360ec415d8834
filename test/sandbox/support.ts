import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../engine/paths.ts';
import { requireLandlock } from '../../engine/sandbox/landlock-probe.ts';

/** Why bwrap cannot run here; undefined where it can. */
export const noBubblewrap: string | undefined = (() => {
  try {
    execFileSync('bwrap', ['--unshare-all', '--unshare-user', '--ro-bind', '/', '/', 'true'], {
      stdio: 'pipe',
    });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();

if (noBubblewrap !== undefined)
  console.warn(`tests that need a sandbox are skipped, bwrap cannot run here: ${noBubblewrap}`);

/** Directory of the fixtures' sources. */
export const fixtures = `${packageRoot()}/test/sandbox/fixture`;

/** Why Landlock cannot confine here, even with its launcher; undefined where it can. */
export const noLandlock: string | undefined = await requireLandlock(undefined).then(
  () => undefined,
  (error: Error) => error.message,
);

if (noLandlock !== undefined)
  console.warn(`tests that need Landlock are skipped, it cannot confine here: ${noLandlock}`);

/** Kinds of sandboxes with why each cannot be had here. */
export const kinds = [
  ['Bubblewrap', noBubblewrap],
  ['Landlock', noLandlock],
] as const;

/** A PATH like ours, without bwrap, and with `script` as bwrap where given. */
export function pathWithout(script?: string): string {
  const directory = join(
    packageRoot(),
    'target',
    'fixtures',
    `bin-${script === undefined ? 'none' : 'fake'}`,
  );
  mkdirSync(directory, { recursive: true });
  for (const place of (process.env.PATH ?? '').split(':').filter(existsSync))
    for (const name of readdirSync(place))
      if (name !== 'bwrap' && !existsSync(join(directory, name)))
        try {
          symlinkSync(join(place, name), join(directory, name));
        } catch {
          // A dangling link of that name is there from an earlier run.
        }
  if (script !== undefined) {
    writeFileSync(join(directory, 'bwrap'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, 'bwrap'), 0o755);
  }
  return directory;
}
