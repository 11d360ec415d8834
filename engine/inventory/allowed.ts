import { coversFile, coversVariable } from '../config/compile-rules.ts';
import type { Config } from '../config/types.ts';
import type { Fact } from './fact.ts';

/**
 * Does cackle.toml allow a fact to the package that it calls `name`? True for every instruction: a fact leaves out what decides
 * that, see {@link TakenInventory.refusedInstructions}.
 */
export function isAllowed(
  { scope: suffix, kind, name: what }: Fact,
  name: string,
  config: Config,
): boolean {
  const permissions = config.permissions({ package: name, suffix });
  switch (kind) {
    case 'api':
      return permissions.allowApis.has(what);
    case 'unsafe':
      return permissions.allowUnsafe;
    case 'extern':
      return permissions.allowExtern;
    case 'proc-macro':
      return permissions.allowProcMacro;
    case 'build-script':
      return !config.explicitBuildScripts || config.hasBuildSection(name);
    case 'compile-env':
      return permissions.compileEnv.some((rule) => coversVariable(rule, what));
    case 'compile-file':
      return permissions.compileFiles.some((rule) => coversFile(rule, what));
    case 'instruction':
      return true;
  }
}
