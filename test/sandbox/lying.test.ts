import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cackle, fixture, type Ran, workspacePlace } from '../support/cackle.ts';
import { fixtures, noBubblewrap } from './support.ts';

const directory = mkdtempSync(join(tmpdir(), 'cackle-test-'));

beforeAll(() => {
  writeFileSync(join(directory, 'secret.txt'), '-T the-secret-word');
  writeFileSync(join(directory, 'empty.c'), '');
  execFileSync('cc', ['-c', 'empty.c'], { cwd: directory });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Checks a workspace whose proc macro `victim` is compiled with the proc macro `evil` in its rustc. */
async function withEvil(mode: string): Promise<Ran & { source: string; answer: string }> {
  const name = `evil-${mode.replace(' ', '-')}`;
  const source = workspacePlace(name);
  const evil = readFileSync(join(fixtures, 'evil.rs'), 'utf8')
    .replaceAll('@MODE@', mode)
    .replaceAll('@SECRET@', join(directory, 'secret.txt'))
    .replaceAll('@EMPTY_OBJECT@', join(source, 'evil/empty.o'))
    .replaceAll('@SOURCE@', source);
  fixture('evil-in-proc-macro', {
    as: name,
    files: { 'evil/src/lib.rs': evil, 'evil/empty.o': readFileSync(join(directory, 'empty.o')) },
  });
  const ran = await cackle(['-n', '--path', source]);
  const file = join(source, 'target/answer.txt');
  return { ...ran, source, answer: existsSync(file) ? readFileSync(file, 'utf8') : '' };
}

describe.skipIf(noBubblewrap !== undefined)(
  'rule 9.9: a proc macro in the sandbox of rustc',
  () => {
    test('cannot put its own file in place of what was linked', async () => {
      const { status, stdout, stderr, source } = await withEvil('overwrite');
      expect(stdout + stderr).toContain('no problems');
      expect(status).toBe(0);
      const deps = join(source, 'target/cackle/deps');
      const linked = readdirSync(deps).find((file) => /^libvictim-.*\.so$/.test(file)) ?? '';
      expect(readFileSync(join(deps, linked)).subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    });

    test('cannot have another link judged in place of the real one', async () => {
      const { status, stderr } = await withEvil('preempt');
      expect(stderr).toContain('was linked already');
      expect(status).toBe(2);
    });

    test.each(['response file', 'symbolic link'])(
      'cannot read through the engine by a %s',
      async (mode) => {
        const { answer, stdout, stderr } = await withEvil(mode);
        expect(answer).toContain('"refuse"');
        expect(answer + stdout + stderr).not.toContain('the-secret-word');
      },
    );

    test('cannot have the engine write elsewhere', async () => {
      const { answer, source } = await withEvil('elsewhere');
      expect(answer).toContain('is not for this rustc to link');
      expect(existsSync(join(source, 'elsewhere.so'))).toBe(false);
    });
  },
);
