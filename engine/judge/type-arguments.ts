import { NameRole } from '../facts/tables.ts';
import type { SymbolName } from '../graph/loaded-facts.ts';
import { reservedCrates } from '../workspace/reserved-crates.ts';
import type { ApiHit, ApiMatcher } from './api-matcher.ts';
import { crateName } from './sysroot-crates.ts';

/** What a function was instantiated with: every type and function that stands in its arguments. */
export class TypeArguments {
  private readonly texts: ReadonlySet<string>;
  private readonly apis: ReadonlySet<number>;
  private readonly apisOfStd: ReadonlySet<number>;

  /** Of a function with these names; the type of a trait's method is one of its arguments. */
  constructor(names: readonly SymbolName[], matcher: ApiMatcher) {
    const given = names.filter(({ role }) => role !== NameRole.own);
    const apisOf = (some: readonly SymbolName[]): Set<number> =>
      new Set(some.flatMap(({ text }) => matcher.match(text)));
    this.texts = new Set(given.map(({ text }) => text));
    this.apis = apisOf(given);
    this.apisOfStd = apisOf(given.filter(isOfStd));
  }

  has({ text }: SymbolName): boolean {
    return this.texts.has(text);
  }

  /** Is one of them of that API? */
  hasOf(api: number): boolean {
    return this.apis.has(api);
  }

  /**
   * Does a type of the API come with them? One that stands there, or another of the standard library where one of that API
   * does: the items of a `ReadDir`, the `Path` of a `PathBuf`. Only functions make such a type from nothing: those that
   * are named by their own path count, and a function item that stands in a target's arguments comes only as itself.
   */
  bring({ api, name }: ApiHit): boolean {
    return this.has(name) || (isOfStd(name) && !isFunction(name) && this.apisOfStd.has(api));
  }
}

/**
 * Does a function reach a target by its type arguments alone (rule 4.13)? `hits` are all of the target's,
 * and `shim` has the arguments of the call shim that led to it. A path of the target's own always counts: whoever wrote
 * the function named it. Of a trait's method the type decides, so the trait's arguments come with a type of that API.
 */
export function isOfArguments(
  hit: ApiHit,
  hits: readonly ApiHit[],
  shim: TypeArguments | undefined,
  referrer: TypeArguments,
): boolean {
  const { api, name } = hit;
  // A function item that is itself an argument is called by the shim that is named after it.
  if (name.role === NameRole.own) return shim?.has(name) === true && referrer.has(name);
  if (referrer.bring(hit)) return true;
  return (
    name.role === NameRole.traitArgument &&
    hits.some(
      (other) =>
        other.api === api && other.name.role === NameRole.selfType && referrer.bring(other),
    )
  );
}

function isOfStd({ crate }: SymbolName): boolean {
  return reservedCrates.has(crateName(crate));
}

/** The standard library's types and traits begin with a capital letter; what a closure is in, its path does not end with. */
function isFunction({ text }: SymbolName): boolean {
  return /::[a-z_][a-z0-9_]*$/.test(text);
}
