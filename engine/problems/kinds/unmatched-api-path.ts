import type { ConfigPlace } from '../../config/types.ts';
import { correctApiPath } from '../../fixes/stale.ts';
import { byConfigFile, type Descriptor, noAdvice, noNotes } from '../descriptor.ts';
import { theFirst } from '../ways-to-merge.ts';
import { at, didYouMean } from '../words.ts';

/** A path of `[api.NAME]` that can match nothing in the tree (rule 5.18). */
export interface UnmatchedApiPath {
  readonly kind: 'unmatched-api-path';
  readonly api: string;
  readonly list: 'include' | 'exclude';
  readonly path: string;
  readonly nearest: string | undefined;
  readonly configPlace: ConfigPlace;
}

/** A warning that names the nearest path; fixes write that one, or remove the path. */
export const unmatchedApiPath: Descriptor<UnmatchedApiPath> = {
  code: 'C0503',
  explanation: {
    what: 'A path in `include` or `exclude` of `[api.NAME]` can match nothing in this tree.',
    why: 'An API with a misspelt path watches less than it seems to.',
    example: ['[api.fs]', 'include = ["std::fz"]   # did you mean `std::fs`?'].join('\n'),
    settle: 'Correct the path, or remove it.',
  },
  severity: 'warning',
  group: 'APIs',
  label: byConfigFile,
  title: ({ api, list, path, nearest, configPlace }) =>
    `${at(configPlace)} \`${path}\` in [api.${api}] ${list} can match nothing in this tree${didYouMean(nearest)}`,
  question: undefined,
  inShort: () => 'unmatched-api-path',
  notes: noNotes,
  key: ({ api, list, path }) => [api, list, path],
  merging: theFirst(),
  fixes: ({ api, list, path, nearest }) => correctApiPath(api, list, path, nearest),
  fixesOnlyPermit: false,
  advice: noAdvice,
  isSettled: (problem, config) =>
    !config.apiPaths.some(
      ({ api, list, text }) =>
        api === problem.api && list === problem.list && text === problem.path,
    ),
};
