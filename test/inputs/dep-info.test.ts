import { expect, test } from 'vitest';
import { parseDepInfo } from '../../engine/workspace/dep-info.ts';

/** What rustc writes for files (`write_out_deps` in rustc_interface). */
function written(files: readonly string[], outputs = ['t/x.d', 't/libx.rlib'], rest = ''): string {
  const names = files.map((file) => file.replaceAll(' ', '\\ '));
  const rules = outputs.map((output) => `${output}: ${names.join(' ')}\n\n`).join('');
  return `${rules}${names.map((name) => `${name}:\n`).join('')}${rest}`;
}

test('dep-info: any names without line breaks are read as they are', () => {
  const odd = [
    'src/main.rs',
    'a b',
    'a\\',
    'c\\ d',
    '# e',
    'f:',
    'g: h',
    ' ',
    '$x',
    '\\',
    'ä',
    'i\r',
  ];
  for (const files of [['src/main.rs'], odd, [...odd].reverse(), ['#'], ['a:', 'b:']]) {
    expect(parseDepInfo(written(files))).toEqual(files);
    expect(
      parseDepInfo(written(files, ['t: u/x.d'], '\n# env-dep:A=b\\nc\n# env-dep:B\n')),
    ).toEqual(files);
  }
});

test('rule 9.12: dep-info: a name with a line break in it is never read as other names', () => {
  const parts = [
    'a',
    'a:',
    'x.d: main.rs a',
    '',
    '# env-dep:a',
    't/x.d: main.rs',
    'main.rs:',
    ' ',
    ':',
  ];
  for (const first of parts)
    for (const second of parts)
      for (const third of [undefined, ...parts]) {
        const name = [first, second, ...(third === undefined ? [] : [third])].join('\n');
        for (const files of [
          ['main.rs', name],
          [name, 'main.rs'],
          [name],
          ['main.rs', name, 'b.rs'],
        ])
          expect(parseDepInfo(written(files)), JSON.stringify(files)).toBeUndefined();
      }
});

test('dep-info: what is cut short or empty is refused', () => {
  const text = written(['src/main.rs', 'src/a b.rs', 'c.rs']);
  for (let end = 0; end < text.length - 1; end++) {
    const parsed = parseDepInfo(text.slice(0, end));
    expect(parsed, text.slice(0, end)).toBeUndefined();
  }
});
