import type { OfPackage } from '../descriptor.ts';
import { byPackage, type Descriptor, noAdvice } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';

/** A package does otherwise than cackle.lock records, under `--locked` (rule 5.27). */
export interface NotLocked extends OfPackage {
  readonly kind: 'not-locked';
  readonly version: string;
  /** `added`: cackle.lock has no such package; `removed`: the tree has none. */
  readonly change: 'added' | 'removed' | 'changed';
  /** Facts as cackle.lock writes them, that the code has and the file has not. */
  readonly gained: readonly string[];
  /** Facts that the file has and the code has not. */
  readonly lost: readonly string[];
}

/** An error; no edit of cackle.toml settles it: `cackle lock` writes cackle.lock anew. */
export const notLocked: Descriptor<NotLocked> = {
  code: 'C0701',
  explanation: {
    what: 'Under `--locked`, a package does otherwise than cackle.lock records, or one of the two does not know it.',
    why: 'cackle.toml may allow more than the code uses. cackle.lock records what is used, so that the first use of a permission shows in a review, and so does a package or version that is new.',
    example: [
      '[[package]]',
      'name = "parser"',
      'version = "1.2.0"',
      'source = "crates.io"',
      'facts = [',
      '  "api fs",',
      ']',
    ].join('\n'),
    settle:
      'Look at what changed: `cackle diff` shows where it is. Then `cackle lock` writes cackle.lock anew, to be committed with the change.',
  },
  severity: 'error',
  group: 'cackle.lock',
  label: byPackage,
  title: ({ version, change, gained, lost }) => {
    const facts = [
      ...(gained.length === 0 ? [] : [`not recorded: ${gained.join(', ')}`]),
      ...(lost.length === 0 ? [] : [`no longer so: ${lost.join(', ')}`]),
    ];
    const what = {
      added: `version ${version} is not in cackle.lock`,
      removed: `version ${version} is in cackle.lock, and not in the tree`,
      changed: 'is not as cackle.lock records it',
    }[change];
    return `${[what, ...facts].join('; ')}. To accept it: \`cackle lock\``;
  },
  question: undefined,
  inShort: ({ packageLabel }) => `${packageLabel} differs from cackle.lock`,
  notes: ({ gained, lost }) => [...gained.map((f) => `+ ${f}`), ...lost.map((f) => `- ${f}`)],
  key: ({ packageName, version, change }) => [packageName, version, change],
  merging: theFirst(),
  fixes: () => [],
  fixesOnlyPermit: false,
  advice: noAdvice,
  isSettled: () => false,
};
