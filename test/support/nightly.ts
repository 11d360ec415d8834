import { spawnSync } from 'node:child_process';

/** Makes a check use the nightly toolchain. */
export const onNightly = { RUSTUP_TOOLCHAIN: 'nightly' } as const;

/** Why tests of the nightly toolchain are skipped, for their name; undefined when rustup has one. */
export const noNightly: string | undefined = ((): string | undefined => {
  const asked = spawnSync('rustc', ['-V'], { env: { ...process.env, ...onNightly } });
  return asked.status === 0
    ? undefined
    : 'no nightly toolchain (`rustup toolchain install nightly`)';
})();
