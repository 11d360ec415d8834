/** The toolchains of rustup on this machine. */
import { execFileSync } from 'node:child_process';

/**
 * One name (for RUSTUP_TOOLCHAIN) for each compiler beside that in use, of those that are installed; none without rustup.
 * @returns {string[]}
 */
export function otherToolchains() {
  const compilers = new Map([[compilerOf(undefined), '']]);
  for (const name of installed()) {
    const compiler = compilerOf(name);
    if (compiler !== undefined && !compilers.has(compiler)) compilers.set(compiler, name);
  }
  return [...compilers.values()].slice(1);
}

/** Names may be followed by remarks in brackets. @returns {string[]} */
function installed() {
  const list = output('rustup', ['toolchain', 'list']) ?? '';
  return list.split('\n').flatMap((line) => line.trim().split(' ')[0] || []);
}

/** What a compiler says it is. @param {string | undefined} toolchain */
const compilerOf = (toolchain) =>
  output('rustc', ['-vV'], toolchain === undefined ? {} : { RUSTUP_TOOLCHAIN: toolchain });

/** Undefined when it fails. @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function output(program, args, env = {}) {
  try {
    return execFileSync(program, args, {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}
