import { type DisallowedKeyword, keywordDescriptor } from '../keywords.ts';

/** `unsafe` in a scope that does not allow it (rule 5.6). */
export interface DisallowedUnsafe extends DisallowedKeyword {
  readonly kind: 'disallowed-unsafe';
}

/** As for the other keyword (`keywords.ts`), with its own setting and words. */
export const disallowedUnsafe = keywordDescriptor<DisallowedUnsafe>({
  setting: 'allow_unsafe',
  what: 'unsafe code',
  does: 'has unsafe code',
  inShort: 'has unsafe code',
  isAllowed: (config, scope) => config.permissions(scope).allowUnsafe,
});
