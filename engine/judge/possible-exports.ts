import type { ApiDefinition } from '../config/types.ts';
import type { Problem } from '../problems/kinds.ts';
import { isUnder } from '../rust-paths.ts';
import { reservedCrates } from '../workspace/reserved-crates.ts';
import type { Package, Workspace } from '../workspace/types.ts';
import type { ExportCandidate } from './references.ts';

/** Returns a problem for each possible export that deserves a warning, each once (rule 4.15). */
export function possibleExports(
  found: Iterable<ExportCandidate>,
  workspace: Workspace,
  apis: ReadonlyMap<string, ApiDefinition>,
): Problem[] {
  const seen = new Map<string, Problem>();
  for (const { package: p, api, path, symbol } of newExports(found, workspace, apis))
    seen.set(`${p.name}\0${api}`, {
      kind: 'possible-export',
      packageLabel: p.label,
      packageName: p.name,
      api,
      path,
      symbol,
    });
  return [...seen.values()];
}

/** Returns the possible exports of packages of the tree that are neither included yet nor opted out. */
function newExports(
  found: Iterable<ExportCandidate>,
  workspace: Workspace,
  apis: ReadonlyMap<string, ApiDefinition>,
): {
  readonly package: Package;
  readonly api: string;
  readonly path: string;
  readonly symbol: string;
}[] {
  const suggestions = [];
  for (const { crate, module, symbol } of found) {
    const api = apis.get(module);
    if (api === undefined || reservedCrates.has(crate)) continue;
    const path = `${crate}::${module}`;
    if (isCovered(path, api)) continue;
    for (const index of workspace.byCrateName.get(crate) ?? []) {
      const p = workspace.packages[index];
      if (p === undefined || p.isWorkspaceMember || api.noAutoDetect.includes(p.name)) continue;
      // A definition by the package itself, imported in cackle.toml, covers it already.
      const imported = apis.get(`${p.name}::${module}`);
      if (imported !== undefined && isCovered(path, imported)) continue;
      suggestions.push({ package: p, api: module, path, symbol });
    }
  }
  return suggestions;
}

function isCovered(path: string, { include, exclude }: ApiDefinition): boolean {
  return [...include, ...exclude].some((p) => isUnder(p, path) || isUnder(path, p));
}
