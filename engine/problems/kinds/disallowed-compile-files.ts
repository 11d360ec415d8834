import { coversFile } from '../../config/compile-rules.ts';
import { type DisallowedReads, readsDescriptor } from '../compile-reads.ts';

/** Files outside of the package that its code reads while it is compiled (rule 5.29). */
export interface DisallowedCompileFiles extends DisallowedReads {
  readonly kind: 'disallowed-compile-files';
}

/** An error: what a dependency reads of the machine that builds it goes into the program, for whoever runs it. */
export const disallowedCompileFiles = readsDescriptor<DisallowedCompileFiles>({
  code: 'C0203',
  explanation: {
    what: 'Code of a package reads a file while it is compiled (`include_str!`, `include_bytes!`, `include!`, `#[path]`, a file that a macro has tracked) that lies outside of the package and of the OUT_DIR of its build script, be it behind a symbolic link. For a member of the workspace, all of the workspace counts as its own, but for the target directory.',
    why: 'The content of the file becomes part of the program: keys and passwords of whoever builds it, which code that may use the network can send away later, without any permission for files. Or it is code that nobody published with the package. A published package has no reason for it.',
    example: 'const KEY: &str = include_str!("/home/you/.ssh/id_ed25519");',
    settle:
      "Look at the place. If the file is meant, write its name as the report has it: `compile.files` in `[pkg.NAME]`, or in its `build` or `test` table when only that scope needs it. A name is relative to the package's directory, or begins with `~/` or `/`; that of a directory allows all below it. Where the sandbox of rustc hides the file, the code does not compile; the rule shows it to the package, and to the proc macros that its code calls.",
  },
  severity: 'error',
  setting: 'compile.files',
  group: 'files read while compiling',
  does: (names) => `reads ${names} outside of the package`,
  isAllowed: (config, scope, name) =>
    config.permissions(scope).compileFiles.some((rule) => coversFile(rule, name)),
});
