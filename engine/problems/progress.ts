/** The progress of a check, which the CLI draws on stderr. */
export interface CheckProgress {
  readonly unitsBuilt: number;
  readonly unitsTotal: number;
  readonly building: string;
  readonly outputsJudged: number;
  readonly outputsFound: number;
  readonly problems: number;
}
