import { execFileSync } from 'node:child_process';
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
