import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../engine/paths.ts';
import { cackle, fixture, type Ran, workspacePlace } from '../support/cackle.ts';
import { whole } from '../support/whole.ts';
import { fixtures, kinds } from './support.ts';

const directory = mkdtempSync(join(tmpdir(), 'cackle-test-'));

beforeAll(() => {
  writeFileSync(join(directory, 'secret.txt'), '-T the-secret-word');
  writeFileSync(join(directory, 'empty.c'), '');
  execFileSync('cc', ['-c', 'empty.c'], { cwd: directory });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const config = readFileSync(
  join(packageRoot(), 'test/fixtures/evil-in-proc-macro/cackle.toml'),
  'utf8',
);

/** Checks a workspace whose proc macro `victim` is compiled with the proc macro `evil` in its rustc. */
async function withEvil(
  mode: string,
  kind: string,
): Promise<Ran & { source: string; answer: string }> {
  const name = `evil-${mode.replace(' ', '-')}-${kind}`;
  const source = workspacePlace(name);
  const evil = readFileSync(join(fixtures, 'evil.rs'), 'utf8')
    .replaceAll('@MODE@', mode)
    .replaceAll('@SECRET@', join(directory, 'secret.txt'))
    .replaceAll('@EMPTY_OBJECT@', join(source, 'evil/empty.o'))
    .replaceAll('@SOURCE@', source);
  fixture('evil-in-proc-macro', {
    as: name,
    files: {
      'evil/src/lib.rs': evil,
      'evil/empty.o': readFileSync(join(directory, 'empty.o')),
      'cackle.toml': config.replace('"Bubblewrap"', `"${kind}"`),
    },
  });
  const ran = await cackle(['-n', '--path', source]);
  const file = join(source, 'target/cackle/deps/answer.txt');
  return { ...ran, source, answer: existsSync(file) ? readFileSync(file, 'utf8') : '' };
}

describe.each(kinds)('rule 9.9: a proc macro in the sandbox of rustc: %s', (kind, missing) => {
  const linked = (source: string): Buffer => {
    const deps = join(source, 'target/cackle/deps');
    const name = readdirSync(deps).find((file) => /^libvictim-.*\.so$/.test(file)) ?? '';
    return readFileSync(join(deps, name)).subarray(0, 4);
  };
  const trying = test.skipIf(missing !== undefined);
  /** Of what the engine refuses, whatever the sandbox is, a sample tries one kind. */
  const tryingOnce = test.runIf(missing === undefined && (whole || kind === 'Bubblewrap'));

  trying('cannot put its own file in place of what was linked', async () => {
    const { status, stdout, stderr, source } = await withEvil('overwrite', kind);
    expect(stdout + stderr).toContain('no problems');
    expect(status).toBe(0);
    expect(linked(source).toString('latin1')).toBe('\x7fELF');
  });

  trying('leaves no process behind that could do so later', async () => {
    const { stdout, stderr, source } = await withEvil('leave behind', kind);
    expect(stdout + stderr).toContain('no problems');
    const began = existsSync(join(source, 'target/cackle/deps/began'));
    expect(began, 'the process ran').toBe(true);
    await new Promise((done) => setTimeout(done, 1500));
    expect(linked(source).toString('latin1')).toBe('\x7fELF');
    expect(existsSync(join(source, 'target/cackle/deps/went-on'))).toBe(false);
  });

  tryingOnce('cannot have another link judged in place of the real one', async () => {
    const { status, stderr } = await withEvil('preempt', kind);
    expect(stderr).toContain('was linked already');
    expect(status).toBe(2);
  });

  tryingOnce.each(['response file', 'symbolic link'])(
    'cannot read through the engine by a %s',
    async (mode) => {
      const { answer, stdout, stderr } = await withEvil(mode, kind);
      expect(answer).toContain('"refuse"');
      expect(answer + stdout + stderr).not.toContain('the-secret-word');
    },
  );

  tryingOnce('cannot have the engine write elsewhere', async () => {
    const { answer, source } = await withEvil('elsewhere', kind);
    expect(answer).toContain('is not for this rustc to link');
    expect(existsSync(join(source, 'elsewhere.so'))).toBe(false);
  });
});
