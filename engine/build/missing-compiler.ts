/** What `cc`, `cmake` and compilers of C say when there is none for the target, or only this machine's. */
const said =
  /failed to find tool|ToolNotFound|is `[^`]*(?:cmake|gcc|cc|clang|cl\.exe|xcrun)[^`]*` (?:not )?installed|xcrun|unrecognized command[- ]line option .-(?:arch|mmacosx-version-min)|No CMAKE_[A-Z]+_COMPILER|CMAKE_[A-Z]+_COMPILER not set|is not able to compile a simple test program|unable to (?:find|execute) [^\n]*(?:gcc|clang|cl\.exe)/i;

/**
 * Returns how to go on when a build script failed for want of a C compiler for its target, by the end of its stderr; undefined
 * when that is not why.
 */
export function compilerAdvice(target: string, stderr: string): string | undefined {
  if (!said.test(stderr)) return undefined;
  const variable = `CC_${target.replaceAll(/[-.]/g, '_')}`;
  const [machine = ''] = target.split('-');
  const others = `${variable} names another one`;
  const name = machine === 'i686' ? 'i686' : 'x86-64';
  if (/-windows-gnu$/.test(target) && machine !== 'aarch64')
    return `there is no C compiler for ${target}: \`apt install gcc-mingw-w64-${name}\` brings one, and ${others}, such as \`zig cc -target ${machine}-windows-gnu\``;
  if (target.includes('-apple-'))
    return `there is no C compiler for ${target}: ${others}, such as a script with \`zig cc -target ${machine}-macos\` in it`;
  if (target.includes('-windows-'))
    return `there is no C compiler for ${target}: ${others}, such as \`clang-cl\` with the headers of an SDK; ${machine}-pc-windows-gnu needs none of these`;
  return `there is no C compiler for ${target}: install one, or ${others}`;
}
