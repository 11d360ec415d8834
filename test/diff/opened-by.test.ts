import { expect, test } from 'vitest';
import type { Config } from '../../engine/config/types.ts';
import { comparePackages } from '../../engine/diff/compare.ts';
import type { Inventory, PackageFacts } from '../../engine/inventory/types.ts';

/** A package `name` at a version, with who needs it. */
const pkg = (name: string, version: string, ...neededBy: string[]): PackageFacts => ({
  ...{ name, version, source: 'crates.io', isMember: false, isBuilt: true, neededBy },
  ...{ facts: name === 'deep' ? ['api net'] : [], keywords: [] },
});

const inventory = (packages: PackageFacts[]): Inventory => ({
  ...{ version: 1, target: 'x86_64-unknown-linux-gnu', unknown: [] },
  packages,
});

/** Who opened what `deep`, which the base has not, gained. */
function opener(base: PackageFacts[], head: PackageFacts[]): string | undefined {
  const changes = comparePackages({
    ...{ baseLock: [], headLock: [], edited: new Set() },
    base: inventory(base),
    head: { inventory: inventory(head), evidence: new Map(), refusedInstructions: new Set() },
    config: { permissions: () => ({ allowApis: new Set() }) } as unknown as Config,
    configName: ({ name }) => name,
  });
  const found = changes.find(({ name }) => name === 'deep')?.gained[0]?.openedBy;
  return found && [found.by, found.package, ...found.through].join(' < ');
}

const app = pkg('app', '1.0.0');

test('rule 11.4: what a new package gained is charged to the package above the new ones', () => {
  expect(opener([app], [app, pkg('deep', '1.0.0', 'app')])).toBe('dependant < app 1.0.0');
  const leaf = (version: string): PackageFacts => pkg('leaf', version, 'app');
  expect(
    opener(
      [app, leaf('1.0.0')],
      [
        ...[app, leaf('1.1.0')],
        ...[pkg('one', '1.0.0', 'leaf'), pkg('two', '2.0.0', 'one'), pkg('deep', '1.0.0', 'two')],
      ],
    ),
  ).toBe('dependant < leaf 1.1.0 < one 1.0.0 < two 2.0.0');
});

test('rule 11.4: of several above it the changed one, and of several ways the shortest', () => {
  const base = [app, pkg('old', '1.0.0', 'app'), pkg('leaf', '1.0.0', 'app')];
  const head = [app, pkg('old', '1.0.0', 'app'), pkg('leaf', '1.1.0', 'app')];
  expect(opener(base, [...head, pkg('deep', '1.0.0', 'old', 'leaf')])).toBe(
    'dependant < leaf 1.1.0',
  );
  expect(
    opener(base, [...head, pkg('one', '1.0.0', 'leaf'), pkg('deep', '1.0.0', 'one', 'leaf')]),
  ).toBe('dependant < leaf 1.1.0');
});

test('rule 11.4: packages that need each other end the search, and where all are new the top is named', () => {
  const circle = [pkg('one', '1.0.0', 'two'), pkg('two', '1.0.0', 'one', 'deep')];
  expect(opener([app], [app, ...circle, pkg('deep', '1.0.0', 'one')])).toBe(
    'dependant < two 1.0.0 < one 1.0.0',
  );
  expect(opener([], [app, pkg('deep', '1.0.0', 'app')])).toBe('dependant < app 1.0.0');
  expect(opener([], [pkg('deep', '1.0.0')])).toBe('itself < deep 1.0.0');
});
