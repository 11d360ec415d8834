import { resolve } from 'node:path';
import type { LinkerCommand } from './linker-command.ts';
import { driverFeatures, driverFlags, driverWithValue } from './linker-options.ts';
import { LinkerScan } from './linker-scan.ts';

/** Parses a linker command line, in which response files are expanded already. */
export function parseLinkerArguments(
  args: readonly string[],
  cwd: string,
  scan = new LinkerScan(cwd),
): LinkerCommand {
  let index = -1;
  const next = (): string | undefined => args[++index];
  // Words for ld only. A word that is the value of a driver option is not one of them, whatever it looks like.
  let passed: readonly string[] = [];
  let at = 0;
  const nextOfLd = (): string | undefined => {
    if (at < passed.length) return passed[at++];
    const argument = next();
    if (argument === '-Xlinker') return next();
    if (!argument?.startsWith('-Wl,')) return argument;
    passed = argument.slice(4).split(',');
    at = 1;
    return passed[0];
  };
  const ld = (word: string): void => {
    if (word === '') return;
    if (word.startsWith('-')) scan.ld(word, nextOfLd);
    else scan.file(word);
  };
  while (index + 1 < args.length) {
    const argument = next() as string;
    if (argument === '-Xlinker') ld(next() ?? '');
    else if (argument.startsWith('-Wl,')) {
      passed = argument.slice(4).split(',');
      at = 0;
    } else if (!argument.startsWith('-')) {
      if (argument !== '') scan.file(argument);
    } else {
      driver(argument, scan, next);
    }
    while (at < passed.length) ld(passed[at++] as string);
  }
  return {
    output: resolve(cwd, scan.output),
    inputs: scan.inputs,
    searched: scan.searched,
    sysroot: scan.sysroot,
    shared: scan.shared,
    drops: scan.drops,
    exportsAll: scan.exportsAll,
    rootSymbols: scan.rootSymbols,
    exportPatterns: scan.exportPatterns,
    versioned: scan.versioned,
    scripts: scan.scripts,
    programs: scan.programs,
    searchOptions: scan.searchOptions,
    maps: scan.maps,
    unsupported: scan.unsupported,
  };
}

/** Reads one option of gcc or clang, or of an ld that is called without a compiler driver. */
function driver(argument: string, scan: LinkerScan, next: () => string | undefined): void {
  if (argument === '-static' || argument === '-static-pie') {
    scan.staticEverything();
  } else if (argument === '-rdynamic') {
    scan.exportsAll = true;
  } else if (argument === '-x') {
    scan.refuse(`-x ${next() ?? ''}`, 'inputs of another language');
  } else if (argument === '-flavor') {
    next();
  } else if (argument.startsWith('-fuse-ld=') || argument.startsWith('--ld-path=')) {
    scan.program(argument, argument.slice(argument.indexOf('=') + 1));
  } else if (/^-B(?!(?:static|dynamic|shareable|symbolic|no-symbolic)$)/.test(argument)) {
    scan.prefix(argument.slice(2) || (next() ?? ''));
  } else if (/^-f(?:lto|plugin|thinlto)/.test(argument)) {
    scan.refuse(argument, 'code that only the linker sees');
  } else if (argument.startsWith('-f') && argument !== '-fno-lto') {
    if (!driverFeatures.test(argument))
      scan.refuse(argument, 'an option that cackle does not know');
  } else if (
    /^-(?:[oLl]|u(?!n(?:defined|resolved))|T(?!text|data|bss|rodata|ldata)|e(?!h-frame|nable|xport|nd|rror|mit|xecute|ntry))/.test(
      argument,
    )
  ) {
    scan.short(argument[1] as string, argument.slice(2), next, argument);
  } else if (driverWithValue.has(argument)) {
    const value = next() ?? '';
    if (argument === '--sysroot') scan.root(value);
    if (/^(?:-target|--sysroot|-arch)$/.test(argument)) scan.searchOptions.push(argument, value);
  } else if (driverFlags.test(argument)) {
    if (argument.startsWith('--sysroot=')) scan.root(argument.slice('--sysroot='.length));
    if (/^(?:-m|--target=|--sysroot=)/.test(argument)) scan.searchOptions.push(argument);
  } else {
    scan.ld(argument, next);
  }
}
