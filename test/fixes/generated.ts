import type { ScopeSuffix } from '../../engine/config/types.ts';
import type { Problem } from '../../engine/problems/kinds.ts';
import { apiProblem, usage } from './support.ts';

/** Draws one of what it is given. */
type Draw = <T>(choices: readonly T[]) => T;

/** Choices that follow from a seed alone (mulberry32): a failure is one number, to be run again. */
export function drawer(seed: number): Draw {
  let state = seed;
  return (choices) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    const random = ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    return choices[Math.floor(random * choices.length)] as (typeof choices)[number];
  };
}

const packages = ['alpha', 'beta', 'gamma-x', 'delta', 'odd.name', 'zeta'];
const stdApis = ['fs', 'net', 'process', 'env'];
const ownApis = ['db', 'gamma-x::fs'];
const allApis = [...stdApis, ...ownApis];
const suffixes: readonly ScopeSuffix[] = ['', 'build', 'test', 'from.build', 'from.test'];
const variables = ['CI', 'GIT_*', 'GIT_HASH'];
const readFiles = ['../LICENSE', '~/notes'];
const rules = [
  'cargo:rustc-link-lib=*',
  'cargo::rustc-env=X=1',
  'cargo:rustc-link-*',
  'cargo:include=*',
];

type Setting = readonly [keys: readonly string[], value: boolean | string | readonly string[]];

/** A valid cackle.toml in a random style, every comment of which is `#cN`, N counting up. */
export function configText(draw: Draw): string {
  return new Writer(draw).write();
}

class Writer {
  private readonly lines: string[] = [];
  private readonly draw: Draw;
  private comments = 0;

  constructor(draw: Draw) {
    this.draw = draw;
  }

  write(): string {
    const { draw } = this;
    this.noise();
    const atRoot = draw([false, false, false, true]);
    const settings = this.settings();
    if (atRoot) {
      this.pair(['common', 'version'], draw(['1', '2', '3']));
      this.pair(['common', 'import_std'], this.list(stdApis, ''));
      for (const [name, own] of settings)
        for (const [keys, value] of own) this.pair(['pkg', name, ...keys], this.value(value, ''));
    } else {
      this.common();
    }
    for (const api of ownApis) {
      this.header(['api', api]);
      this.pair(['include'], this.list([`${api.replaceAll(/\W/g, '')}::x`, 'y::z'], ''));
      if (draw([true, false])) this.pair(['no_auto_detect'], this.list(['other'], ''));
    }
    if (draw([true, false])) {
      this.header(['sandbox']);
      this.pair(['kind'], draw(['"Disabled"', "'Bubblewrap'"]));
      if (draw([true, false])) this.pair(['allow_network'], 'true');
    }
    if (!atRoot) this.packages(settings);
    this.noise();
    const eol = draw(['\n', '\r\n']);
    const end = draw([eol, eol, '']);
    return `${draw(['', '', '', '\ufeff'])}${this.lines.join(eol)}${end}`;
  }

  private common(): void {
    const { draw } = this;
    this.header(['common']);
    this.pair(['version'], draw(['1', '2', '3']));
    if (draw([true, false])) this.pair(['explicit_build_scripts'], draw(['true', 'false']));
    this.pair(['import_std'], this.list(stdApis, ''));
  }

  private settings(): [string, Setting[]][] {
    const { draw } = this;
    const names = draw([packages, packages.toReversed()]).filter(() => draw([true, true, false]));
    return names.map((name) => [name, suffixes.flatMap((suffix) => this.scope(suffix))]);
  }

  private scope(suffix: ScopeSuffix): Setting[] {
    const { draw } = this;
    if (draw([true, false, false])) return [];
    const keys = suffix === '' ? [] : suffix.split('.');
    const found: Setting[] = [];
    const some = <T>(choices: readonly T[]): T[] => choices.filter(() => draw([true, false]));
    if (draw([true, true, false])) found.push([[...keys, 'allow_apis'], some(allApis)]);
    if (draw([true, false, false])) found.push([[...keys, 'allow_unsafe'], draw([true, false])]);
    if (draw([true, false, false, false]))
      found.push([[...keys, 'allow_extern'], draw([true, false])]);
    if (draw([true, false, false]))
      found.push([[...keys, 'allow_build_instructions'], some(rules)]);
    if (draw([true, false, false])) found.push([[...keys, 'compile', 'env'], some(variables)]);
    if (draw([true, false, false])) found.push([[...keys, 'compile', 'files'], some(readFiles)]);
    if (suffix === '' && draw([true, false, false]))
      found.push([['rustc', 'sandbox', 'allow_network'], true]);
    if ((suffix === 'build' || suffix === 'test') && draw([true, false, false]))
      found.push([[...keys, 'sandbox', 'allow_network'], draw([true, false])]);
    return found;
  }

