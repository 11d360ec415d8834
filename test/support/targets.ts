import { lackingTargets } from '../../setup/targets.mjs';

/** Why tests of other systems' targets are skipped, for their name; undefined when their standard libraries are there. */
export const noTargets: string | undefined = ((): string | undefined => {
  const lacking = lackingTargets();
  return lacking.length === 0 ? undefined : `rustup target add ${lacking.join(' ')}`;
})();
