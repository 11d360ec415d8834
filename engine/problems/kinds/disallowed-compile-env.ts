import { coversVariable } from '../../config/compile-rules.ts';
import { type DisallowedReads, readsDescriptor } from '../compile-reads.ts';

/** Variables of the environment that a package's code asks for while it is compiled (rule 5.30). */
export interface DisallowedCompileEnv extends DisallowedReads {
  readonly kind: 'disallowed-compile-env';
}

/** A warning: common macros of test libraries ask for variables in the name of whoever calls them. */
export const disallowedCompileEnv = readsDescriptor<DisallowedCompileEnv>({
  code: 'C0604',
  explanation: {
    what: 'Code of a package asks for a variable of the environment while it is compiled (`env!`, `option_env!`), set or not, that neither cargo sets for it nor its own build script. What a macro of another package asks for counts for the package that calls it.',
    why: "The value becomes part of the program: a token of whoever builds it, for example. rustc's sandbox hides variables, but the build that you ship may run without one.",
    example: 'const TOKEN: Option<&str> = option_env!("AWS_SECRET_ACCESS_KEY");',
    settle:
      'If the variable is meant, write its name: `compile.env = ["GIT_HASH"]` in `[pkg.NAME]`, or in its `build` or `test` table when only that scope needs it. This says that the code may ask; under a sandbox, `pass_env` of `[rustc.sandbox]` says that it gets an answer.',
  },
  severity: 'warning',
  setting: 'compile.env',
  group: 'variables read while compiling',
  does: (names, count) => `asks for the variable${count === 1 ? '' : 's'} ${names}`,
  isAllowed: (config, scope, name) =>
    config.permissions(scope).compileEnv.some((rule) => coversVariable(rule, name)),
});
