// rustc's dep-info: what rustc would write for some files is read as those; what is read is what rustc would write so.
import { parseDepInfo } from '../../../../engine/workspace/dep-info.ts';
import { holds, same } from '../target.ts';

export const words = [': ', ':\n', '\n\n', '\\ ', '# env-dep:', '# checksum:', '\r', '\ufffd'];

export const seeds = [
  'Rt/x.d: src/main.rs src/a\\ b.rs\n\nt/libx.rlib: src/main.rs src/a\\ b.rs\n\nsrc/main.rs:\nsrc/a\\ b.rs:\n',
  'Rx.d: a\n\na:\n\n# env-dep:A=b\\nc\n# env-dep:B\n# checksum:blake3=00 file_len:1 a\n',
  'Nsrc/main.rs\0a b\0c\\\0# d\0e:\0f: g',
  'Na\nb\0x.d: a\0\n\n# x',
];

/** What rustc writes for files (`write_out_deps` in rustc_interface). */
function written(outputs: readonly string[], files: readonly string[]): string {
  const names = files.map((file) => file.replaceAll(' ', '\\ '));
  const rules = outputs.map((output) => `${output}: ${names.join(' ')}\n\n`);
  return `${rules.join('')}${names.map((name) => `${name}:\n`).join('')}`;
}

/** The files of the first rule, cut at spaces that no backslash precedes: read as make would. */
function ofFirstRule(text: string): string[] {
  const [rule = ''] = text.split('\n');
  const files: string[] = [];
  let name = '';
  // An output may have `: ` in its name: of all ways to cut the rule, one has to be this.
  for (const letter of rule) {
    if (letter === ' ' && !name.endsWith('\\')) {
      files.push(name);
      name = '';
    } else if (letter === ' ') name = `${name.slice(0, -1)} `;
    else name += letter;
  }
  return [...files, name];
}

export function read(data: Buffer): unknown {
  return parseDepInfo(data.toString());
}

export function fuzz(data: Buffer): void {
  const text = data.subarray(1).toString();
  const files = parseDepInfo(text);
  if (files !== undefined) {
    holds(files.length > 0, 'no files', text);
    const names = ofFirstRule(text).slice(-files.length);
    same(files, names, 'the first rule');
    holds(
      files.every((file) => file !== '' && !file.includes('\n')),
      'a name with a line break',
      files,
    );
    holds(`${text}\n`.includes(written([], files)), 'the list of files', text);
  }
  const all = text.split('\0');
  const outputs = ['t/x.d', ...(data[0] === 0x4e ? ['t/libx.rlib'] : [])];
  const made = written(outputs, all);
  const again = parseDepInfo(made);
  // rustc lists no file without a name.
  if (all.every((name) => name !== '' && !name.includes('\n'))) same(again, all, 'written');
  else holds(again === undefined || all.includes(''), 'names with line breaks', all, again);
}
