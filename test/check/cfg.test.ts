import { expect, test } from 'vitest';
import { cfgHolds, readCfgSet } from '../../engine/workspace/cfg-expression.ts';

const linux = readCfgSet('debug_assertions\ntarget_arch="x86_64"\ntarget_os="linux"\nunix\n');

test.each([
  ['cfg(unix)', true],
  ['cfg(windows)', false],
  ['cfg(target_os = "linux")', true],
  ['cfg(all(unix, target_arch = "x86_64",))', true],
  ['cfg(all(unix, not(target_os = "linux")))', false],
  ['cfg(any(windows, all()))', true],
  ['cfg(not(any()))', true],
  ['cfg(true)', true],
  ['cfg(unix', undefined],
  ['cfg(not(unix, windows))', undefined],
  ['cfg(target_os = linux)', undefined],
  ['x86_64-unknown-linux-gnu', undefined],
])('%s', (text, holds) => {
  expect(cfgHolds(text, linux)).toBe(holds);
});
