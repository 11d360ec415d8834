import type { Tree } from '../check/tree.ts';
import { parseConfig } from '../config/read.ts';
import { type Config, ConfigError } from '../config/types.ts';
import { isAllowed } from '../inventory/allowed.ts';
import type { Fact } from '../inventory/fact.ts';
import { loosened } from './loosened.ts';
import type { Loosened } from './types.ts';

/** What the cackle.toml of a commit says of the present one. */
export interface BaseConfig {
  /** What the present one watches or confines less (rule 11.9). */
  readonly loosened: readonly Loosened[];
  /**
   * Did it allow a fact to the package that cackle.toml calls `name`? Undefined where that is not known, since packages of
   * today do not fit it.
   */
  readonly allowed: ((fact: Fact, name: string) => boolean) | undefined;
}

/** Compares the cackle.toml of a commit, undefined when it had none, with the present one. */
export function compareConfigs(text: string | undefined, tree: Tree, head: Config): BaseConfig {
  if (text === undefined) return { loosened: [], allowed: () => false };
  const file = 'cackle.toml';
  try {
    const before = parseConfig(tree.configFile, text, tree.exports);
    return {
      loosened: loosened(before, head).map((less) => ({ file, text: less })),
      allowed: (fact, name) => isAllowed(fact, name, before),
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // It may have watched anything.
    const why = error.message.split('\n')[0];
    const unknown = `what it watched is not known, since today's packages do not fit it: ${why}`;
    return { loosened: [{ file, text: unknown }], allowed: undefined };
  }
}
