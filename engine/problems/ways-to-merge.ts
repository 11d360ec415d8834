import { covers } from '../config/inheritance.ts';
import type { PermissionScope } from '../config/types.ts';
import type { Merging, OfPackage } from './descriptor.ts';
import { type CompileUse, type KeywordUse, type Usage, usageKey } from './usages.ts';

/** Merges problems of which two with the same key are equal: the first is kept. */
export function theFirst<P>(): Merging<P> {
  return { join: (a) => a, beside: (problem) => problem };
}

/** Merges problems that list usages of an API: each usage appears once, in the widest of its scopes. */
export function unitedUsages<
  P extends OfPackage & {
    readonly scope: PermissionScope;
    readonly api: string;
    readonly usages: readonly Usage[];
  },
>(): Merging<P> {
  return {
    join: (a, b) => ({ ...a, usages: firstOfEach([...a.usages, ...b.usages], usageKey) }),
    beside(problem, others) {
      const wider = others.filter(
        (o) => o.api === problem.api && covers(o.scope.suffix, problem.scope.suffix),
      );
      const shown = new Set(wider.flatMap((o) => o.usages.map(usageKey)));
      const usages = problem.usages.filter((usage) => !shown.has(usageKey(usage)));
      return usages.length === 0 ? undefined : { ...problem, usages };
    },
  };
}

/** Merges problems that list places of a keyword, each line once. */
export function unitedUses<P extends WithUses<KeywordUse>>(): Merging<P> {
  return unitedBy(lineOf);
}

/** Merges problems that list what is read while compiling, each variable or file once. */
export function unitedReads<P extends WithUses<CompileUse>>(): Merging<P> {
  return unitedBy(({ name }: CompileUse) => name);
}

interface WithUses<Use> extends OfPackage {
  readonly scope: PermissionScope;
  readonly uses: readonly Use[];
}

/** Tests compile a library's sources again, and that copy adds nothing. */
function unitedBy<
  Use extends { readonly targets?: readonly string[] | undefined },
  P extends WithUses<Use>,
>(keyOf: (use: Use) => string): Merging<P> {
  return {
    join: (a, b) => ({ ...a, uses: firstOfEach([...a.uses, ...b.uses], keyOf) }),
    beside(problem, others) {
      const wider = others.filter(
        (o) =>
          o.packageLabel === problem.packageLabel && covers(o.scope.suffix, problem.scope.suffix),
      );
      const shown = new Set(wider.flatMap((o) => o.uses.map(keyOf)));
      const uses = problem.uses.filter((use) => !shown.has(keyOf(use)));
      return uses.length === 0 ? undefined : { ...problem, uses };
    },
  };
}

/** Returns the first item of each key, with the targets of all of them. */
export function firstOfEach<T extends { readonly targets?: readonly string[] | undefined }>(
  items: readonly T[],
  keyOf: (item: T) => string,
): T[] {
  const first = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    const known = first.get(key);
    if (known === undefined) first.set(key, item);
    else if (item.targets !== undefined)
      first.set(key, {
        ...known,
        targets: [...new Set([...(known.targets ?? []), ...item.targets])].sort(),
      });
  }
  return [...first.values()];
}

function lineOf({ place }: KeywordUse): string {
  return [place.file, place.line].join('\0');
}
