/** What a program finds in cargo's place when it starts cargo by itself (rule 7.14). */
export interface CargoInside {
  /** Files and directories that cargo's stand-in reads. */
  readonly reads: readonly string[];
  /** Files, links resolved, with what is seen in their place: in Bubblewrap only. */
  readonly covers: readonly { readonly path: string; readonly source: string }[];
  /** Variables by which it is found where no file can stand in another's place. */
  readonly variables: readonly (readonly [string, string])[];
  /** The directory that comes first on PATH there, if any. */
  readonly first: string | undefined;
}
