import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { suggestionText } from '../../cli/output/observed-text.ts';
import { noBubblewrap } from '../sandbox/support.ts';
import { cackle, check, fixture } from '../support/cackle.ts';
import { noStrace, traced } from './support.ts';

const env = { NEEDED_HERE: '1', NOT_NEEDED_HERE: '2' };

describe.skipIf(noStrace !== undefined || noBubblewrap !== undefined)('--suggest', () => {
  test('rule 14.7: what is needed, no more, proved by a build and written', async () => {
    const directory = fixture('needs-settings');
    const file = join(directory, 'cackle.toml');
    const before = readFileSync(file, 'utf8');
    const told = await traced(directory, ['--suggest', '--write', '--quiet'], env);
    expect(told.suggestion).toMatchObject({
      settings: [
        { who: 'build asker', needs: [{ key: 'pass_env', value: 'NEEDED_HERE' }] },
        { who: 'build nobody', needs: [] },
        { who: 'build writer', needs: [{ key: 'bind_writable', value: 'notes' }] },
        { who: 'rustc', needs: [] },
      ],
      written: true,
    });
    expect(readFileSync(file, 'utf8')).toBe(
      before
        .replace('"Disabled"', '"Bubblewrap"')
        .replace(
          '"net"]\n\n[pkg.asker]',
          '"net"]\nbuild.sandbox.bind_writable = ["notes"]\n\n[pkg.asker]',
        )
        .replace('build.sandbox.allow_network = true', 'build.sandbox.pass_env = ["NEEDED_HERE"]'),
    );
    expect((await check(directory, ['--quiet'], env)).status).toBe(0);
  });

  test('rule 14.7: what no setting gives is told, and nothing is written', async () => {
    const directory = fixture('needs-settings', {
      files: {
        'crates/nobody/build.rs':
          'fn main() {\n    println!("cargo:rustc-env=SAID={}", std::env::var("NEVER_TOLD").unwrap_or_default());\n}\n',
      },
      config:
        '[pkg.writer]\nbuild.allow_apis = ["fs", "net"]\n\n[pkg.asker]\nbuild.allow_apis = ["env"]\nbuild.allow_build_instructions = ["*"]\n\n[pkg.nobody]\nbuild.allow_apis = ["env"]\nbuild.allow_build_instructions = ["*"]\n',
      as: 'needs-what-no-setting-gives',
    });
    const file = join(directory, 'cackle.toml');
    const before = readFileSync(file, 'utf8');
    const { status, stderr } = await cackle(
      ['trace', '--suggest', '--write', '--quiet', '--path', directory],
      { ...env, NEVER_TOLD: 'x' },
    );
    expect(status).toBe(2);
    expect(stderr).toContain('do the same in a sandbox: build nobody\n');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

test('rule 14.7: nothing to write, and settings that nothing needs, are said in words', () => {
  const found = { settings: [{ who: 'build a', needs: [] }], toml: '', runs: 1 };
  const said = (changes: boolean, written: boolean): string | undefined =>
    suggestionText({ ...found, changes, written }).split('\n')[1];
  expect([said(false, false), said(true, false), said(true, true)]).toEqual([
    'cackle.toml needs no settings of sandboxes',
    '--write removes from cackle.toml the settings of these sandboxes, since nothing needs them',
    'removed from cackle.toml: the settings of these sandboxes, since nothing needs them',
  ]);
});
