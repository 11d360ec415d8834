import type { Workspace } from '../workspace/types.ts';

/** A build script or proc macro that did not run because of a problem. */
export interface HeldProgram {
  readonly packageLabel: string;
  readonly packageId: string;
  /** What of it was held, e.g. `build script output`. */
  readonly held: string;
}

/** What the gates of a check have held, each once. */
export class HeldPrograms {
  private readonly programs = new Map<string, HeldProgram>();
  private readonly workspace: Workspace;

  constructor(workspace: Workspace) {
    this.workspace = workspace;
  }

  /** By package and what of it is held. */
  get all(): ReadonlyMap<string, HeldProgram> {
    return this.programs;
  }

  /** Notes something of a package as held. */
  add(packageId: string, held: string): void {
    const packageLabel = this.labelOf(packageId);
    this.programs.set(`${packageId}\0${held}`, { packageLabel, packageId, held });
  }

  /** The label of a package; its id where it is not in the tree. */
  labelOf(packageId: string): string {
    return this.workspace.packages.find(({ id }) => id === packageId)?.label ?? packageId;
  }
}
