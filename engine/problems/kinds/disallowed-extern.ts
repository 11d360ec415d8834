import { type DisallowedKeyword, keywordDescriptor } from '../keywords.ts';

/** `extern` in a scope that does not allow it (rule 5.6). */
export interface DisallowedExtern extends DisallowedKeyword {
  readonly kind: 'disallowed-extern';
}

/** As for the other keyword (`keywords.ts`), with its own setting and words. */
export const disallowedExtern = keywordDescriptor<DisallowedExtern>({
  setting: 'allow_extern',
  what: 'extern functions',
  does: 'declares extern functions',
  inShort: 'has extern code',
  isAllowed: (config, scope) => config.permissions(scope).allowExtern,
});
