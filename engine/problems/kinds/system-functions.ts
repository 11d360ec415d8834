import { isByNumber } from '../../config/system-functions.ts';
import { settling } from '../../fixes/advice.ts';
import { includeFunctionsOrIgnore } from '../../fixes/setup.ts';
import { byPackage, type Descriptor, noNotes, type OfPackage } from '../descriptor.ts';
import type { Usage } from '../usages.ts';
import { firstOfEach } from '../ways-to-merge.ts';

/** A package calls functions of the system that an API is about and does not include (rule 5.28). */
export interface SystemFunctions extends OfPackage {
  readonly kind: 'system-functions';
  readonly api: string;
  /** Their names, sorted. */
  readonly functions: readonly string[];
  /** The first place of each function. */
  readonly usages: readonly Usage[];
}

/** Functions that a title names. */
const NAMED = 6;

/** A warning; fixes take the functions into the API, or stop the search in this package. */
export const systemFunctions: Descriptor<SystemFunctions> = {
  code: 'C0603',
  explanation: {
    what: 'Code of a package that can be reached calls functions of the operating system, such as `connect`, which give what an API of cackle.toml stands for, and the API does not include them. A function of a DLL that is imported by its number alone (`#[link_ordinal(4)]`) may be any: it counts for each of these APIs, as `ws2_32_dll::ordinal_4`.',
    why: 'The built-in APIs name paths of the standard library. A crate that goes to libc, to the libraries of Windows, or to the system from C code passes by them; whoever uses it can do through it what the API is to watch.',
    example: [
      '[api.net]',
      'include = ["std::net"]',
      '',
      '# in a dependency',
      'unsafe extern "C" { fn connect(fd: i32, to: *const u8, length: u32) -> i32; }',
    ].join('\n'),
    settle:
      'Add the functions to `include` of `[api.NAME]`: each package that calls them then needs a permission for the API. If the package may do so unasked, add it to `no_auto_detect` of `[api.NAME]`.',
  },
  severity: 'warning',
  group: 'exports',
  label: byPackage,
  title: ({ api, functions }) =>
    functions.every(isByNumber)
      ? `imports functions of DLLs by number, which may be what the API \`${api}\` is about: ${listed(functions)}`
      : `calls functions of the system that the API \`${api}\` is about: ${listed(functions)}`,
  question: undefined,
  inShort: () => 'system-functions',
  notes: noNotes,
  key: ({ packageName, api }) => [packageName, api],
  merging: {
    join: (a, b) => ({
      ...a,
      functions: [...new Set([...a.functions, ...b.functions])].sort(),
      usages: firstOfEach([...a.usages, ...b.usages], ({ target }) => target),
    }),
    beside: (problem) => problem,
  },
  fixes: ({ packageName, api, functions }) => includeFunctionsOrIgnore(packageName, api, functions),
  fixesOnlyPermit: false,
  advice: ({ packageName, api, functions }) => {
    const [include] = includeFunctionsOrIgnore(packageName, api, functions);
    return include && settling(include, `or no_auto_detect = ["${packageName}"] if it may`);
  },
  isSettled: ({ packageName, api: name, functions }, config) => {
    const api = config.apis.get(name);
    if (api === undefined || api.noAutoDetect.includes(packageName)) return true;
    const known = new Set([...api.include, ...api.exclude]);
    return functions.every((name) => known.has(name));
  },
};

function listed(functions: readonly string[]): string {
  const named = functions.slice(0, NAMED).map((name) => `\`${name}\``);
  const more = functions.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
