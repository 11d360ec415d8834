import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandInput, LinkerCommand } from './linker-command.ts';
import { namesOnWindows } from './symbol-names.ts';

/** Options of link.exe and lld-link that add no code and redirect nothing, in capitals (LINK reference, "LINK options"). */
const known = new Set(
  `NOLOGO NXCOMPAT DEBUG DEBUGTYPE PDB PDBALTPATH PDBSTRIPPED PDBPAGESIZE PDBSOURCEPATH NATVIS INCREMENTAL OPT
  SUBSYSTEM MACHINE DYNAMICBASE HIGHENTROPYVA LARGEADDRESSAWARE MANIFEST MANIFESTUAC MANIFESTINPUT MANIFESTFILE
  MANIFESTDEPENDENCY STACK HEAP BASE FIXED IGNORE WX VERBOSE VERSION OSVERSION RELEASE SAFESEH TSAWARE GUARD CETCOMPAT
  CETCOMPATSTRICT BREPRO TIMESTAMP ERRORREPORT ALLOWBIND ALLOWISOLATION APPCONTAINER DELAYLOAD DELAY FUNCTIONPADMIN
  ILK IMPLIB MAPINFO NODEFAULTLIB NOENTRY NOEXP NOIMPLIB PROFILE SECTION SWAPRUN MERGE ORDER FILEALIGN ALIGN DRIVER
  INTEGRITYCHECK KERNEL CLRUNMANAGEDCODECHECK DEPENDENTLOADFLAG EMITPOGOPHASEINFO EMITTOOLVERSIONINFO NOVCFEATURE
  EXPERIMENTAL THREADS LLDIGNOREENV AUTO-IMPORT RUNTIME-PSEUDO-RELOC ERRORLIMIT DEMANGLE CALL-GRAPH-PROFILE-SORT
  INFERASANLIBS DO ALLOWDUPLICATES BUILD-ID FORCE`
    .trim()
    .split(/\s+/),
);

/** Options that are refused, with the reason. */
const refused: ReadonlyMap<string, string> = new Map([
  ['ALTERNATENAME', 'redirects symbols'],
  ['LTCG', 'code that only the linker sees'],
  ['USEPROFILE', 'code that only the linker sees'],
  ['GENPROFILE', 'code that only the linker sees'],
  ['FASTGENPROFILE', 'code that only the linker sees'],
  ['VFSOVERLAY', 'other files in place of those that it names'],
  ['STUB', 'a program in front of this one'],
  ['LIB', 'a library as the output'],
  ['WINMD', 'an option that cackle does not know'],
]);

