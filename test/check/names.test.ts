import { describe, expect, test } from 'vitest';
import { ApiMatcher } from '../../engine/judge/api-matcher.ts';
import { namesIn } from '../../engine/parsers/parsers.ts';
import { check, fixture, short, usageLines } from '../support/cackle.ts';

/** The names of one text by the built parser. */
const names = (text: string): string[] => namesIn(text).sort();

describe('rules 3.2, 3.3: the table of texts and their names', () => {
  test.each([
    [
      'core::ptr::drop_in_place<std::rt::lang_start<()>::{{closure}}>',
      ['core::ptr::drop_in_place', 'std::rt::lang_start'],
    ],
    [
      '<alloc::string::String as core::fmt::Debug>::fmt',
      ['alloc::string::String', 'core::fmt::Debug::fmt'],
    ],
    [
      'std::collections::HashMap<std::string::String, std::path::PathBuf>',
      ['std::collections::HashMap', 'std::path::PathBuf', 'std::string::String'],
    ],
    ['std::vec::Vec<&mut std::string::String>', ['std::string::String', 'std::vec::Vec']],
    [
      '<std::rt::lang_start::{closure_env#0}<()> as core::ops::function::Fn<()>>::{vtable}',
      ['core::ops::function::Fn', 'std::rt::lang_start'],
    ],
  ])('%s', (text, expected) => expect(names(text)).toEqual(expected));
});

describe('rule 3.1: symbols', () => {
  test.each([
    ['legacy', '_ZN3std2fs4File4open17h0123456789abcdefE', ['std::fs::File::open']],
    [
      'legacy with a type argument',
      '_ZN4core3ptr39drop_in_place$LT$std..path..PathBuf$GT$17h0123456789abcdefE',
      ['core::ptr::drop_in_place', 'std::path::PathBuf'],
    ],
    ['legacy, not ASCII', '_ZN7mycrate9g$uf6$del1f17h0123456789abcdefE', ['mycrate::gödel::f']],
    ['v0', '_RNvMNtCs4fqI2P2rA04_3std2fsNtB2_4File4open', ['std::fs::File::open']],
    ['v0, not ASCII', '_RNvNtCs1234_7mycrateu8gdel_5qa1f', ['mycrate::gödel::f']],
    ['no mangling', 'socket', ['socket']],
  ])('%s', (_, symbol, expected) => expect(names(symbol)).toEqual(expected));
});

describe('rule 2.5: a name matches an API', () => {
  const matcher = new ApiMatcher([
    { name: 'fs', include: ['std::fs', 'std::path'], exclude: ['std::path::Path::new'] },
    { name: 'new', include: ['std::path::Path::new::deep'], exclude: ['std::path'] },
    { name: 'c', include: ['system'], exclude: [] },
  ]);
  test.each([
    ['std::fs', ['fs']],
    ['std::fs::read', ['fs']],
    ['std::fsx::read', []],
    ['std', []],
    ['other::std::fs', []],
    ['std::path::Path', ['fs']],
    ['std::path::Path::new', []],
    ['std::path::Path::new::deep', []],
    ['std::path::Path::newer', ['fs']],
    ['system', ['c']],
    ['systemd', []],
  ])('%s: %j', (name, expected) =>
    expect(matcher.match(name).map((api) => matcher.apis[api])).toEqual(expected),
  );
});

test('rules 3.1, 3.2: an API that only a generic argument names is found, non-ASCII identifiers around it', async () => {
  expect(usageLines(await check(fixture('generic-argument')))).toEqual([
    'disallowed-api generic-argument fs src/main.rs:2:5 generic_argument::main -> std::path::PathBuf',
  ]);
});

test('rules 2.4, 2.5: exclusions win over inclusions, built-in ones too', async () => {
  expect((await check(fixture('exclusion-wins'))).problems.map(short)).toEqual([
    'disallowed-api excluded end',
  ]);
});
