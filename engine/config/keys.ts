import { builtinApis } from './builtin.ts';
import { NEWEST_VERSION, SANDBOX_KINDS } from './types.ts';

/** What a key of cackle.toml takes, in the words of JSON Schema; an editor shows the description. */
export interface KeySchema {
  readonly description: string;
  readonly [keyword: string]: unknown;
}

/** The keys of a table by name, in the order in which messages list them. */
export type Keys = Readonly<Record<string, KeySchema>>;

const flag = (description: string): KeySchema => ({ description, type: 'boolean', default: false });

const list = (description: string, items: object = {}, more: object = {}): KeySchema => ({
  description,
  type: 'array',
  items: { type: 'string', ...items },
  ...more,
});

/** Returns the schema of a table with these keys and no others. */
export function tableOf(description: string, keys: Keys, more: object = {}): KeySchema {
  return { description, type: 'object', properties: keys, additionalProperties: false, ...more };
}

/** No NUL: the system's file names and arguments have none. */
const noNul = { pattern: '^[^\\u0000]*$' };
const path = { ...noNul, minLength: 1 };

/** Variables that no setting passes into a sandbox: with them, a program inside could start the shim. */
export const NEVER_PASSED = '^(?:RUSTC_WRAPPER$|CACKLE_)';

/** Names joined by `::`; the reader asks for more of each name. */
const codePaths = { pattern: '^[^\\s:]+(?:::[^\\s:]+)*$' };

const builtin = [...builtinApis.keys()];

/** A list of APIs, for which an editor offers the built-in ones. */
const apis = { anyOf: [{ enum: builtin }, { minLength: 1 }] };

/** The keys that choose features. */
export const featureKeys = {
  features: list(
    'Features that are built, as for `cargo build --features`. Options of the command line that choose features replace these three keys.',
  ),
  all_features: flag('With true, all features are built, as for `cargo build --all-features`.'),
  no_default_features: flag(
    'With true, default features are left out, as for `cargo build --no-default-features`.',
  ),
} satisfies Keys;

const targetList = (description: string): KeySchema =>
  list(description, { minLength: 1, not: { pattern: '^-' } }, { uniqueItems: true });

/** The keys of `[[common.build]]`. */
export const buildKeys = {
  targets: targetList('Targets of this build. Without this key: those of common.targets.'),
  ...featureKeys,
} satisfies Keys;

/** The keys of `[common]`. */
export const commonKeys = {
  version: {
    description: `The version of this file's meaning, 1 to ${NEWEST_VERSION}; new files take ${NEWEST_VERSION}. Before 2, [rustc.sandbox] inherits nothing from [sandbox]; before 3, extern needs no permission of its own.`,
    type: 'integer',
    minimum: 1,
    maximum: NEWEST_VERSION,
    default: NEWEST_VERSION,
  },
  import_std: list(
    `Built-in APIs whose use needs a permission: ${builtin.join(', ')}. [api.NAME] of the same name extends one.`,
    { enum: builtin },
    { uniqueItems: true },
  ),
  ...featureKeys,
  build_flags: list(
    'Options for `cargo build`. Without this key, all targets are built: ["--all-targets"].',
    {},
    { default: ['--all-targets'] },
  ),
  targets: targetList(
    'Targets that are checked, such as "x86_64-pc-windows-gnu"; permissions hold for all of them. --target on the command line replaces them. Without this key: what cargo builds for.',
  ),
  build: {
    description:
      'Builds that one check makes and judges together, each with its own targets and features; permissions hold for all of them. What a build leaves out is as [common] says.',
    type: 'array',
    items: tableOf('A build: its targets and features.', buildKeys),
  },
  best_effort_targets: targetList(
    'Targets of which a check leaves out what cannot be built on this machine, such as C code without a compiler for it, and succeeds all the same.',
  ),
  nested_packages: list(
    'Packages that are not in the tree: only tests, build scripts or programs that start cargo by themselves build them, as trybuild does. Their tables hold for that.',
  ),
  profile: {
    description:
      'The cargo profile that is built. Without this key it is `cackle`: your `dev`, with debug info.',
    type: 'string',
    default: 'cackle',
  },
  explicit_build_scripts: flag(
    'With true, a package that has a build script needs a table [pkg.NAME.build], which may be empty.',
  ),
  trace: flag(
    'With true, a check traces the build scripts that it runs, and rustc where it loads proc macros, by strace: what they did and no code of theirs names is a problem.',
  ),
  gates_only: flag(
    'With true, only what runs while cargo builds is judged: build scripts, proc macros, all that is linked into them, and build instructions. Programs, libraries and tests are checked as by `cargo check`, and not judged.',
  ),
} satisfies Keys;