  /** Headers for every scope, dotted keys below one header, or inline tables; by package. */
  private packages(settings: readonly [string, Setting[]][]): void {
    for (const [name, own] of settings) {
      const style = this.draw(['headers', 'dotted', 'dotted', 'inline'] as const);
      if (style === 'inline') {
        this.header(['pkg', name]);
        const plain = own.filter(([keys]) => keys.length === 1);
        for (const [keys, value] of plain) this.pair(keys, this.value(value, ''));
        for (const scope of ['build', 'test', 'from']) {
          const below = own.filter(([keys]) => keys[0] === scope);
          if (below.length > 0) this.pair([scope], this.inline(below));
        }
        continue;
      }
      if (style === 'dotted') {
        this.header(['pkg', name]);
        const indent = this.draw(['', '', '  ']);
        for (const [keys, value] of own) this.pair(keys, this.value(value, indent), indent);
        continue;
      }
      const groups = new Map<string, Setting[]>();
      for (const setting of own) {
        const table = setting[0].slice(0, -1).join('\0');
        groups.set(table, [...(groups.get(table) ?? []), setting]);
      }
      for (const [table, group] of this.draw([[...groups], [...groups].toReversed()])) {
        this.header(['pkg', name, ...table.split('\0').filter((key) => key !== '')]);
        for (const [keys, value] of group)
          this.pair([keys.at(-1) as string], this.value(value, ''));
      }
    }
  }

  private inline(settings: readonly Setting[]): string {
    const texts = settings.map(
      ([keys, value]) =>
        `${keys.slice(1).join('.')} = ${
          typeof value === 'object' ? this.oneLine(value) : JSON.stringify(value)
        }`,
    );
    return this.draw([`{ ${texts.join(', ')} }`, `{${texts.join(',')}}`]);
  }

  private header(path: readonly string[]): void {
    this.noise();
    const key = path.map((part) => (/^[\w-]+$/.test(part) ? part : `"${part}"`)).join('.');
    this.lines.push(this.draw([`[${key}]`, `[ ${key} ]${this.comment(' ')}`, `[${key}]`]));
  }

  private pair(keys: readonly string[], value: string, indent = ''): void {
    if (this.draw([true, false, false])) this.noise(indent);
    const key = keys.map((part) => (/^[\w-]+$/.test(part) ? part : `"${part}"`)).join('.');
    const equals = this.draw([' = ', ' = ', '=']);
    const [first, ...rest] = `${indent}${key}${equals}${value}`.split('\n');
    this.lines.push(first as string, ...rest);
    const last = this.lines.pop() as string;
    this.lines.push(last + this.draw(['', '', this.comment(' ')]));
  }

  private value(value: boolean | string | readonly string[], indent: string): string {
    return typeof value === 'object' ? this.list(value, indent) : JSON.stringify(value);
  }

  private quote(text: string): string {
    return this.draw([`"${text}"`, `"${text}"`, `'${text}'`]);
  }

  private oneLine(items: readonly string[]): string {
    const texts = items.map((item) => this.quote(item));
    const comma = items.length > 0 ? this.draw(['', '', ',']) : '';
    return this.draw([
      `[${texts.join(', ')}${comma}]`,
      `[ ${texts.join(',')}${comma} ]`,
      `[${texts.join(' , ')}${comma}]`,
    ]);
  }

  private list(items: readonly string[], indent: string): string {
    const style = this.draw(['one line', 'one line', 'lines', 'lines', 'packed'] as const);
    if (style === 'one line') return this.oneLine(items);
    const unit = this.draw(['    ', '  ', '\t']);
    if (style === 'packed') {
      const texts = items.map((item) => this.quote(item));
      const half = Math.ceil(texts.length / 2);
      const rest = texts.slice(half).join(', ');
      return `[${texts.slice(0, half).join(', ')}${rest === '' ? '' : ','}\n${indent}${unit}${rest}${this.draw([']', `\n${indent}]`])}`;
    }
    const lines = [`[${this.draw(['', '', this.comment(' ')])}`];
    items.forEach((item, i) => {
      if (this.draw([true, false, false])) lines.push(indent + unit + this.comment(''));
      const isLast = i === items.length - 1;
      const comma = isLast ? this.draw([',', ',', '', ' ,']) : ',';
      lines.push(
        `${indent}${unit}${this.quote(item)}${comma}${this.draw(['', '', this.comment(' ')])}`,
      );
    });
    if (this.draw([true, false, false, false])) lines.push(indent + unit + this.comment(''));
    return `${lines.join('\n')}\n${indent}]`;
  }

  private comment(before: string): string {
    return `${before}#c${this.comments++} [x] = "`;
  }

  private noise(indent = ''): void {
    for (let n = this.draw([0, 0, 1, 2]); n > 0; n--)
      this.lines.push(this.draw(['', indent + this.comment('')]));
  }
}

