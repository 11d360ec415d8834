import {
  codegenValues,
  hasOption,
  type RustcArgument,
  RustcArgumentsError,
  readSearchPath,
  valuesOf,
} from './rustc-command-line.ts';
import type { Extern } from './types.ts';

/** What a rustc command line says about the unit. Paths are unchanged. */
export interface RustcCommand {
  readonly input: string | undefined;
  readonly crateName: string | undefined;
  /** Empty when the command line gives none: then rustc's default or `#![crate_type]` holds. */
  readonly crateTypes: readonly string[];
  readonly isTest: boolean;
  readonly outDir: string | undefined;
  readonly extraFilename: string;
  readonly externs: readonly Extern[];
  /** Path of the dep-info file when `--emit` gives one. */
  readonly depInfo: string | undefined;
  readonly linker: string | undefined;
  readonly target: string | undefined;
  /** Directory of `-C incremental`. */
  readonly incremental: string | undefined;
  readonly jsonErrors: boolean;
  /** Directories of `-L` in which rustc looks for native libraries. */
  readonly nativeDirectories: readonly string[];
  /** Files of `-C profile-use` and `-Z profile-sample-use`, which stand in dep-info beside the sources. */
  readonly profiles: readonly string[];
}

/** Reads the command line of one compilation. When an option is repeated, the last one counts. */
export function describeRustcCommand(args: readonly RustcArgument[]): RustcCommand {
  const all = (name: string): string[] => valuesOf(args, name);
  const codegen = (name: string): string | undefined => codegenValues(args, name).at(-1);
  const inputs = args.flatMap((a) => (a.kind === 'input' ? [a.value] : []));
  if (inputs.length > 1) throw new RustcArgumentsError(`several inputs: ${inputs.join(' ')}`);
  const depInfo = all('emit')
    .flatMap((value) => value.split(','))
    .filter((value) => value.startsWith('dep-info='))
    .at(-1);
  return {
    input: inputs[0],
    crateName: all('crate-name').at(-1),
    crateTypes: all('crate-type').flatMap((value) => value.split(',')),
    isTest: hasOption(args, 'test'),
    outDir: all('out-dir').at(-1),
    extraFilename: codegen('extra-filename') ?? '',
    externs: all('extern').map(readExtern),
    depInfo: depInfo?.slice('dep-info='.length),
    linker: codegen('linker'),
    target: all('target').at(-1),
    incremental: codegen('incremental'),
    nativeDirectories: all('L').flatMap((value) => {
      const { kind, path } = readSearchPath(value);
      return kind === 'dependency' || kind === 'crate' ? [] : [path];
    }),
    profiles: [
      ...codegenValues(args, 'profile-use'),
      ...all('Z').flatMap((value) => /^profile[-_]sample[-_]use=(.*)$/s.exec(value)?.[1] ?? []),
    ],
    jsonErrors: all('error-format').at(-1) === 'json',
  };
}

/** Reads `[OPTIONS:]NAME[=PATH]` (rustc book, "--extern"). */
function readExtern(value: string): Extern {
  const equals = value.indexOf('=');
  const front = equals < 0 ? value : value.slice(0, equals);
  return {
    name: front.slice(front.lastIndexOf(':') + 1),
    path: equals < 0 ? undefined : value.slice(equals + 1),
  };
}
