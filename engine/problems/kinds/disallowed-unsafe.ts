import { type DisallowedKeyword, keywordDescriptor } from '../keywords.ts';

/** `unsafe` in a scope that does not allow it (rule 5.6). */
export interface DisallowedUnsafe extends DisallowedKeyword {
  readonly kind: 'disallowed-unsafe';
}

/** As for the other keyword (`keywords.ts`), with its own setting and words. */
export const disallowedUnsafe = keywordDescriptor<DisallowedUnsafe>({
  code: 'C0201',
  explanation: {
    what: 'The sources of a package contain `unsafe`, or call a macro of another package that lends it, in a scope without `allow_unsafe`.',
    why: 'Unsafe code can do what no API of cackle.toml names: call the system directly, or write over memory of other crates. What is known of a package with unsafe code is therefore less.',
    example: 'unsafe { core::arch::asm!("syscall") }',
    settle:
      "Write `allow_unsafe = true` into `[pkg.NAME]`, or into its `build` or `test` table when only that scope needs it. Where only macros of other packages lend it, `safe_macros` in the table of the macros' package declares them harmless.",
  },
  setting: 'allow_unsafe',
  what: 'unsafe code',
  does: 'has unsafe code',
  inShort: 'has unsafe code',
  isAllowed: (config, scope) => config.permissions(scope).allowUnsafe,
});