/** The keys of `[api.NAME]`. */
export const apiKeys = {
  include: list(
    'Paths of modules or items, such as "std::fs" or "reqwest". Each covers all that is below it.',
    codePaths,
  ),
  exclude: list(
    'Paths that do not belong to the API although `include` covers them. Exclusions win.',
    codePaths,
  ),
  no_auto_detect: list(
    'Packages about which a check does not ask whether they provide this API, because a path in them has its name or they call such functions of the system.',
  ),
} satisfies Keys;

/** Lists of what a sandbox lets through. */
const openingKeys = {
  bind_readable: list(
    'Files and directories, which have to exist, that programs in the sandbox may read although it hides them. A relative path starts at the workspace, `~/` at the home directory.',
    path,
  ),
  bind_writable: list(
    'Files and directories, which have to exist, that programs in the sandbox may change. A relative path starts at the workspace, `~/` at the home directory.',
    path,
  ),
  make_writable: list(
    'Directories, created when missing, that programs in the sandbox may change. A relative path starts at the workspace, `~/` at the home directory.',
    path,
  ),
  pass_env: list('Names of environment variables that programs in the sandbox see.', {
    pattern: '^[^=\\u0000]+$',
    not: { pattern: NEVER_PASSED },
  }),
  extra_args: list('Further arguments for bwrap; Landlock takes none.', noNul),
} satisfies Keys;

/** The keys of `[pkg.NAME.rustc.sandbox]`, which only opens. */
export const macroSandboxKeys = {
  allow_network: {
    description: 'With true, rustc reaches the network.',
    type: 'boolean',
    const: true,
  },
  ...openingKeys,
} satisfies Keys;

/** The keys of a sandbox table. */
export const sandboxKeys = {
  kind: {
    description:
      'How programs are confined: "Bubblewrap" runs them without network and with almost nothing writable; "Landlock" does so without user namespaces, and holds back less; "Auto" is the first of both that works here; "Disabled" runs them as under cargo alone.',
    type: 'string',
    enum: SANDBOX_KINDS,
  },
  allow_network: flag('With true, programs in the sandbox reach the network.'),
  ...openingKeys,
} satisfies Keys;

/** The keys of a scope's table `compile`. */
export const compileKeys = {
  env: list(
    "Variables of the environment that code of the package may ask for while it is compiled (`env!`, `option_env!`). One that ends in `*` allows all that begin so. rustc's sandbox shows only those of its pass_env.",
    { pattern: '^[^=\\u0000]+$' },
  ),
  files: list(
    "Files outside of the package that its code may read while it is compiled (`include_str!`, `include!`), as a check names them: relative to the package's directory, from `~/` or `/`. A directory allows all below it. rustc's sandbox shows them.",
    path,
  ),
} satisfies Keys;

