import type { Workspace } from '../workspace/types.ts';

/** A build script or proc macro that did not run because of a problem. */
export interface HeldProgram {
  readonly packageLabel: string;
  readonly packageId: string;
  /** The held part, e.g. `build script output`. */
  readonly held: string;
}

/** The programs that the gates of a check have held, each once. */
export class HeldPrograms {
  private readonly programs = new Map<string, HeldProgram>();
  private readonly workspace: Workspace;

  constructor(workspace: Workspace) {
    this.workspace = workspace;
  }

  /** The held programs by package and held part. */
  get all(): ReadonlyMap<string, HeldProgram> {
    return this.programs;
  }

  /** Adds a held part of a package. */
  add(packageId: string, held: string): void {
    const packageLabel = this.labelOf(packageId);
    this.programs.set(`${packageId}\0${held}`, { packageLabel, packageId, held });
  }

  /** Returns the label of a package; its id if it is not in the tree. */
  labelOf(packageId: string): string {
    return this.workspace.byId.get(packageId)?.label ?? packageId;
  }
}
