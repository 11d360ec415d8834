import { cacheContent, clearCache } from '../../engine/commands/cache.ts';
import { failed } from '../output/error-text.ts';
import { printable, printableJson } from '../output/printable.ts';

/** The options of `cache`. */
export interface CacheArguments {
  readonly path: string;
  readonly clear: boolean;
  readonly all: boolean;
  readonly json: boolean;
}

const titles = {
  facts: "facts in the user's cache",
  diffs: 'what diffs compared with',
  shim: 'shims',
  launcher: "launchers of Landlock's sandboxes",
  workspace: 'store of this workspace',
};

/** Prints what is kept, or removes it; resolves to the exit status. */
export async function runCache(args: CacheArguments): Promise<number> {
  try {
    if (args.clear) {
      const removed = await clearCache(args);
      const bytes = removed.reduce((sum, part) => sum + part.bytes, 0);
      const lines = removed.map(
        ({ name, directory, bytes: size }) =>
          `removed the ${titles[name]}, ${megabytes(size)}: ${printable(directory)}\n`,
      );
      process.stdout.write(
        args.json
          ? `${printableJson({ schemaVersion: 1, removed, bytes })}\n`
          : lines.join('') || 'there was nothing to remove\n',
      );
      return 0;
    }
    const content = await cacheContent(args);
    if (args.json) {
      process.stdout.write(`${printableJson({ schemaVersion: 1, ...content })}\n`);
      return 0;
    }
    for (const { name, directory, files, bytes } of content.parts)
      process.stdout.write(
        `${titles[name]}: ${megabytes(bytes)} in ${files} file${files === 1 ? '' : 's'}, ${printable(directory)}\n`,
      );
    process.stdout.write(
      `facts are kept up to ${megabytes(content.limit)} in each place${content.used ? '' : "; the user's cache is off"} (CACKLE_CACHE)\n`,
    );
    return 0;
  } catch (error) {
    return failed(error);
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
