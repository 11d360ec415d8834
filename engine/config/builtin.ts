import type { ApiDefinition } from './types.ts';

const definition = (name: string, include: string[], exclude: string[] = []): ApiDefinition => ({
  name,
  include,
  exclude,
  noAutoDetect: [],
});

/** The API definitions that `import_std` offers (rule 2.4), by name. */
export const builtinApis: ReadonlyMap<string, ApiDefinition> = new Map(
  [
    definition('fs', [
      'std::fs',
      'std::os::linux::fs',
      'std::os::unix::fs',
      'std::os::unix::io',
      'std::os::windows::fs',
      'std::os::windows::io',
      'std::os::darwin::fs',
      'std::os::macos::fs',
      'std::os::ios::fs',
      'std::os::wasi::fs',
      'std::os::wasi::io',
      'std::path',
    ]),
    definition('env', ['std::env']),
    definition('net', [
      'std::net',
      'std::os::linux::net',
      // std::os::linux::net re-exports from here.
      'std::os::net::linux_ext',
      'std::os::android::net',
      'std::os::wasi::net',
    ]),
    definition('unix_sockets', ['std::os::unix::net', 'std::os::windows::net']),
    definition(
      'process',
      [
        'std::process',
        'std::os::linux::process',
        'std::os::unix::process',
        'std::os::windows::process',
      ],
      ['std::process::abort', 'std::process::exit'],
    ),
    definition('terminate', ['std::process::abort', 'std::process::exit']),
  ].map((api) => [api.name, api]),
);
