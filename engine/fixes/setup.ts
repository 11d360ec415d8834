import { builtinApis } from '../config/builtin.ts';
import { type Edit, type EditStep, type KeyPath, scopePath } from '../config/edit/edit.ts';
import type { Exports } from '../config/exports.ts';
import {
  type ApiDefinition,
  type Config,
  confines,
  NEWEST_VERSION,
  type PermissionScope,
} from '../config/types.ts';
import type { Denial } from '../sandbox/denied.ts';
import type { Fix, FixKnowledge } from './types.ts';

const edit = (...steps: EditStep[]): Edit => ({ steps });

const recommended = ['fs', 'net', 'process'];

const version: EditStep = { kind: 'set', path: ['common', 'version'], value: NEWEST_VERSION };

/** The first steps of a new cackle.toml. */
const begin = ({ schemaLine }: FixKnowledge): EditStep[] => [
  ...(schemaLine === undefined ? [] : [{ kind: 'first-line', text: schemaLine } as const]),
  version,
];

/** Returns the fix that creates a cackle.toml with the recommended APIs. */
export function createRecommended(known: FixKnowledge): Fix {
  return {
    title: 'create the recommended cackle.toml',
    explanation: `It watches the built-in APIs ${recommended.join(', ')}. A sandbox is chosen next.`,
    edit: edit(...begin(known), {
      kind: 'add',
      path: ['common', 'import_std'],
      values: recommended,
    }),
  };
}

/** Returns the fix that creates a cackle.toml without any API. */
export function createEmpty(known: FixKnowledge): Fix {
  return {
    title: 'create an empty cackle.toml',
    explanation: 'It watches nothing yet. A sandbox and each built-in API are chosen next.',
    edit: edit(...begin(known)),
  };
}

/** Returns the fixes that choose a sandbox or none, a working one first. */
export function chooseSandbox({ bubblewrapFault, landlockFault }: FixKnowledge): Fix[] {
  const choose = (kind: string) => edit({ kind: 'set', path: ['sandbox', 'kind'], value: kind });
  const boxed: Fix = {
    title: 'run in Bubblewrap',
    explanation:
      'Build scripts, tests and rustc run without network and with almost nothing writable.',
    edit: choose('Bubblewrap'),
    refused: bubblewrapFault,
  };
  const open: Fix = {
    title: 'run without a sandbox',
    explanation:
      'Build scripts, tests and rustc run as they would under cargo alone, and can do all that you can; they are still judged first.',
    edit: choose('Disabled'),
  };
  if (bubblewrapFault === undefined) return [boxed, open];
  const other: Fix = {
    title: 'run in Landlock, or in Bubblewrap where that works',
    explanation:
      'Landlock holds back less than Bubblewrap, and needs no namespaces: the same files, no network, but other processes can be seen. README.md, "Without user namespaces", says more.',
    edit: choose('Auto'),
    refused: landlockFault,
  };
  return landlockFault === undefined ? [other, open, boxed] : [open, other, boxed];
}

/** Returns the fixes that watch a built-in API, by an import or by a definition in cackle.toml, or ignore it. */
export function watchBuiltin(api: string): Fix[] {
  const definition = builtinApis.get(api);
  const paths = (definition?.include ?? []).join(', ');
  return [
    {
      title: `import the API \`${api}\``,
      explanation: `Uses of ${paths} need a permission. The definition is updated with this program.`,
      edit: edit({ kind: 'add', path: ['common', 'import_std'], values: [api] }),
    },
    ...(definition === undefined
      ? []
      : [
          {
            title: `write the definition of \`${api}\` into cackle.toml`,
            explanation: 'The definition is yours from then on, to change as you like.',
            edit: edit(...inline(definition)),
          },
        ]),
    {
      title: `ignore the API \`${api}\``,
      explanation: `Uses of ${paths} are not watched.`,
      edit: edit(),
    },
  ];
}

