import { type CfgSet, cfgHolds } from '../workspace/cfg-expression.ts';

/** Settings that a target has or has not; all others depend on features, profiles and build scripts. */
export const ofTargets = /^(?:unix|windows|target_\w+)(?:=|$)/;
/** Settings of an expression whose combinations are tried. */
const MOST_SETTINGS = 24;

/** Tells which `cfg(…)` leave code out on one target that some other target compiles. */
export class OtherTargets {
  /** The same for the same answers. */
  readonly key: string;
  private readonly here: CfgSet;
  private readonly triple: string;
  private readonly known = new Map<string, boolean>();

  /** `here`: what rustc says of the target. */
  constructor(triple: string, here: CfgSet) {
    this.triple = triple;
    this.here = here;
    this.key = JSON.stringify([triple, [...here].sort()]);
  }

  /**
   * Is there a target, and features and other settings, with which the expression inside `cfg(…)` holds, while it does not hold
   * here with the same settings? True for what is no expression but names a target.
   */
  concern(expression: string): boolean {
    let answer = this.known.get(expression);
    if (answer === undefined) {
      answer = this.find(expression);
      this.known.set(expression, answer);
    }
    return answer;
  }

  /** The same for a key of `[target.KEY]` in Cargo.toml: `cfg(…)` or a triple. */
  concernKey(key: string): boolean {
    const inner = /^\s*cfg\s*\(([\s\S]*)\)\s*$/.exec(key)?.[1];
    return inner === undefined ? key !== this.triple : this.concern(inner);
  }

  private find(expression: string): boolean {
    const settings = settingsIn(expression);
    const targets = settings.filter((name) => ofTargets.test(name));
    if (targets.length === 0) return false;
    if (settings.length > MOST_SETTINGS) return true;
    const others = settings.filter((name) => !ofTargets.test(name));
    const holds = (set: Iterable<string>): boolean =>
      cfgHolds(`cfg(${expression})`, new Set(set)) ?? true;
    const here = targets.filter((name) => this.here.has(name));
    if (cfgHolds(`cfg(${expression})`, this.here) === undefined) return true;
    return combinations(others).some(
      (chosen) =>
        !holds([...here, ...chosen]) &&
        combinations(targets).some((elsewhere) => holds([...elsewhere, ...chosen])),
    );
  }
}

/** Returns the settings that an expression names, as `rustc --print cfg` writes them. */
export function settingsIn(expression: string): string[] {
  const found = expression.matchAll(/([A-Za-z_]\w*)\s*(?:=\s*("[^"]*")|(\())?/g);
  const names = [...found].flatMap(([, name = '', value, opens]) => {
    if (opens !== undefined || name === 'true' || name === 'false') return [];
    return [value === undefined ? name : `${name}=${value}`];
  });
  return [...new Set(names)];
}

/** None, each alone, all but one, and all: what an expression of a few `any`, `all` and `not` can distinguish. */
function combinations(names: readonly string[]): string[][] {
  const but = names.map((name) => names.filter((other) => other !== name));
  return [[], [...names], ...names.map((name) => [name]), ...but];
}
