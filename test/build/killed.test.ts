import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cackle, check, fixture, short } from '../support/cackle.ts';

// Rule 6.7: what was ended from outside is no fault of the sources, of a held build script least of all, and is not remembered.

/** A program whose build script needs a crate with a build script that is held. */
function project(): string {
  const directory = fixture('held-below-build-script');
  const script = (file: string, text: string): void => {
    writeFileSync(join(directory, file), `#!/bin/sh\n${text}\n`);
    chmodSync(join(directory, file), 0o755);
  };
  const once = (act: string): string =>
    `if [ -e "${directory}/strike" ]; then rm "${directory}/strike"; ${act}; fi`;
  const isScript =
    'case "$*" in *"--crate-name build_script_build"*) case "$CARGO_PKG_NAME" in app)';
  script('rustc-itself', `${isScript} ${once('kill -9 $$')};; esac;; esac\nexec "$@"`);
  script('what-stands-for-it', `${isScript} ${once('kill -9 $PPID')};; esac;; esac\nexec "$@"`);
  const isQuestion = 'case "$* $(readlink /proc/$PPID/exe)" in *-vV*/cackle-shim)';
  script('a-question', `${isQuestion} ${once('kill -9 $PPID')};; esac\nexec "$@"`);
  script('who-answers-it', `${isQuestion} ${once('kill -9 $$')};; esac\nexec "$@"`);
  // Stopped, the engine learns at once that the shim and cargo ended, in any order.
  const untilCargoEnds = 'while grep -q "^State:.[RSD]" /proc/$cargo/status; do sleep 0.05; done';
  script(
    'what-stands-for-it-unseen',
    `${isScript} ${once(`
cargo=$(ps -o ppid= -p $PPID | tr -d " ")
engine=$(ps -o ppid= -p $cargo | tr -d " ")
kill -STOP $engine
kill -9 $PPID
(${untilCargoEnds}; kill -CONT $engine) </dev/null >/dev/null 2>&1 &
true`)};; esac;; esac\nexec "$@"`,
  );
  const ofApp = '[ "$CARGO_PKG_NAME" = app ] &&';
  script('linker', `${ofApp} { ${once('kill -9 $$')}; }\nexec cc "$@"`);
  script(
    'program-of-linker',
    `${ofApp} { ${once('echo "collect2: fatal error: ld terminated with signal 9 [Killed]" >&2; exit 1')}; }\nexec cc "$@"`,
  );
  return directory;
}

const undisturbed = check(fixture('held-below-build-script', { as: 'held-below-undisturbed' }));

test.each([
  'rustc-itself',
  'what-stands-for-it',
  'what-stands-for-it-unseen',
  'a-question',
  'who-answers-it',
  'linker',
  'program-of-linker',
])('%s is killed: no check was made; the next one is as if nothing had been', async (what) => {
  const directory = project();
  const program = join(directory, what);
  const isLinker = what.includes('linker');
  mkdirSync(join(directory, '.cargo'));
  writeFileSync(
    join(directory, '.cargo/config.toml'),
    isLinker ? `[target.'cfg(all())']\nlinker = "${program}"\n` : '',
  );
  const env = isLinker ? {} : { RUSTC_WORKSPACE_WRAPPER: program };
  writeFileSync(join(directory, 'strike'), '');
  const struck = await cackle(['-n', '--path', directory], env);
  expect(existsSync(join(directory, 'strike'))).toBe(false);
  expect(struck.stderr).toContain('the build was disturbed: ');
  expect(struck.stderr).toMatch(/signal|ended without a word/);
  if (what === 'a-question') expect(struck.stderr).toContain('`rustc -vV` ended without a word');
  if (what === 'who-answers-it')
    expect(struck.stderr).toContain('`rustc -vV` was ended by signal 9');
  expect(struck).toMatchObject({ status: 2, stdout: '' });
  const next = await check(directory, [], env);
  expect(next.problems.map(short)).toEqual(['disallowed-api held.build fs']);
  const clean = await undisturbed;
  expect(next.unchecked).toEqual(clean.unchecked);
  expect(next.counts.outputs).toBe(clean.counts.outputs);
});

test('rule 6.7: a question in cargo’s name, which cargo did not ask, disturbs nothing that cargo went on with', async () => {
  const directory = fixture('build-script-and-proc-macro', {
    config: '[pkg.macros]\nallow_proc_macro = true\n',
    as: 'asked-by-another',
  });
  // As any program outside of a sandbox can: with the token that it finds in the environment of a shim.
  writeFileSync(
    join(directory, 'ask.mjs'),
    `import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
const env = new Map(readFileSync('/proc/' + process.argv[2] + '/environ', 'utf8').split('\\0').map((text) => text.split('=')));
const hello = { role: 'rustc', token: env.get('CACKLE_TOKEN'), executable: '/x', cwd: '/', args: ['rustc', '-vV'], env: [] };
const socket = connect(env.get('CACKLE_SOCKET'), () => socket.write(JSON.stringify(hello) + '\\n'));
socket.on('data', () => socket.destroy());
`,
  );
  const program = join(directory, 'asks');
  writeFileSync(
    program,
    `#!/bin/sh\ncase "$CARGO_PKG_NAME $*" in "made "*"--crate-name build_script_build"*) '${process.execPath}' '${directory}/ask.mjs' $PPID;; esac\nexec "$@"\n`,
  );
  chmodSync(program, 0o755);
  const { problems } = await check(directory, [], { RUSTC_WORKSPACE_WRAPPER: program });
  expect(problems.map(short)).toEqual([
    'disallowed-api made.build fs',
    'disallowed-api made.build env',
  ]);
});