/** A random problem about the names that {@link configText} uses, or about new ones. */
export function problemAbout(draw: Draw): Problem {
  const name = draw([...packages, 'omega', 'aaa', 'cc']);
  // As a compiler writes it: a path in cackle.toml with a dot in a segment is an error.
  const crate = name.replace(/[-.]/g, '_');
  const common = { packageName: name, packageLabel: name };
  const scope = { package: name, suffix: draw(suffixes) };
  const api = draw(allApis);
  const module = api.replace(/^.*::/, '').replace(/[-.]/g, '_');
  const usages = [
    usage(['std::fs::write', 'std::path::Path'].slice(draw([0, 1])), [`${crate}::run::go`]),
    usage(['std::fs::write::x'], [`${crate}::run`]),
  ];
  const keyword = { ...common, scope, uses: [] };
  const place = { file: 'src/lib.rs', line: 1, column: 1 };
  const configPlace = { line: 1, column: 1 };
  return draw<() => Problem>([
    () => apiProblem(name, scope.suffix, api, usages),
    () => apiProblem(name, scope.suffix, api, usages),
    () => apiProblem(name, scope.suffix, 'fs', usages.slice(1)),
    () => ({
      ...apiProblem(name, scope.suffix, 'fs', usages),
      kind: 'off-tree-api',
      providedBy: 'x',
    }),
    () => ({ kind: 'disallowed-unsafe', ...keyword }),
    () => ({ kind: 'disallowed-extern', ...keyword }),
    () => ({
      ...{ ...common, scope },
      ...draw([
        { kind: 'disallowed-compile-env', uses: [{ name: 'GIT_HASH', place }] },
        {
          kind: 'disallowed-compile-files',
          uses: ['../LICENSE', '~/notes/a'].map((name) => ({ name, place })),
        },
      ] as const),
    }),
    () => ({ kind: 'proc-macro-not-allowed', ...common }),
    () => ({ kind: 'build-script-not-allowed', ...common }),
    () => {
      const instructions = draw([
        ['cargo:rustc-link-lib=a=b'],
        ['cargo:rustc-env=Y=1'],
        ['cargo:root=/x'],
        ['cargo:rustc-env=GIT_A=1', 'cargo:rustc-env=GIT_B=2', 'cargo:rustc-env=OTHER=*'],
        ['cargo:rustc-link-arg=-pie', 'cargo:rustc-link-arg=-s'],
      ]);
      const [instruction = ''] = instructions;
      return { kind: 'disallowed-build-instruction', ...common, instruction, instructions };
    },
    () => ({
      kind: 'execution-failed',
      ...common,
      executable: draw(['build script', 'test']),
      output: '',
      sandboxCommand: ['bwrap'],
    }),
    () => ({ kind: 'sandbox-not-chosen' }),
    () => ({ kind: 'std-api-on-offer', api: draw(['terminate', 'unix_sockets']) }),
    () => ({ kind: 'unused-allow-api', ...common, scope, api, configPlace }),
    () => ({ kind: 'unused-allow-api', ...common, scope, api, configPlace }),
    () => ({
      kind: 'unused-setting',
      ...common,
      scope,
      setting: draw([
        ...(['allow_unsafe', 'allow_extern', 'sandbox', 'import'] as const),
        ...(scope.suffix === '' ? (['rustc.sandbox'] as const) : []),
      ]),
      configPlace,
    }),
    () => ({
      kind: 'unused-setting',
      ...common,
      scope,
      ...draw([
        { setting: 'allow_build_instructions', value: 'cargo:rustc-link-lib=*' },
        { setting: 'allow_build_instructions', value: 'cargo:rustc-env=*' },
        { setting: 'allow_build_instructions', value: 'cargo:root=*' },
        { setting: 'compile.env', value: 'GIT_*' },
        { setting: 'compile.files', value: '~/notes' },
      ] as const),
      configPlace,
    }),
    () => ({
      kind: 'unmatched-api-path',
      api,
      list: draw(['include', 'exclude'] as const),
      path: draw(['std::fs', `${crate}::${module}`]),
      nearest: draw([undefined, `${crate}::near`]),
      configPlace,
    }),
    () => ({ kind: 'unknown-package', packageName: name, configPlace, nearest: undefined }),
    () => ({ kind: 'possible-export', ...common, api, path: `${crate}::${module}`, symbol: 's' }),
    () => ({
      kind: 'system-functions',
      ...common,
      api,
      functions: draw([['connect'], ['connect', 'socket']]),
      usages: [],
    }),
    () => ({
      kind: 'export-not-imported',
      ...common,
      file: '',
      apis: ['fs'],
      readable: draw([true, false]),
    }),
    () => ({ kind: 'newer-config-version', version: 1, newest: 3 }),
  ])();
}
