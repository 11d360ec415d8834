import { settling } from '../../fixes/advice.ts';
import { importExports } from '../../fixes/setup.ts';
import { byPackage, type Descriptor, type OfPackage } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';

/** A package exports APIs that cackle.toml does not mention (rule 5.15). */
export interface ExportNotImported extends OfPackage {
  readonly kind: 'export-not-imported';
  /** The package's cackle/export.toml. */
  readonly file: string;
  /** Names of the API definitions in it. */
  readonly apis: readonly string[];
  /** False when the file has faults: then it can be ignored but not imported. */
  readonly readable: boolean;
}

/** A warning; fixes import what the package exports, or say that it is ignored. */
export const exportNotImported: Descriptor<ExportNotImported> = {
  code: 'C0602',
  explanation: {
    what: 'A package brings definitions of APIs along, in `cackle/export.toml`, and cackle.toml does not say whether they hold.',
    why: 'The author of a crate knows best which of its functions reach the network or the disk. Definitions are never taken over unasked.',
    example: [
      '# cackle/export.toml of the package',
      '[api.net]',
      'include = ["client::connect"]',
    ].join('\n'),
    settle:
      'Write `import = ["net"]` into `[pkg.NAME]` to take them over, or `import = []` to leave them.',
  },
  severity: 'warning',
  group: 'exports',
  label: byPackage,
  title: ({ apis, readable }) =>
    readable
      ? `exports the API definitions ${apis.map((api) => `\`${api}\``).join(', ')}, and cackle.toml does not say whether they are imported`
      : 'its cackle/export.toml cannot be read, and cackle.toml does not say that it is ignored',
  question: undefined,
  inShort: () => 'export-not-imported',
  notes: ({ file }) => [`The definitions are in ${file}.`],
  key: ({ packageName }) => [packageName],
  merging: theFirst(),
  fixes: (problem, _config, { exports }) => importExports(problem.packageName, problem, exports),
  fixesOnlyPermit: false,
  advice: (problem) => {
    const [best] = importExports(problem.packageName, problem, undefined);
    return best && settling(best, problem.readable ? 'or [] for none' : undefined);
  },
  isSettled: ({ packageName }, config) => config.imports.has(packageName),
};
