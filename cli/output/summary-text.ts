import type {
  GrantedPermission,
  PackagePermissions,
  PermissionSummary,
} from '../../engine/commands/summary.ts';
import { addTo } from '../../engine/group-by.ts';
import { printable } from './printable.ts';

/** The parts of a summary (rule 6.4); all false means by package, with the counts. */
export interface SummaryParts {
  readonly byPackage: boolean;
  readonly byPermission: boolean;
  readonly impureProcMacros: boolean;
  readonly counts: boolean;
  readonly headers: boolean;
}

/** Numbers of a summary. */
export interface SummaryCounts {
  readonly packages: number;
  readonly withoutPermissions: number;
  readonly procMacros: number;
  readonly impureProcMacros: number;
  readonly buildScripts: number;
  /** Number of packages that have each permission in some scope. */
  readonly byPermission: Readonly<Record<string, number>>;
}

/** Returns a permission without its scope, for people: `fs`, `unsafe`, `build instruction cargo:rustc-link-*`. */
export function permissionName({ kind, name }: GrantedPermission): string {
  switch (kind) {
    case 'api':
      return name ?? '';
    case 'build-instruction':
      return `build instruction ${name ?? ''}`;
    case 'compile-env':
      return `compile.env ${name ?? ''}`;
    case 'compile-file':
      return `compile.files ${name ?? ''}`;
    case 'proc-macro':
      return 'proc macro';
    default:
      return kind;
  }
}

const scoped = (permission: GrantedPermission): string =>
  permission.scope === 'pkg'
    ? permissionName(permission)
    : `${permissionName(permission)} (${permission.scope})`;

/** Returns the proc macros with further permissions, which they use on the machine that compiles. */
export function impureProcMacros(summary: PermissionSummary): PackagePermissions[] {
  return summary.packages.filter(
    (p) =>
      p.isProcMacro &&
      p.permissions.some(({ scope, kind }) => scope === 'pkg' && kind !== 'proc-macro'),
  );
}

/** Returns the packages by permission, each with its scope if that is narrower than the package. */
export function byPermission(summary: PermissionSummary): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, [string, ...string[]]>();
  for (const p of summary.packages) {
    for (const permission of p.permissions) {
      const key = permissionName(permission);
      const holder = permission.scope === 'pkg' ? p.name : `${p.name} (${permission.scope})`;
      addTo(holders, key, holder);
    }
  }
  return new Map([...holders].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Returns the counts over all packages of the tree. */
export function countsOf(summary: PermissionSummary): SummaryCounts {
  const { packages } = summary;
  const byName = new Map<string, number>();
  for (const p of packages) {
    for (const name of new Set(p.permissions.map(permissionName)))
      byName.set(name, (byName.get(name) ?? 0) + 1);
  }
  return {
    packages: packages.length,
    withoutPermissions: packages.filter((p) => p.permissions.length === 0).length,
    procMacros: packages.filter((p) => p.isProcMacro).length,
    impureProcMacros: impureProcMacros(summary).length,
    buildScripts: packages.filter((p) => p.hasBuildScript).length,
    byPermission: Object.fromEntries([...byName].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Returns the summary as text, one item a line. */
export function renderSummary(summary: PermissionSummary, parts: SummaryParts): string {
  const none = !parts.byPackage && !parts.byPermission && !parts.impureProcMacros && !parts.counts;
  const sections: { title: string; lines: string[] }[] = [];
  if (summary.gatesOnly)
    sections.push({
      title: 'What is judged',
      lines: [
        'what runs while cargo builds, and no program, library or test (gates_only = true in cackle.toml)',
      ],
    });
  if (parts.byPackage || none) {
    const withAny = summary.packages.filter((p) => p.permissions.length > 0);
    sections.push({
      title: 'Permissions by package',
      lines: withAny.map((p) => `${p.name}: ${p.permissions.map(scoped).join(', ')}`),
    });
  }
  const opening = summary.packages.filter(({ opens }) => opens !== undefined);
  if ((parts.byPackage || none) && opening.length > 0)
    sections.push({
      title: "Proc macros that open rustc's sandbox",
      lines: opening.map(opensText),
    });
  if (parts.byPermission) {
    sections.push({
      title: 'Packages by permission',
      lines: [...byPermission(summary)].map(([name, holders]) => `${name}: ${holders.join(', ')}`),
    });
  }
  if (parts.impureProcMacros) {
    sections.push({
      title: 'Proc macros with further permissions',
      lines: impureProcMacros(summary).map(
        (p) =>
          `${p.name}: ${p.permissions
            .filter(({ kind }) => kind !== 'proc-macro')
            .map(scoped)
            .join(', ')}`,
      ),
    });
  }
  if (parts.counts || none)
    sections.push({ title: 'Counts', lines: countLines(countsOf(summary)) });
  const headers = parts.headers || sections.length > 1;
  return sections
    .map(({ title, lines }) =>
      [...(headers ? [title] : []), ...(lines.length > 0 ? lines : ['none'])]
        .map((line, i) => `${headers && i > 0 ? '  ' : ''}${printable(line)}\n`)
        .join(''),
    )
    .join('\n');
}

function opensText({ name, opens }: PackagePermissions): string {
  const what = [
    ...(opens?.network === true ? ['network'] : []),
    ...(opens?.readable ?? []).map((path) => `read ${path}`),
    ...(opens?.writable ?? []).map((path) => `write to ${path}`),
    ...(opens?.variables ?? []).map((variable) => `variable ${variable}`),
    ...(opens?.arguments ?? []).map((argument) => `with ${argument}`),
  ];
  const units = opens?.for.length === 0 ? 'nothing needs it' : opens?.for.join(', ');
  return `${name}: ${what.join(', ')}; in the units of: ${units}`;
}

function countLines(counts: SummaryCounts): string[] {
  return [
    `packages: ${counts.packages}`,
    `packages without permissions: ${counts.withoutPermissions}`,
    `proc macros: ${counts.procMacros}, ${counts.impureProcMacros} of them with further permissions`,
    `packages with a build script: ${counts.buildScripts}`,
    ...Object.entries(counts.byPermission).map(([name, count]) => `${name}: ${count}`),
  ];
}

/** Returns the JSON output of `summary`, which docs/json.md describes. */
export function summaryJson(summary: PermissionSummary, parts: SummaryParts): object {
  const all = !parts.byPackage && !parts.byPermission && !parts.impureProcMacros && !parts.counts;
  return {
    schemaVersion: 1,
    workspaceRoot: summary.workspaceRoot,
    configFile: summary.configFile,
    gatesOnly: summary.gatesOnly,
    ...(all || parts.byPackage ? { packages: summary.packages } : {}),
    ...(all || parts.byPermission
      ? { permissions: Object.fromEntries(byPermission(summary)) }
      : {}),
    ...(all || parts.impureProcMacros
      ? { impureProcMacros: impureProcMacros(summary).map(({ name }) => name) }
      : {}),
    ...(all || parts.counts ? { counts: countsOf(summary) } : {}),
  };
}