function inline({ name, include, exclude }: ApiDefinition): EditStep[] {
  return Object.entries({ include, exclude }).flatMap(([key, values]): EditStep[] =>
    values.length === 0 ? [] : [{ kind: 'add', path: ['api', name, key], values }],
  );
}

/**
 * Returns the fixes that decide which API definitions of a package are imported. Definitions in a file with faults
 * can only be ignored.
 */
export function importExports(
  packageName: string,
  { apis, readable }: { readonly apis: readonly string[]; readonly readable: boolean },
  exports: Exports | undefined,
): Fix[] {
  const path = ['pkg', packageName, 'import'];
  const names = apis.map((api) => `${packageName}::${api}`).join(', ');
  const settle: EditStep = { kind: 'add', path, values: [] };
  const ignore: Fix = {
    title: `import nothing from ${packageName}`,
    explanation: `What ${packageName} exports is known and not wanted.`,
    edit: edit(settle),
  };
  if (!readable) return [ignore];
  const definitions = [...(exports?.exporting.get(packageName)?.apis.values() ?? [])];
  const steps = definitions.flatMap((api) =>
    inline({ ...api, name: `${packageName}::${api.name}` }),
  );
  return [
    {
      title: `import ${names}`,
      explanation: `Uses of what ${packageName} defines as ${names} need a permission. Its later versions may define more.`,
      edit: edit({ kind: 'add', path, values: apis }),
    },
    ...(steps.length === 0
      ? []
      : [
          {
            title: `write the definitions of ${names} into cackle.toml`,
            explanation: `The definitions are yours from then on; what ${packageName} exports later is not asked about.`,
            edit: edit(...steps, settle),
          },
        ]),
    ignore,
  ];
}

/** Returns the fixes that include a path of a package in an API, or declare that it does not belong to it. */
export function includeOrIgnore(packageName: string, api: string, path: string): Fix[] {
  return [
    {
      title: `include \`${path}\` in the API \`${api}\``,
      explanation: `Whoever uses ${path} needs a permission for ${api}.`,
      edit: edit({ kind: 'add', path: ['api', api, 'include'], values: [path] }),
    },
    {
      title: `do not ask about ${packageName} and \`${api}\` again`,
      explanation: `${path} does not count as ${api}.`,
      edit: edit({ kind: 'add', path: ['api', api, 'no_auto_detect'], values: [packageName] }),
    },
  ];
}

/** Returns the fixes that include functions of the system in an API, or let a package call them unasked. */
export function includeFunctionsOrIgnore(
  packageName: string,
  api: string,
  functions: readonly string[],
): Fix[] {
  const named = functions.map((name) => `\`${name}\``).join(', ');
  return [
    {
      title: `include ${named} in the API \`${api}\``,
      explanation: `Each package that calls them needs a permission for ${api}.`,
      edit: edit({ kind: 'add', path: ['api', api, 'include'], values: functions }),
    },
    {
      title: `do not ask about ${packageName} and \`${api}\` again`,
      explanation: `What ${packageName} calls of the system does not count as ${api}.`,
      edit: edit({ kind: 'add', path: ['api', api, 'no_auto_detect'], values: [packageName] }),
    },
  ];
}

/**
 * Returns the fixes that permit a failed program what its sandbox denied, as far as that is known, then the fix that
 * runs it without a sandbox.
 */
