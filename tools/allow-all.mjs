/** Configurations that hold nothing back, for runs over published programs. Node's built-ins alone. */
import { spawnSync } from 'node:child_process';

/**
 * Returns a cackle.toml for the workspace in `path`, with a table for each package of its lock file. `tableOf` returns the keys of one, by whether
 * the package has a proc macro. Throws an Error with what cargo said.
 *
 * @param {string} path
 * @param {{ apis: readonly string[], flags?: readonly string[], sandbox: string, tableOf: (isMacro: boolean, apis: string) => string }} settings
 */
export function allowAll(path, { apis, flags, sandbox, tableOf }) {
  const args = ['metadata', '--format-version', '1', '--locked'];
  const ran = spawnSync('cargo', args, { cwd: path, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (ran.status !== 0) throw new Error(`cargo ${args.join(' ')} in ${path}: ${ran.stderr.trim()}`);
  /** @type {{ packages: { name: string, targets: { kind: string[] }[] }[] }} */
  const { packages } = JSON.parse(ran.stdout);
  const all = JSON.stringify(apis);
  const names = new Map();
  for (const p of packages) {
    const isMacro = p.targets.some(({ kind }) => kind.includes('proc-macro'));
    names.set(p.name, names.get(p.name) === true || isMacro);
  }
  const common =
    'allow_unsafe = true\nallow_extern = true\nallow_proc_macro = true\nallow_build_instructions = ["cargo:*"]\n';
  const tables = [...names].map(
    ([name, isMacro]) =>
      `\n[pkg.${name}]\n${common}from.build.allow_apis = ${all}\n${tableOf(isMacro, all)}`,
  );
  const built = flags === undefined ? '' : `build_flags = ${JSON.stringify(flags)}\n`;
  return `[common]\nversion = 3\nimport_std = ${all}\n${built}\n[sandbox]\nkind = "${sandbox}"\n${tables.join('')}`;
}
