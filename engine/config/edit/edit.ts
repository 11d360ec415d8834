import { coversFile, coversVariable } from '../compile-rules.ts';
import { ancestors } from '../inheritance.ts';
import { isInstructionAllowed } from '../instruction-rules.ts';
import { TomlSyntaxError } from '../toml-tree.ts';
import type { CompileSetting, PermissionScope, ScopeSuffix } from '../types.ts';
import {
  EditError,
  type KeyPath,
  keyText,
  quoted,
  type Splice,
  spliced,
  TomlDocument,
} from './document.ts';
import { withPair } from './insert.ts';
import { aboveLine, withItem } from './list.ts';
import { isLastOfBuildSection, withoutItems, withoutPair, withoutTable } from './remove.ts';

export { EditError, type KeyPath, type Value } from './document.ts';

/** One step of an edit; data only. A step that has nothing to do changes nothing. */
export type EditStep =
  /** Puts a value into a permission's list, unless a wider scope has it; narrower scopes lose what it covers. */
  | {
      readonly kind: 'allow';
      readonly scope: PermissionScope;
      readonly list: 'allow_apis' | 'allow_build_instructions' | CompileSetting;
      readonly value: string;
    }
  /** Sets a permission's flag, unless it is inherited; narrower scopes lose what says the same. */
  | {
      readonly kind: 'permit';
      readonly scope: PermissionScope;
      readonly flag: 'allow_unsafe' | 'allow_extern' | 'allow_proc_macro';
    }
  /** Puts values into a list; the list is made where there is none. */
  | { readonly kind: 'add'; readonly path: KeyPath; readonly values: readonly string[] }
  /** Removes a value from a list; an emptied list is removed too, and a package's table that held only it. */
  | { readonly kind: 'remove'; readonly path: KeyPath; readonly value: string }
  /** Puts a comment at the top of an empty document, and changes no other. */
  | { readonly kind: 'first-line'; readonly text: string }
  | { readonly kind: 'set'; readonly path: KeyPath; readonly value: boolean | number | string }
  /** Adds the build section of a package unless it is there. */
  | { readonly kind: 'build-section'; readonly package: string }
  /** Removes everything at the path or below it. */
  | { readonly kind: 'drop'; readonly path: KeyPath };

/** A change of cackle.toml as data, for {@link applyEdits}. */
export interface Edit {
  readonly steps: readonly EditStep[];
  /** A user's remark, written as `# …` above what the edit adds; an edit that only removes ignores it. */
  readonly comment?: string | undefined;
}

/**
 * Returns the text of a cackle.toml after edits, made one after another. Every comment, blank line, order, quoting and
 * line ending that an edit does not concern stays; an edit that is made twice changes nothing the second time.
 * Throws {@link EditError} when the text cannot be edited.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  let current = text.slice(mark.length);
  try {
    for (const { steps, comment } of edits) {
      let remark = comment;
      for (const step of steps) {
        const next = applyStep(current, step, remark);
        // A remark is about what the steps after it add.
        if (next !== current && step.kind !== 'first-line') remark = undefined;
        current = next;
      }
    }
  } catch (error) {
    if (error instanceof TomlSyntaxError)
      throw new EditError(
        `line ${error.place.line}: this is not TOML: ${error.message}; fix it, then edit again`,
        { cause: error },
      );
    throw error;
  }
  return mark + current;
}

/** Returns the keys from the top of the document to the table of a scope. */
export function scopePath({ package: name, suffix }: PermissionScope): KeyPath {
  return ['pkg', name, ...(suffix === '' ? [] : suffix.split('.'))];
}

function applyStep(text: string, step: EditStep, comment: string | undefined): string {
  switch (step.kind) {
    case 'allow':
      return allow(text, step, comment);
    case 'permit':
      return permit(text, step, comment);
    case 'add':
      return add(text, step.path, step.values, comment);
    case 'remove':
      return withoutItems(text, step.path, (item) => item === step.value);
    case 'first-line':
      return text.trim() === '' ? `${step.text}\n` : text;
    case 'set':
      return set(text, step.path, step.value, comment);
    case 'build-section': {
      const path = scopePath({ package: step.package, suffix: 'build' });
      const doc = TomlDocument.parse(text);
      return doc.has(path) ? text : withPair(doc, [...path, 'allow_apis'], [], comment);
    }
    case 'drop':
      return withoutTable(text, step.path);
  }
}