export function loosenSandbox(
  {
    packageName,
    executable,
    denied,
  }: {
    readonly packageName: string;
    readonly executable: 'build script' | 'test';
    readonly denied?: readonly Denial[] | undefined;
  },
  config: Config | undefined,
): Fix[] {
  const scope: PermissionScope = {
    package: packageName,
    suffix: executable === 'test' ? 'test' : 'build',
  };
  const at = (key: string): KeyPath => [...scopePath(scope), 'sandbox', key];
  const what = executable === 'test' ? 'tests' : 'build script';
  const network: Fix = {
    title: `allow the network to the ${what} of ${packageName}`,
    explanation: 'The rest of the sandbox stays.',
    edit: edit({ kind: 'set', path: at('allow_network'), value: true }),
  };
  const disable: Fix = {
    title: `run the ${what} of ${packageName} without a sandbox`,
    explanation: 'What it does is then held in by nothing; it is still judged first.',
    edit: edit({ kind: 'set', path: at('kind'), value: 'Disabled' }),
  };
  const mayUseNetwork = config?.sandbox(scope).allowNetwork === true;
  if (denied === undefined) return [disable];
  const writes = denied.filter((denial) => denial.what === 'write');
  const places = (isNew: boolean) => writes.filter((w) => w.new === isNew).map(({ path }) => path);
  const named = (texts: readonly string[]): string => texts.map((text) => `\`${text}\``).join(', ');
  const variables = denied.flatMap((denial) => (denial.what === 'variable' ? [denial.name] : []));
  const add = (key: string, values: readonly string[]): EditStep[] =>
    values.length === 0 ? [] : [{ kind: 'add', path: at(key), values }];
  return [
    ...(writes.length === 0
      ? []
      : [
          {
            title: `let the ${what} of ${packageName} write in ${named(writes.map(({ path }) => path))}`,
            explanation: 'It tried to. The rest of the sandbox stays.',
            edit: edit(
              ...add('bind_writable', places(false)),
              ...add('make_writable', places(true)),
            ),
          },
        ]),
    ...(variables.length === 0
      ? []
      : [
          {
            title: `pass ${named(variables)} to the ${what} of ${packageName}`,
            explanation: 'It sees what your environment says there. The rest of the sandbox stays.',
            edit: edit(...add('pass_env', variables)),
          },
        ]),
    ...(denied.some((denial) => denial.what === 'network') && !mayUseNetwork ? [network] : []),
    disable,
  ];
}

/**
 * Returns the fixes that update a configuration to the newest version, with settings that keep the old behaviour if
 * it differs.
 */
export function updateVersion(version: number, newest: number, config: Config | undefined): Fix[] {
  const update: EditStep = { kind: 'set', path: ['common', 'version'], value: newest };
  const news = [
    ...(version < 2 ? ['rustc runs in the sandbox of [sandbox]'] : []),
    ...(version < 3 ? ['extern blocks and functions need allow_extern'] : []),
  ].join('; ');
  const kept = config === undefined ? [] : oldBehaviour(version, config);
  const plain: Fix = {
    title: `update to version ${newest}`,
    explanation: `From then on ${news}.`,
    edit: edit(update),
  };
  if (kept.length === 0) return [plain];
  return [
    plain,
    {
      title: `update to version ${newest} and keep the old behaviour`,
      explanation: `It writes what the older version took for granted, so that this does not hold: ${news}.`,
      edit: edit(update, ...kept),
    },
  ];
}

/** Returns the edits after which a newer version behaves as the older one did. */
function oldBehaviour(version: number, config: Config): EditStep[] {
  const steps: EditStep[] = [];
  // No package has this name, so this is what [sandbox] sets.
  const top = config.sandbox({ package: '', suffix: '' });
  const rustc = ['rustc', 'sandbox'];
  if (version < 2 && config.rustcSandbox.kind === 'Disabled' && top.kind !== 'Disabled')
    steps.push({ kind: 'set', path: [...rustc, 'kind'], value: 'Disabled' });
  if (version < 2 && confines(config.rustcSandbox.kind)) {
    if (top.allowNetwork && !config.rustcSandbox.allowNetwork)
      steps.push({ kind: 'set', path: [...rustc, 'allow_network'], value: false });
  }
  if (version < 3) {
    for (const { scope, allowUnsafe } of config.tables) {
      if (allowUnsafe === true && config.permissions(scope).allowExtern)
        steps.push({ kind: 'permit', scope, flag: 'allow_extern' });
    }
  }
  return steps;
}
