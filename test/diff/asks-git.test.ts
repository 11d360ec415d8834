import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { noBubblewrap } from '../sandbox/support.ts';
import { workspacePlace } from '../support/cackle.ts';
import { wholeTest } from '../support/whole.ts';
import { commit, diff, gains, git, updates, write } from './support.ts';

/** Prints an instruction for each answer of git, with the answer in the name: names are facts, values are not. */
const script = `use std::process::Command;

fn ask(name: &str, args: &[&str]) {
    let ran = Command::new("git").args(args).output().unwrap();
    let text: String = String::from_utf8_lossy(&ran.stdout)
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    let text = if name == "COMMIT" { String::new() } else { text };
    println!("cargo:rustc-env=ASK_{name}_{}_{text}=1", ran.status.success());
}

fn main() {
    ask("COMMIT", &["rev-parse", "HEAD"]);
    ask("TAG", &["describe", "--tags", "--abbrev=0", "--dirty"]);
    ask("BRANCH", &["rev-parse", "--abbrev-ref", "HEAD"]);
    ask("STATUS", &["status", "--porcelain"]);
    ask("REMOTE", &["config", "remote.origin.url"]);
    ask("LOG", &["log", "-1", "--format=%an"]);
    println!("cargo:rustc-env=ASK_FILE_{}=1", std::path::Path::new(".git/HEAD").exists());
}
`;

/** A repository with a tag, a remote and a second commit, whose build script asks git; `sandbox` is a kind. */
async function asking(as: string, sandbox: string): Promise<string> {
  const directory = await updates(as, {});
  const file = join(directory, 'cackle.toml');
  const config = readFileSync(file, 'utf8').replace('"Disabled"', `"${sandbox}"`);
  const allows =
    '\n[pkg.updates.build]\nallow_apis = ["process", "fs"]\nallow_build_instructions = ["cargo:rustc-env=ASK_*"]\n';
  write(directory, {
    'cackle.toml': `${config}${allows}`,
    'build.rs': script,
    '.gitattributes': '*.txt text\n',
  });
  await git(directory, 'config', 'core.autocrlf', 'input');
  await git(directory, 'config', 'user.name', 'someone');
  await git(directory, 'remote', 'add', 'origin', 'file:///nowhere');
  await commit(directory, 'script');
  await git(directory, 'tag', 'v1');
  await git(directory, 'checkout', '-q', '-b', 'a-branch');
  write(directory, { 'notes.txt': 'one' });
  await commit(directory, 'second');
  return directory;
}

/** What differs between the sides, and what was asked on them. */
async function asked(directory: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { packages, base, head } = await diff(directory, args, env);
  expect([base.unknown, head.unknown]).toEqual([[], []]);
  return packages.flatMap(({ gained, lost }) => [...gained.map(({ fact }) => fact), ...lost]);
}

/** An environment in which a sandbox hides the directory around a workspace, as it does a home. */
function hiding(directory: string): NodeJS.ProcessEnv {
  const cache = join(dirname(directory), 'asks-git-cache');
  mkdirSync(cache, { recursive: true });
  return { TMPDIR: dirname(directory), XDG_CACHE_HOME: cache };
}

test('rule 11.15: git answers alike in a commit, in a copy of the work tree, and in the work tree', async () => {
  const directory = await asking('asks-git', 'Disabled');
  expect(await asked(directory, ['HEAD~1'])).toEqual([]);
  expect(await asked(directory, ['--lock', join(directory, 'Cargo.lock')])).toEqual([]);
  // A work tree with changes is one in its copy, too.
  write(directory, { 'notes.txt': 'two' });
  expect(await asked(directory, ['--update'])).toEqual([]);
  expect(await git(directory, 'status', '--porcelain')).toBe(' M notes.txt\n');
});

test('rule 11.15: git answers alike in a directory that the repository around it ignores', async () => {
  const outer = await asking('asks-git-outer', 'Disabled');
  const inner = join(outer, 'scratch/inner');
  cpSync(await asking('asks-git-inner', 'Disabled'), inner, {
    recursive: true,
    filter: (path) => !/\/(?:\.git|target)$/.test(path),
  });
  writeFileSync(join(outer, '.gitignore'), 'target/\nscratch/\n');
  await commit(outer, 'ignored');
  expect(await asked(inner, ['--lock', join(inner, 'Cargo.lock')])).toEqual([]);
});

wholeTest('rule 11.15: git answers alike in a linked work tree of a shallow clone', async () => {
  const origin = await asking('asks-git-origin', 'Disabled');
  const clone = workspacePlace('asks-git-clone');
  const linked = workspacePlace('asks-git-linked');
  for (const place of [clone, linked]) rmSync(place, { recursive: true, force: true });
  await git(origin, 'clone', '-q', '--depth=2', `file://${origin}`, clone);
  await git(clone, 'worktree', 'add', '-q', '-b', 'linked', linked);
  writeFileSync(join(linked, 'notes.txt'), 'three');
  await commit(linked, 'third');
  expect(await asked(linked, ['HEAD~1'])).toEqual([]);
});

test.skipIf(noBubblewrap !== undefined)(
  'rule 11.15: a sandbox shows of the copy what it shows of the work tree',
  async () => {
    const directory = await asking('asks-git-sandboxed', 'Bubblewrap');
    const env = hiding(directory);
    expect(await asked(directory, ['HEAD~1'], env)).toEqual([]);
    // Its repository lies where the sandbox hides it.
    const linked = workspacePlace('asks-git-sandboxed-linked');
    rmSync(linked, { recursive: true, force: true });
    await git(directory, 'worktree', 'add', '-q', '-b', 'linked', linked);
    expect(await asked(linked, ['HEAD~1'], env)).toEqual([]);
  },
);

test('rule 11.15: one of two comparisons at once waits for the other', async () => {
  const directory = await asking('asks-git-twice', 'Disabled');
  write(directory, { 'src/main.rs': 'fn main() {\n    std::fs::read("x").ok();\n}\n' });
  await commit(directory, 'gain');
  const both = await Promise.all(['HEAD~1', 'HEAD'].map((base) => diff(directory, [base])));
  expect(both.map(gains)).toEqual([{ updates: ['api fs'] }, {}]);
  expect(both.map(({ stderr }) => stderr).join()).toContain('waiting for it');
});
