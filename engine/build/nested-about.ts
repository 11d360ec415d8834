import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { readRegularFile } from '../regular-file.ts';
import * as z from '../schemas.ts';
import { reasonOf } from '../system-errors.ts';

const outer = z.object({
  configFile: z.string(),
  root: z.string(),
  /** Directories into which cargo and the programs that it runs build. */
  built: z.array(z.string()),
  packages: z.array(
    z.object({
      name: z.string(),
      cargoName: z.string(),
      source: z.string(),
      directory: z.string(),
    }),
  ),
});

/** The workspace by whose cackle.toml and Cargo.lock a nested cargo is judged: that of the program which starts it. */
export type OuterWorkspace = z.infer<typeof outer>;

const about = z.object({
  cargo: z.string(),
  cargoHome: z.string(),
  shim: z.string(),
  userWrapper: z.optional(z.string()),
  outer,
});

/** What our program in cargo's place has to know: a file beside it. */
export type NestedAbout = z.infer<typeof about>;

/** The directory below `target/.cackle` in which the programs lie that stand in cargo's place. */
export const NESTED_DIRECTORY = 'nested';

/** The names of what is in a directory there. */
export const nestedFiles = {
  about: 'about.json',
  /** Cargo for programs without a sandbox, for those in Landlock, and what lies over cargo's file in Bubblewrap. */
  open: join('open', 'cargo'),
  confined: join('confined', 'cargo'),
  covering: join('covering', 'cargo'),
  /** Where Bubblewrap shows the user's cargo, over whose own file ours lies; an empty file, of no use, elsewhere. */
  real: join('real', 'cargo'),
  /** Refuses what a cargo compiles that is not behind the gates. */
  wrapper: 'rustc',
} as const;

/** Reads what a run of cackle left for a nested cargo in such a directory. Throws CheckError where it is gone. */
export function readNestedAbout(directory: string): NestedAbout {
  try {
    return about.parse(JSON.parse(readRegularFile(join(directory, nestedFiles.about)).toString()));
  } catch (error) {
    throw new CheckError(
      `what a run of cackle has left for this cargo cannot be read: ${reasonOf(error)}`,
      `${directory} was removed, or is of another version: run cackle again`,
      { cause: error },
    );
  }
}

/** How our program came to stand in cargo's place: by variables, without a sandbox or in one, or over cargo's file. */
export type NestedPlace = 'open' | 'confined' | 'covering';

/** Returns the user's cargo, where it is seen. Throws CheckError where only our own is. */
export function realCargo(directory: string, place: NestedPlace, { cargo }: NestedAbout): string {
  if (place !== 'covering') return cargo;
  const shown = join(directory, nestedFiles.real);
  if ((statSync(shown, { throwIfNoEntry: false })?.size ?? 0) > 0) return shown;
  throw new CheckError(
    `the sandbox of this program does not show cargo at ${shown} any more`,
    'something has replaced that file: run cackle again',
  );
}
