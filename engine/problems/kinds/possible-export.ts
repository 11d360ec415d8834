import { settling } from '../../fixes/advice.ts';
import { includeOrIgnore } from '../../fixes/setup.ts';
import { isUnder } from '../../rust-paths.ts';
import { byPackage, type Descriptor, type OfPackage } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';

/** A package may provide an API (rule 5.16). */
export interface PossibleExport extends OfPackage {
  readonly kind: 'possible-export';
  readonly api: string;
  readonly path: string;
  readonly symbol: string;
}

/** A warning; fixes take the path into the API, or stop the search in this package. */
export const possibleExport: Descriptor<PossibleExport> = {
  code: 'C0601',
  explanation: {
    what: 'Code of a package that can be reached lies in a module with the name of an API of cackle.toml, so the package may offer what that API stands for.',
    why: 'A crate `fs_extra::fs` gives to its callers what `std::fs` gives. Unless the API includes it, their use of the file system shows as a call of that crate only.',
    example: ['[api.fs]', 'include = ["std::fs"]   # and the tree has `fs_extra::fs`'].join('\n'),
    settle: 'Add the path to `include` of `[api.NAME]`, or the package to its `no_auto_detect`.',
  },
  severity: 'warning',
  group: 'exports',
  label: byPackage,
  title: ({ api, path }) =>
    `seems to provide the API \`${api}\` in \`${path}\`: include it under [api.${api}], or name the package in its no_auto_detect`,
  question: undefined,
  inShort: () => 'possible-export',
  notes: ({ symbol }) => [`It has the symbol ${symbol}.`],
  key: ({ packageName, api }) => [packageName, api],
  merging: theFirst(),
  fixes: ({ packageName, api, path }) => includeOrIgnore(packageName, api, path),
  fixesOnlyPermit: false,
  advice: ({ packageName, api, path }) => {
    const [include] = includeOrIgnore(packageName, api, path);
    return (
      include && settling(include, `or no_auto_detect = ["${packageName}"] if it is no ${api}`)
    );
  },
  isSettled: ({ packageName, api: name, path }, config) => {
    const api = config.apis.get(name);
    return (
      api === undefined ||
      api.noAutoDetect.includes(packageName) ||
      api.include.some((prefix) => isUnder(path, prefix))
    );
  },
};
