import { type DisallowedKeyword, keywordDescriptor } from '../keywords.ts';

/** `extern` in a scope that does not allow it (rule 5.6). */
export interface DisallowedExtern extends DisallowedKeyword {
  readonly kind: 'disallowed-extern';
}

/** As for the other keyword (`keywords.ts`), with its own setting and words. */
export const disallowedExtern = keywordDescriptor<DisallowedExtern>({
  code: 'C0202',
  explanation: {
    what: 'The sources of a package declare or define `extern` functions in a scope without `allow_extern`.',
    why: 'An extern declaration names a function of a C library or of another object by its symbol. Code reaches the system through it without an API that cackle.toml watches.',
    example: 'extern "C" { fn system(command: *const c_char) -> c_int; }',
    settle:
      'Write `allow_extern = true` into `[pkg.NAME]`, or into its `build` or `test` table when only that scope needs it.',
  },
  setting: 'allow_extern',
  what: 'extern functions',
  does: 'declares extern functions',
  inShort: 'has extern code',
  isAllowed: (config, scope) => config.permissions(scope).allowExtern,
});
