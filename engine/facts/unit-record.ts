import * as z from 'zod';

/** How a file was when it was recorded; all equal means: the same file, unchanged (design, "Facts"). */
export const fileStampSchema = z.object({
  path: z.string(),
  size: z.number(),
  /** Nanoseconds, as decimal text: a JavaScript number is too short for it. */
  mtime: z.string(),
  inode: z.string(),
});
/** See {@link fileStampSchema}. */
export type FileStamp = z.infer<typeof fileStampSchema>;

const keywordSchema = z.object({
  keyword: z.enum(['unsafe', 'extern']),
  file: z.string(),
  line: z.number(),
  column: z.number(),
  foundBy: z.enum(['lint', 'token']),
});
/** `unsafe` or `extern` in a source of the unit. */
export type KeywordHit = z.infer<typeof keywordSchema>;

const linkInputSchema = z.object({
  path: z.string(),
  /** What the file is, whatever its name says. */
  kind: z.enum(['object', 'archive']),
  wholeArchive: z.boolean(),
  /** Content hash that names the facts of this input. */
  facts: z.string(),
  /** An object that rustc made for this unit; all else was there already. */
  own: z.boolean(),
  stamp: fileStampSchema.optional(),
});
/** One input of a recorded link. */
export type LinkInput = z.infer<typeof linkInputSchema>;

const keptSymbolSchema = z.object({ name: z.string(), file: z.string().optional() });

const linkRecordSchema = z.object({
  outputKind: z.enum(['executable', 'shared', 'proc-macro', 'static-library']),
  output: z.string(),
  inputs: z.array(linkInputSchema),
  gcSections: z.boolean(),
  rootSymbols: z.array(z.string()),
  exportPatterns: z.array(z.string()),
  exportsAll: z.boolean(),
  /** Symbols that the linker kept and the join called dead; with them as roots it agrees with the linker. */
  kept: z.array(keptSymbolSchema),
});
/** What went into one output, enough to join it again without the linker. */
export type LinkRecord = z.infer<typeof linkRecordSchema>;

const contentSchema = z.object({ path: z.string(), hash: z.string() });
/** What a file, or a directory with all in it, held: `contentHash`. Only `--verify` asks. */
export type Content = z.infer<typeof contentSchema>;

/** Bump when the meaning of a field changes; older records are treated as absent. */
export const UNIT_RECORD_VERSION = 4;

/** Everything known of one finished rustc run (a *unit*), as JSON in the store. */
export const unitRecordSchema = z.object({
  version: z.literal(UNIT_RECORD_VERSION),
  packageId: z.string(),
  crateName: z.string(),
  targetName: z.string(),
  kind: z.enum(['primary', 'build-script', 'test']),
  isProcMacro: z.boolean(),
  sourcePath: z.string(),
  outDir: z.string(),
  extraFilename: z.string(),
  /** Paths of the `--extern` files, which lead to the records of what this unit was compiled with. */
  externs: z.array(z.string()),
  /** Every source that rustc read, absolute (dep-info). */
  sources: z.array(z.string()),
  /** Of the sources, and of the files that the unit left. */
  contents: z.array(contentSchema),
  keywords: z.array(keywordSchema),
  outputs: z.array(fileStampSchema),
  /** Facts of the outputs that are rlibs or archives: path to content hash. */
  archives: z.array(z.object({ path: z.string(), facts: z.string() })),
  links: z.array(linkRecordSchema),
});
/** See {@link unitRecordSchema}. */
export type UnitRecord = z.infer<typeof unitRecordSchema>;

/** What a build script printed, found again by its OUT_DIR. */
export const buildScriptRecordSchema = z.object({
  version: z.literal(UNIT_RECORD_VERSION),
  packageId: z.string(),
  outDir: z.string(),
  instructions: z.array(z.string()),
  /** What it runs again for when it changes. */
  watched: z.array(contentSchema),
  /** It did not run, or cargo got less than it printed: cargo has to run it again. */
  held: z.boolean(),
  /** Hash of what cargo got, by which it compiled what depends on the script. */
  given: z.string(),
});
/** See {@link buildScriptRecordSchema}. */
export type BuildScriptRecord = z.infer<typeof buildScriptRecordSchema>;
