import { isDirectorySource } from '../config/sources.ts';
import { cargoLockText, lockEntries } from '../workspace/lock-file.ts';
import type { Package, Workspace } from '../workspace/types.ts';

/** A package as cargo names it. */
interface Named {
  readonly name: string;
  readonly version: string;
}

/**
 * Returns the packages that are built again on each side, since cargo would take what is different for the same (rules 11.5, 11.12):
 * those that are other code under one version, and with `otherVariables` those whose code runs while others are built and may
 * read the environment without cargo's knowledge.
 */
export function builtForEach(
  workspace: Workspace,
  edited: ReadonlySet<string>,
  baseLock: string,
  otherVariables: boolean,
): Named[] {
  const run = otherVariables ? workspace.packages.filter(runsCode).map(named) : [];
  return [...swappedPackages(workspace, edited, baseLock), ...run];
}

const named = ({ cargoName: name, version }: Package): Named => ({ name, version });

const runsCode = ({ targets }: Package): boolean =>
  targets.some(({ kind }) => kind.includes('custom-build') || kind.includes('proc-macro'));

/** The packages from elsewhere that are other code under the same version: vendored ones that were edited, other archives. */
function swappedPackages(
  { root, packages }: Workspace,
  edited: ReadonlySet<string>,
  baseLock: string,
): Named[] {
  const [before, now] = [lockEntries(baseLock), lockEntries(cargoLockText(root))];
  const vendored = packages
    .filter((p) => edited.has(p.cargoName) && !isDirectorySource(p.source))
    .map(named);
  const replaced = now.filter((entry) =>
    before.some(
      (old) =>
        old.name === entry.name &&
        old.version === entry.version &&
        (old.checksum !== entry.checksum || old.source !== entry.source),
    ),
  );
  return [...vendored, ...replaced];
}
