import { NameRole } from '../facts/tables.ts';
import type { SymbolName } from '../graph/loaded-facts.ts';
import { reservedCrates } from '../workspace/reserved-crates.ts';
import type { ApiHit, ApiMatcher } from './api-matcher.ts';
import { crateName } from './sysroot-crates.ts';

/** The arguments with which a function was instantiated: every type and function in them. */
export class TypeArguments {
  private readonly texts: ReadonlySet<string>;
  private readonly apis: ReadonlySet<number>;
  private readonly apisOfStd: ReadonlySet<number>;

  /** Takes the names of the function; the type of a trait's method counts as an argument. */
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

  /** Returns whether one of the arguments belongs to the API. */
  hasOf(api: number): boolean {
    return this.apis.has(api);
  }

  /**
   * Returns whether the arguments bring a type of the API: the type itself, or another type of the standard library
   * when one of the same API is among them, such as the items of a `ReadDir` or the `Path` of a `PathBuf`. Only
   * functions can create such a type from nothing: a function named by its own path counts as a usage, and a function
   * item among a target's arguments is brought only by the same function item.
   */
  bring({ api, name }: ApiHit): boolean {
    return this.has(name) || (isOfStd(name) && !isFunction(name) && this.apisOfStd.has(api));
  }
}

/**
 * Returns whether only its type arguments lead a function to a target (rule 4.13). `hits` are all hits of the target,
 * and `shim` has the arguments of the call shim that led to it. The target's own path always counts as a usage: the
 * author of the function wrote it. For a trait's method the type decides, so a type of the API brings the trait's
 * arguments with it.
 */
export function isOfArguments(
  hit: ApiHit,
  hits: readonly ApiHit[],
  shim: TypeArguments | undefined,
  referrer: TypeArguments,
): boolean {
  const { api, name } = hit;
  // A function item that is itself an argument is called through a shim that has its name.
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

/**
 * Returns whether a name is a function's. Types and traits of the standard library begin with a capital letter; the
 * path of a closure does not end with the function that contains it.
 */
export function isFunction({ text }: SymbolName): boolean {
  return /::[a-z_][a-z0-9_]*$/.test(text);
}
