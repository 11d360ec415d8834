import { byPackage, type Descriptor, noAdvice, type OfPackage } from '../descriptor.ts';

/** A build script, test or proc macro did what no code of it that is known names (rule 5.33). */
export interface UnnamedAct extends OfPackage {
  readonly kind: 'unnamed-act';
  readonly program: 'build script' | 'test' | 'rustc';
  /** The API that stands for it; undefined for calls by which more is done than can be seen. */
  readonly apiName: string | undefined;
  /** For rustc: the proc macros that it loads. */
  readonly macros: readonly string[];
  /** In words, sorted by what was done. */
  readonly acts: readonly string[];
}

/** Found by `cackle trace`, and by a check where `common.trace` is on; no setting allows what cannot be explained. */
export const unnamedAct: Descriptor<UnnamedAct> = {
  code: 'C0305',
  explanation: {
    what: 'A build script, a test or a proc macro was seen to do something, such as to start a program, that belongs to an API of cackle.toml, and none of the code in it uses that API: no path of the standard library, no function of the system.',
    why: 'What a check finds is what code names. Code can do without names: by system calls of its own (`asm!`), in bytes that it makes and runs, or by a file that a library reads unasked. A crate that reaches the network without naming it hides something, or shows what a definition of an API lacks.',
    example: [
      'error: helper: its build script did what no code of it that we know names (`process`)',
      '  started /usr/bin/curl',
    ].join('\n'),
    settle:
      'Look at the code of the package and of what it depends on, at `unsafe` first. If it is harmless, add the function by which it does that to `include` of `[api.NAME]`, so that it is named from then on.',
  },
  severity: 'error',
  group: 'what programs did',
  label: byPackage,
  title: ({ program, apiName, macros }) =>
    `${program === 'rustc' ? `rustc, with the proc macros ${macros.join(', ')},` : `its ${program}`} did what no code of it that we know names${apiName === undefined ? '' : ` (\`${apiName}\`)`}`,
  question: undefined,
  inShort: () => 'unnamed-act',
  notes: ({ acts }) => acts,
  key: ({ packageName, program, apiName }) => [packageName, program, apiName ?? ''],
  merging: {
    join: (a, b) => ({
      ...a,
      acts: [...new Set([...a.acts, ...b.acts])],
      macros: [...new Set([...a.macros, ...b.macros])].sort(),
    }),
    beside: (problem) => problem,
  },
  fixes: () => [],
  fixesOnlyPermit: false,
  advice: noAdvice,
  // Only another trace can tell.
  isSettled: () => false,
};
