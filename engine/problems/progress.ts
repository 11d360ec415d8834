/** How far a check has come; drawn on stderr by the CLI. */
export interface CheckProgress {
  readonly unitsBuilt: number;
  readonly unitsTotal: number;
  readonly building: string;
  readonly outputsJudged: number;
  readonly outputsFound: number;
  readonly problems: number;
}
