/** A place of a copy that stands for another: a sandbox shows of it what it would show of that one. */
export interface StandIn {
  readonly path: string;
  readonly of: string;
  /** What git keeps of a repository, hidden where that one's is; of all else as much is shown as a program needs anyway. */
  readonly isGit: boolean;
}