/** Parses a command line of link.exe or lld-link, in which response files are expanded already. */
export function parseMsvcArguments(args: readonly string[], cwd: string): LinkerCommand {
  const inputs: CommandInput[] = [];
  const searched: string[] = [];
  const rootSymbols: string[] = [];
  const scripts: string[] = [];
  const maps: LinkerCommand['maps'][number][] = [];
  const unsupported: string[] = [];
  let output: string | undefined;
  let shared = false;
  // `/DEBUG` keeps what nothing refers to, unless `/OPT:REF` says otherwise.
  let keepsUnreferenced: boolean | undefined;
  let debug = false;
  let everything = false;
  const read = (name: string, value: string, argument: string): void => {
    if (name === 'OUT') output = value;
    else if (name === 'DLL') shared = true;
    else if (name === 'LIBPATH') searched.push(resolve(cwd, value));
    else if (name === 'DEFAULTLIB') inputs.push(library(value));
    else if (name === 'WHOLEARCHIVE') {
      if (value === '') everything = true;
      else inputs.push(...named(value).map((input) => ({ ...input, wholeArchive: true })));
    } else if (name === 'INCLUDE' || name === 'ENTRY') rootSymbols.push(...namesOnWindows(value));
    else if (name === 'EXPORT') rootSymbols.push(...namesOnWindows(exportedName(value)));
    else if (name === 'DEF') scripts.push(resolve(cwd, value));
    else if (name === 'MAP' || name === 'LLDMAP') {
      if (value !== '') maps.push({ written: value, path: resolve(cwd, value) });
    } else if (refused.has(name)) unsupported.push(`${argument} (${refused.get(name)})`);
    else if (!known.has(name))
      unsupported.push(`${argument} (an option that cackle does not know)`);
    if (name === 'OPT' && /(?:^|,)noref(?:,|$)/i.test(value)) keepsUnreferenced = true;
    if (name === 'OPT' && /(?:^|,)(?:ref|icf)(?:[,=]|$)/i.test(value)) keepsUnreferenced = false;
    if (name === 'DEBUG') debug = !/^none$/i.test(value);
  };
  const named = (word: string): CommandInput[] => {
    if (/[/\\]/.test(word) || existsSync(resolve(cwd, word)))
      return [{ path: resolve(cwd, word), wholeArchive: false }];
    if (word.includes('.')) return [library(word)];
    // LINK reference, "LINK input files": a file without an extension is an object.
    return [`:${word}`, `:${word}.obj`].map(library);
  };
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] as string;
    if (argument === '') continue;
    if (argument === '-flavor') {
      index++;
      continue;
    }
    const [, name, value] = /^[-/]([A-Za-z][A-Za-z0-9-]*)(?::(.*))?$/s.exec(argument) ?? [];
    if (name !== undefined) read(name.toUpperCase(), value ?? '', argument);
    else if (argument.startsWith('-'))
      unsupported.push(`${argument} (an option that cackle does not know)`);
    else inputs.push(...named(argument));
  }
  return {
    output: resolve(cwd, output ?? 'a.exe'),
    inputs: everything ? inputs.map((input) => ({ ...input, wholeArchive: true })) : inputs,
    // The current directory comes first.
    searched: [cwd, ...searched],
    sysroot: undefined,
    shared,
    // `/OPT:REF` leaves out COMDATs alone.
    drops: (keepsUnreferenced ?? debug) ? 'nothing' : 'comdats',
    exportsAll: false,
    rootSymbols,
    exportPatterns: [],
    // A DLL exports what it is told to, never all of its globals.
    versioned: true,
    scripts,
    programs: [],
    searchOptions: [],
    maps,
    unsupported,
  };
}

function library(name: string): CommandInput {
  const plain = name.replace(/\.lib$/i, '');
  return { library: plain, static: false, wholeArchive: false };
}

/** Returns the name inside the program of `NAME[=INTERNAL][,@ORDINAL][,NONAME][,DATA]`. */
function exportedName(value: string): string {
  const [names = ''] = value.split(',');
  const [name = '', internal] = names.split('=');
  return internal ?? name;
}

/** Statements of a module-definition file that say nothing about code. */
const harmless = /^(?:NAME|LIBRARY|DESCRIPTION|STACKSIZE|HEAPSIZE|VERSION|SECTIONS|SEGMENTS)$/;

/**
 * Returns the names that a module-definition file exports (LINK reference, "Module-definition (.def) files"; GNU ld's
 * are the same). Undefined for a file with a statement that does more.
 */
export function exportedByDefinitions(text: string): string[] | undefined {
  const names: string[] = [];
  let section = '';
  for (const line of text.split(/[\r\n]+/)) {
    const words = line.replace(/;.*/, '').match(/"[^"]*"|==|[=,]|[^\s"=,]+/g) ?? [];
    const [first, ...rest] = words;
    if (first === undefined) continue;
    const isStatement = /^[A-Z]+$/.test(first) && (first === 'EXPORTS' || harmless.test(first));
    const isUnknown = /^(?:IMPORTS|STUB|DIRECTIVES|VIRTUAL|PRELOAD)$/.test(first);
    if (isUnknown && section !== 'EXPORTS') return undefined;
    if (isStatement) section = first;
    const entry = !isStatement ? words : first === 'EXPORTS' ? rest : [];
    const [name, sign, internal] = entry;
    if (section === '') return undefined;
    if (section !== 'EXPORTS' || name === undefined) continue;
    const target = sign === '=' && internal !== undefined ? internal : name;
    names.push(target.replace(/^"|"$/g, ''));
  }
  return names;
}
