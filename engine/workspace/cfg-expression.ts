/** Settings of a target as `rustc --print cfg` lists them: `unix`, `target_os="linux"`. */
export type CfgSet = ReadonlySet<string>;

/** Parses the output of `rustc --print cfg`. */
export function readCfgSet(text: string): CfgSet {
  return new Set(text.split(/\r?\n/).filter((line) => line !== ''));
}

/**
 * Does `cfg(...)` as in cargo's `[target.'cfg(...)']` hold (Rust Reference, "Conditional compilation")?
 * Undefined for text that is no such expression.
 */
export function cfgHolds(text: string, set: CfgSet): boolean | undefined {
  const inner = /^\s*cfg\s*\(([\s\S]*)\)\s*$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const tokens = inner.match(/[A-Za-z_][A-Za-z0-9_]*|"[^"]*"|[(),=]|\S/g) ?? [];
  const evaluation = new Evaluation(tokens, set);
  const value = evaluation.predicate();
  return evaluation.failed || !evaluation.atEnd ? undefined : value;
}

class Evaluation {
  failed = false;
  private at = 0;
  private readonly tokens: readonly string[];
  private readonly set: CfgSet;

  constructor(tokens: readonly string[], set: CfgSet) {
    this.tokens = tokens;
    this.set = set;
  }

  get atEnd(): boolean {
    return this.at === this.tokens.length;
  }

  predicate(): boolean {
    const name = this.tokens[this.at++];
    if (name === undefined || !/^[A-Za-z_]/.test(name)) {
      this.failed = true;
      return false;
    }
    if (this.tokens[this.at] === '(') {
      this.at++;
      const values = this.list();
      if (name === 'all') return values.every((value) => value);
      if (name === 'any') return values.some((value) => value);
      if (name === 'not' && values.length === 1) return values[0] !== true;
      this.failed = true;
      return false;
    }
    if (name === 'true' || name === 'false') return name === 'true';
    if (this.tokens[this.at] !== '=') return this.set.has(name);
    const value = this.tokens[this.at + 1];
    this.at += 2;
    // An escape may stand for anything.
    if (value === undefined || !value.startsWith('"') || value.includes('\\')) this.failed = true;
    return this.set.has(`${name}=${value}`);
  }

  private list(): boolean[] {
    const values: boolean[] = [];
    while (!this.failed) {
      if (this.tokens[this.at] === ')') {
        this.at++;
        return values;
      }
      values.push(this.predicate());
      if (this.tokens[this.at] === ',') this.at++;
      else if (this.tokens[this.at] !== ')') this.failed = true;
    }
    return values;
  }
}
