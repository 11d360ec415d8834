import type { Config, ScopeSuffix } from '../../engine/config/types.ts';
import { type FactKind, factText } from '../../engine/inventory/fact.ts';

const scopes: readonly ScopeSuffix[] = ['', 'build', 'test', 'from.build', 'from.test'];

/** Returns what cackle.toml allows a package, as facts are written; what a scope inherits from the package is not repeated. */
export function mayOf(config: Config, packageName: string): string[] {
  const texts: string[] = [];
  const seen = new Set<string>();
  for (const scope of scopes) {
    const may = config.permissions({ package: packageName, suffix: scope });
    const add = (kind: FactKind, name = '') => {
      if (seen.has(`${kind}\0${name}`)) return;
      if (scope === '') seen.add(`${kind}\0${name}`);
      texts.push(factText({ scope, kind, name }));
    };
    for (const api of may.allowApis) add('api', api);
    if (may.allowUnsafe) add('unsafe');
    if (may.allowExtern) add('extern');
    for (const rule of may.compileEnv) add('compile-env', rule);
    for (const rule of may.compileFiles) add('compile-file', rule);
    if (may.allowProcMacro && scope === '') add('proc-macro');
    if (scope === 'build') for (const rule of may.allowBuildInstructions) add('instruction', rule);
  }
  return texts;
}