function allow(
  text: string,
  { scope, list, value }: Extract<EditStep, { kind: 'allow' }>,
  comment: string | undefined,
): string {
  const covers = coveredBy[list];
  const pathIn = (suffix: ScopeSuffix): KeyPath => [
    ...scopePath({ ...scope, suffix }),
    ...list.split('.'),
  ];
  const doc = TomlDocument.parse(text);
  const held = [scope.suffix, ...ancestors[scope.suffix]].flatMap((suffix) =>
    doc.strings(pathIn(suffix)),
  );
  if (held.some((item) => covers(item, value))) return text;
  let current = add(text, pathIn(scope.suffix), [value], comment);
  for (const suffix of narrower(scope.suffix))
    current = withoutItems(current, pathIn(suffix), (item) => covers(value, item));
  return current;
}

/** By list: does an item of it cover a value? */
const coveredBy: Readonly<
  Record<Extract<EditStep, { kind: 'allow' }>['list'], (held: string, wanted: string) => boolean>
> = {
  allow_apis: (held, wanted) => held === wanted,
  allow_build_instructions: (held, wanted) => isInstructionAllowed(wanted, [held]),
  'compile.env': coversVariable,
  'compile.files': coversFile,
};

function permit(
  text: string,
  { scope, flag }: Extract<EditStep, { kind: 'permit' }>,
  comment: string | undefined,
): string {
  const own = (doc: TomlDocument, suffix: ScopeSuffix): boolean | undefined =>
    doc.boolean([...scopePath({ ...scope, suffix }), flag]);
  const nearest = (doc: TomlDocument, suffixes: readonly ScopeSuffix[]): boolean | undefined =>
    suffixes.map((suffix) => own(doc, suffix)).find((value) => value !== undefined);
  const chain = [scope.suffix, ...ancestors[scope.suffix]];
  if (nearest(TomlDocument.parse(text), chain) === true) return text;
  let current = set(text, [...scopePath(scope), flag], true, comment);
  for (const suffix of narrower(scope.suffix)) {
    const doc = TomlDocument.parse(current);
    const pair = doc.pair([...scopePath({ ...scope, suffix }), flag]);
    // A `false` between the two is a decision of the user, so a `true` below it still has an effect.
    const says = own(doc, suffix) === true && nearest(doc, ancestors[suffix]) === true;
    if (pair !== undefined && says && !isLastOfBuildSection(doc, pair.path))
      current = withoutPair(doc, pair);
  }
  return current;
}

/** Scopes that inherit from one, the widest first. */
function narrower(suffix: ScopeSuffix): ScopeSuffix[] {
  const all: readonly ScopeSuffix[] = ['from.build', 'build', 'from.test', 'test'];
  return all.filter((other) => ancestors[other].includes(suffix));
}

function add(
  text: string,
  path: KeyPath,
  values: readonly string[],
  comment: string | undefined,
): string {
  const before = TomlDocument.parse(text);
  if (before.pair(path) === undefined) return withPair(before, path, values, comment);
  let current = text;
  let remark = comment;
  for (const value of values) {
    const doc = TomlDocument.parse(current);
    const pair = doc.pair(path);
    if (pair === undefined) throw new Error('an added list is gone');
    const list = pair.node.value;
    if (list.type !== 'TOMLArray')
      throw new EditError(
        `line ${list.loc.start.line}: a list was expected at ${keyText(path)}; fix it, then edit again`,
      );
    if (doc.strings(path).includes(value)) continue;
    current = withItem(doc, pair, list, value, remark);
    remark = undefined;
  }
  return current;
}

function set(
  text: string,
  path: KeyPath,
  value: boolean | number | string,
  comment: string | undefined,
): string {
  const doc = TomlDocument.parse(text);
  const pair = doc.pair(path);
  if (pair === undefined) return withPair(doc, path, value, comment);
  const node = pair.node.value;
  if (node.type === 'TOMLValue' && node.value === value) return text;
  const put: Splice = {
    start: node.range[0],
    end: node.range[1],
    text: typeof value === 'string' ? quoted(value) : String(value),
  };
  return spliced(text, [put, ...aboveLine(doc, pair, comment)]);
}