/** The keys of a permission scope, without its sandbox. */
const permissionKeys = {
  allow_unsafe: flag('With true, the package may use `unsafe`.'),
  allow_extern: flag('With true, the package may declare `extern` blocks and functions.'),
  allow_proc_macro: flag('With true, the proc macro of the package may run while others compile.'),
  allow_apis: list(
    'APIs that the package may use: built-in ones of common.import_std, those of [api.NAME], imported ones as "NAME::api".',
    apis,
    { uniqueItems: true },
  ),
  allow_build_instructions: list(
    'Lines that the build script of the package may print for cargo, such as "cargo::rustc-link-lib=z". One that ends in `*` allows every line that begins so.',
  ),
  compile: tableOf('What code may read while it is compiled.', compileKeys),
} satisfies Keys;

const sandboxOf = (whose: string): KeySchema =>
  tableOf(
    `The sandbox of ${whose}; what is not set here comes from the wider tables.`,
    sandboxKeys,
  );

/** The keys of every table `[pkg.NAME.…]` that holds permissions. */
export const scopeKeys = {
  ...permissionKeys,
  sandbox: sandboxOf('the programs that this table is about'),
} satisfies Keys;

const buildTable = tableOf(
  "What the package's own build script may do, besides what the wider tables allow.",
  { ...permissionKeys, sandbox: sandboxOf('the build script of the package') },
);

const testTable = tableOf(
  'What the package may do in its own tests and benchmarks, besides what the wider tables allow.',
  { ...permissionKeys, sandbox: sandboxOf('the tests of the package') },
);

/** The keys of `[pkg.NAME.from]`. */
export const fromKeys = {
  build: tableOf(
    'What the package may do in build scripts, those of other packages too, besides what [pkg.NAME] allows.',
    scopeKeys,
  ),
  test: tableOf(
    'What the package may do in tests, those of other packages too, besides what [pkg.NAME] allows.',
    scopeKeys,
  ),
} satisfies Keys;

/** The keys of `[pkg.NAME]`. */
export const packageKeys = {
  ...permissionKeys,
  sandbox: sandboxOf(
    "the package's build script and tests (`kind` counts in .build and .test only)",
  ),
  source: {
    description:
      'Where the package comes from, when several sources have one of its name: "crates.io", the URL of a registry or git repository, or a directory relative to the workspace.',
    type: 'string',
    minLength: 1,
  },
  import: list(
    'APIs to take from the cackle/export.toml of the package; permissions name them "NAME::api". [] takes none, and nothing is asked.',
  ),
  safe_macros: list(
    'Exported macros of the package of which you know that they lend neither `unsafe` nor `extern` to their callers.',
  ),
  rustc: tableOf('How rustc runs while it loads proc macros of the package.', {
    sandbox: tableOf(
      'What the sandbox of rustc lets through besides [rustc.sandbox], in the units that load proc macros of the package and in no others.',
      macroSandboxKeys,
    ),
  }),
  build: buildTable,
  test: testTable,
  from: tableOf('Permissions in the build scripts and tests of any package.', fromKeys),
} satisfies Keys;

/** The keys of `[rustc]`. */
export const rustcKeys = {
  sandbox: sandboxOf('rustc, in which proc macros run'),
} satisfies Keys;

/** The tables of cackle.toml. */
export const topKeys = {
  common: tableOf('What is built, and which built-in APIs are watched.', commonKeys, {
    required: ['version'],
  }),
  api: {
    description: 'APIs: named sets of paths whose use needs a permission.',
    type: 'object',
    additionalProperties: tableOf(
      'An API of your own, or more of a built-in one: who uses what it includes needs allow_apis.',
      apiKeys,
    ),
  },
  pkg: {
    description: 'What each package may do.',
    type: 'object',
    patternProperties: {
      '^[^@\\s]+(?:@\\S.*)?$': tableOf(
        'What a package may do, in all of its versions from one source: [pkg.NAME], or [pkg."NAME@SOURCE"].',
        packageKeys,
      ),
    },
    additionalProperties: false,
  },
  sandbox: tableOf('The sandbox of build scripts, tests and rustc.', sandboxKeys),
  rustc: tableOf('How the compiler runs.', rustcKeys),
} satisfies Keys;
