import type { Edit, EditStep } from '../config/edit/edit.ts';
import {
  instructionKind,
  isInstructionAllowed,
  needsExactRule,
  neverAllowed,
  normalisedInstruction,
} from '../config/instruction-rules.ts';
import type { PermissionScope } from '../config/types.ts';
import { groupBy } from '../group-by.ts';
import type { Fix } from './types.ts';

/** Rules that one fix writes: more of them say no more to a reader than the rule for the whole kind. */
const MAX_RULES = 50;

/**
 * Returns the fixes that allow a build script's instructions, all of one `instructionGroup`. One instruction: with
 * any value, then by ever shorter prefixes. Several: by what they have in common, if that is narrower, before these.
 */
export function allowInstructions(packageName: string, instructions: readonly string[]): Fix[] {
  const [first] = instructions;
  if (first === undefined) return [];
  const common = commonRules(instructions);
  const all = [...(common === undefined ? [] : [common]), ...rulesFor(first).map((rule) => [rule])];
  return all.map((rules) => allow(packageName, rules));
}

/** Returns several instructions of one kind in short: `cargo:rustc-env=GIT_…`. */
export function instructionsInShort(instructions: readonly string[]): string {
  const [first = ''] = instructions;
  const [rule, ...others] = commonRules(instructions) ?? [];
  const shared =
    rule?.endsWith('*') && others.length === 0 ? rule.slice(0, -1) : instructionKind(first);
  return `${shared ?? first}…`;
}

function allow(packageName: string, rules: readonly string[]): Fix {
  const scope: PermissionScope = { package: packageName, suffix: 'build' };
  const steps = rules.map(
    (value): EditStep => ({ kind: 'allow', scope, list: 'allow_build_instructions', value }),
  );
  const edit: Edit = { steps };
  const [rule = ''] = rules;
  const meaning = rule.endsWith('*')
    ? `Every instruction that begins \`${rule.slice(0, -1)}\` is allowed.`
    : 'This instruction alone is allowed.';
  const one = rules.length === 1;
  return {
    title: `allow ${one ? `\`${rule}\`` : `${rules.length} rules, \`${rule}\` and further ones,`} to the build script of ${packageName}`,
    explanation: one
      ? meaning
      : `What it printed is allowed, \`*\` standing for any rest: ${rules.map((r) => `\`${r}\``).join(', ')}.`,
    edit,
  };
}

/** `cargo:rustc-link-lib=x` → `cargo:rustc-link-lib=*`, `cargo:rustc-link-*`, `cargo:rustc-*`, `cargo:*`. */
function rulesFor(instruction: string): string[] {
  const line = normalisedInstruction(instruction);
  const kind = instructionKind(line);
  // As a rule it would match more than this instruction, and no user should accept that unseen.
  if (kind === undefined && line.endsWith('*')) return [];
  if (neverAllowed(line) !== undefined) return [];
  if (needsExactRule(line)) return line.endsWith('*') ? [] : [line];
  const name = kind === undefined ? line : kind.slice(0, -1);
  const rules = [kind === undefined ? line : `${kind}*`];
  for (let cut = name.lastIndexOf('-'); cut > 0; cut = name.lastIndexOf('-', cut - 1))
    rules.push(`${name.slice(0, cut + 1)}*`);
  return [...rules, 'cargo:*'];
}

/** Kinds whose value is `NAME=VALUE`. */
const named = new Set(['cargo:rustc-env=', 'cargo:metadata=']);

/**
 * Returns the rules that allow several instructions of one kind and are narrower than one for the whole kind; undefined
 * where there are none that a user would want: paths and values differ from machine to machine.
 */
function commonRules(instructions: readonly string[]): string[] | undefined {
  const lines = instructions.map(normalisedInstruction);
  const kind = instructionKind(lines[0] ?? '');
  if (kind === undefined || lines.length < 2) return undefined;
  const values = lines.map((line) => line.slice(kind.length));
  const found = narrowRules(kind, values)?.map((rest) => `${kind}${rest}`);
  if (found === undefined || found.length > MAX_RULES) return undefined;
  const fits =
    found.every((rule) => neverAllowed(rule) === undefined) &&
    lines.every((line) => isInstructionAllowed(line, found));
  return fits ? found : undefined;
}

function narrowRules(kind: string, values: readonly string[]): string[] | undefined {
  if (named.has(kind)) return rulesForNames(values);
  if (/link-arg/.test(kind)) {
    const areSettled = values.every((value) => !/[/\\*]/.test(value));
    return areSettled ? [...values].sort() : undefined;
  }
  const prefix = sharedPrefix(values);
  return prefix === undefined ? undefined : [`${prefix}*`];
}

/** Of `NAME=VALUE`: names that begin with the same word are one rule, any other name is a rule for all of its values. */
function rulesForNames(values: readonly string[]): string[] | undefined {
  const names = [...new Set(values.map((value) => instructionKind(value)))];
  if (names.some((name) => name === undefined || name === '=')) return undefined;
  const groups = groupBy(names as string[], (name) => /^[^_=]*_/.exec(name)?.[0] ?? name);
  const rules = [...groups.values()].flatMap((group): string[] => {
    const prefix = group.length > 1 ? sharedPrefix(group) : undefined;
    return prefix === undefined ? group.map((name) => `${name}*`) : [`${prefix}*`];
  });
  return rules.sort();
}

/**
 * Returns what all begin with, up to the end of a word (`_`, `-`, `=`) and outside of a path; undefined when that is less
 * than a word of two letters, and would allow what nobody asked for.
 */
function sharedPrefix(texts: readonly string[]): string | undefined {
  const [first = '', ...rest] = texts;
  let length = first.length;
  for (const text of rest) {
    let same = 0;
    while (same < length && text[same] === first[same]) same++;
    length = same;
  }
  const prefix = /^[^/\\]*[_=-]/.exec(first.slice(0, length))?.[0];
  return prefix !== undefined && /[\p{L}\p{N}]{2}/u.test(prefix) ? prefix : undefined;
}
