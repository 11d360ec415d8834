import { expect, test } from 'vitest';
import { bubblewrapCommand } from '../../engine/sandbox/bubblewrap.ts';
import { sandboxEnvironment } from '../../engine/sandbox/environment.ts';
import { type Mount, mountsInOrder } from '../../engine/sandbox/mounts.ts';
import { explainFailure } from '../../engine/sandbox/probe.ts';

const request = {
  bwrap: '/usr/bin/bwrap',
  supported: [],
  allowNetwork: false,
  mounts: [],
  env: new Map([
    ['B', '2'],
    ['A', '1'],
  ]),
  cwd: '/work',
  extraArgs: ['--extra', 'x'],
  command: ['/work/program', '--version'],
};

test('rules 7.1, 7.2: new namespaces, uid and gid 1000, host name, session, empty environment, / read-only', () => {
  expect(bubblewrapCommand(request).join(' ')).toBe(
    '/usr/bin/bwrap --unshare-all --unshare-user --die-with-parent --new-session --cap-drop ALL' +
      ' --uid 1000 --gid 1000 --hostname none --clearenv --ro-bind / / --dev /dev --proc /proc --remount-ro /proc' +
      ' --setenv A 1 --setenv B 2 --extra x --chdir /work -- /work/program --version',
  );
  expect(bubblewrapCommand({ ...request, allowNetwork: true })).toContain('--share-net');
  expect(bubblewrapCommand({ ...request, supported: ['--disable-userns'] })).toContain(
    '--disable-userns',
  );
});

const mount = (access: Mount['access'], path: string): Mount => ({ access, path });

test('mounts: outer directories first, so that a project in the home directory is seen', () => {
  const ordered = mountsInOrder([
    mount('write', '/home/u/p/target/out'),
    mount('read', '/home/u/p'),
    mount('hide', '/home/u'),
    mount('hide', '/tmp'),
  ]);
  expect(ordered.map(({ path }) => path)).toEqual([
    '/tmp',
    '/home/u',
    '/home/u/p',
    '/home/u/p/target/out',
  ]);
});

test("mounts: what is hidden within what is shown stays hidden: Cargo's home in a project", () => {
  const ordered = mountsInOrder([
    mount('read', '/p'),
    mount('hide', '/p/.cargo'),
    mount('read', '/p/.cargo/registry'),
  ]);
  // `/p` itself is read-only already, as all of `/` is.
  expect(ordered).toEqual([mount('hide', '/p/.cargo'), mount('read', '/p/.cargo/registry')]);
});

test('mounts: at one path the user has the say over the defaults, and nobody over what is protected', () => {
  const at = (...accesses: Mount['access'][]) => mountsInOrder(accesses.map((a) => mount(a, '/x')));
  expect(at('user', 'hide', 'read')).toEqual([mount('user', '/x')]);
  expect(at('hide', 'read')).toEqual([]);
  expect(
    mountsInOrder([mount('user', '/x'), mount('user', '/x/s'), mount('protect', '/x/s')]),
  ).toEqual([mount('user', '/x'), mount('protect', '/x/s')]);
  // A directory whose name only begins alike is no parent.
  expect(mountsInOrder([mount('hide', '/a'), mount('hide', '/ab')])).toHaveLength(2);
});

const toolchain = { sysroot: '/opt/rust', cargoHome: '/home/u/.cargo' };
const environment = (env: Record<string, string>, named: string[] = []) =>
  Object.fromEntries(sandboxEnvironment(new Map(Object.entries(env)), named, toolchain));

test("rule 7.4: the environment is cargo's variables and what is named; secrets of cargo's are not passed", () => {
  const env = {
    PATH: '/bin',
    HOME: '/home/u',
    OUT_DIR: '/o',
    DEP_X_Y: '1',
    CARGO_PKG_NAME: 'p',
    CARGO_MAKEFLAGS: '-j',
    NUM_JOBS: '2',
    SSH_AUTH_SOCK: '/s',
    LD_PRELOAD: '/evil.so',
    OUT_DIRECTORY: 'x',
    RUSTC_WRAPPER: '/shim',
    CARGO_REGISTRY_TOKEN: 's',
    CARGO_REGISTRIES_MINE_TOKEN: 's',
    CARGO_REGISTRIES_MINE_SECRET_KEY: 's',
    CARGO_HTTP_PROXY: 'http://u:s@proxy',
    MINE: 'm',
  };
  expect(Object.keys(environment(env)).sort()).toEqual(
    ['CARGO_MAKEFLAGS', 'CARGO_PKG_NAME', 'DEP_X_Y', 'HOME', 'NUM_JOBS', 'OUT_DIR', 'PATH'].sort(),
  );
  expect(environment(env, ['MINE', 'RUSTC_WRAPPER', 'ABSENT'])).toMatchObject({ MINE: 'm' });
  expect(environment(env, ['RUSTC_WRAPPER'])).not.toHaveProperty('RUSTC_WRAPPER');
});

test("rule 7.5: rustup's proxy is bypassed; a rustc of the user's own is kept", () => {
  const rustc = (RUSTC: string) => environment({ RUSTC, PATH: '/bin' }).RUSTC;
  expect(rustc('rustc')).toBe('/opt/rust/bin/rustc');
  expect(rustc('/home/u/.cargo/bin/rustc')).toBe('/opt/rust/bin/rustc');
  expect(rustc('/own/rustc')).toBe('/own/rustc');
  expect(environment({ PATH: '/bin' }).PATH).toBe('/opt/rust/bin:/bin');
});

const free = { limit: 1000, clone: undefined, apparmor: undefined, inContainer: false };

test.each([
  ['switched off', { ...free, limit: 0 }, 'user.max_user_namespaces='],
  ["Debian's switch", { ...free, clone: 0 }, 'kernel.unprivileged_userns_clone=1'],
  ['AppArmor', { ...free, apparmor: 1 }, '/etc/apparmor.d/bwrap'],
  ['a container', { ...free, inContainer: true }, 'seccomp=unconfined'],
  [
    'a container on an AppArmor host',
    { ...free, apparmor: 1, inContainer: true },
    'seccomp=unconfined',
  ],
  ['anything else', free, 'bwrap --unshare-all'],
])('a failing bwrap is explained: %s', (_, facts, help) => {
  const error = explainFailure('bwrap: No permissions to create new namespace', facts);
  expect(error.message).toContain('No permissions to create new namespace');
  expect(error.help).toContain(help);
  // What takes protection away is nothing to paste.
  expect(error.help).not.toContain('Disabled');
});
