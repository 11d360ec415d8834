import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { BaseSources } from '../../engine/diff/base-sources.ts';
import { packageRoot } from '../../engine/paths.ts';
import type { PackageIdentity } from '../../engine/workspace/package-identity.ts';
import type { Workspace } from '../../engine/workspace/types.ts';
import { workspacePlace } from '../support/cackle.ts';

/** Cargo's home with leaf 1.1.0, which the head has, and leaf 1.0.0, as cargo leaves both; and a repository beside it. */
const top = workspacePlace('base-sources');
const [source, cache, repository] = [
  'home/registry/src/index',
  'home/registry/cache/index',
  'repo',
].map((path) => join(top, path)) as [string, string, string];
const old = { name: 'leaf', version: '1.0.0', source: 'crates.io' };
const archive = 'the archive of leaf 1.0.0';
const checksum = createHash('sha256').update(archive).digest('hex');

const put = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

/** As cargo writes the registry that it takes crates from. */
const [registry] = /^source = "registry.*$/m.exec(
  readFileSync(join(packageRoot(), 'Cargo.lock'), 'utf8'),
) as RegExpExecArray;

const lockWith = (sum: string): string =>
  `version = 4\n\n[[package]]\nname = "leaf"\nversion = "1.0.0"\n${registry}\nchecksum = "${sum}"\n`;

beforeEach(() => {
  rmSync(top, { recursive: true, force: true });
  for (const version of ['1.0.0', '1.1.0']) {
    put(join(source, `leaf-${version}/src/lib.rs`), '');
    put(join(source, `leaf-${version}/.cargo-ok`), '{"v":1}');
  }
  put(join(cache, 'leaf-1.0.0.crate'), archive);
});

interface Asked {
  readonly p?: Partial<PackageIdentity>;
  readonly headIn?: string;
  readonly headSource?: string;
  readonly lock?: string;
  readonly repository?: string;
}

/** Where leaf 1.0.0 is found, and how often the files of the base were written for that. */
async function found(asked: Asked = {}): Promise<[string | undefined, number]> {
  let written = 0;
  const head = {
    packages: [
      {
        ...{ cargoName: 'leaf', version: '1.1.0', source: asked.headSource ?? 'crates.io' },
        directory: asked.headIn ?? join(source, 'leaf-1.1.0'),
      },
    ],
  } as unknown as Workspace;
  const sources = new BaseSources({
    ...{ head, repository: asked.repository ?? repository, lock: asked.lock ?? lockWith(checksum) },
    async files() {
      written++;
      return { top: repository, workspace: repository };
    },
  });
  return [await sources.of({ ...old, ...asked.p }), written];
}

test('rule 11.11: the sources of an older version lie beside those of the head', async () => {
  expect(await found()).toEqual([join(source, 'leaf-1.0.0'), 0]);
});

test.each<[string, Asked, () => void]>([
  ['an archive of another content', {}, () => put(join(cache, 'leaf-1.0.0.crate'), 'another')],
  ['an archive that is gone', {}, () => rmSync(join(cache, 'leaf-1.0.0.crate'))],
  ['another checksum in the lock of the base', { lock: lockWith('0'.repeat(64)) }, () => {}],
  ['no checksum', { lock: '' }, () => {}],
  ['two checksums', { lock: `${lockWith(checksum)}\n${lockWith('1')}` }, () => {}],
  ['what was not unpacked to its end', {}, () => rmSync(join(source, 'leaf-1.0.0/.cargo-ok'))],
  ['a registry in the repository', { repository: top }, () => {}],
  ['a head from another registry', { headSource: 'https://example.org/index' }, () => {}],
  ['a head in a directory of another layout', { headIn: join(source, 'leaf') }, () => {}],
  ['a version that leads elsewhere', { p: { version: '1.0.0/../leaf-1.0.0' } }, () => {}],
  ['a name that leads elsewhere', { p: { name: '../index/leaf' } }, () => {}],
])('rule 11.11: cargo is asked where the sources are after %s', async (_, asked, change) => {
  change();
  // There is no workspace, so cargo knows none.
  expect(await found(asked)).toEqual([undefined, 1]);
});

test('rule 11.11: a package in a directory is found in the files of the commit, and not outside of them', async () => {
  put(join(repository, 'inner/Cargo.toml'), '[package]\nname = "leaf"\nversion = "1.0.0"\n');
  put(join(top, 'outside/Cargo.toml'), '[package]\nname = "leaf"\nversion = "1.0.0"\n');
  expect(await found({ p: { source: 'inner' } })).toEqual([join(repository, 'inner'), 1]);
  expect(await found({ p: { source: 'inner', name: 'other' } })).toEqual([undefined, 1]);
  expect(await found({ p: { source: '../outside' } })).toEqual([undefined, 1]);
  expect(await found({ p: { source: 'nowhere' } })).toEqual([undefined, 1]);
});
