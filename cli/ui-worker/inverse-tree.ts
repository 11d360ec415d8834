import { addTo } from '../../engine/group-by.ts';
import type { Package, Workspace } from '../../engine/workspace/types.ts';

/** The largest number of lines: nobody reads a longer tree. */
const MAX_LINES = 2000;

/** Returns the dependents of the packages of a label, down to the workspace's own, as `cargo tree --invert` draws them. */
export function inverseTree(workspace: Workspace, label: string, ascii: boolean): string[] {
  const marks = ascii
    ? { branch: '|-- ', last: '`-- ', line: '|   ' }
    : { branch: '├── ', last: '└── ', line: '│   ' };
  const users = new Map<number, [Package, ...Package[]]>();
  for (const p of workspace.packages) for (const on of p.dependencies) addTo(users, on, p);
  const lines: string[] = [];
  const seen = new Set<number>();
  const add = (p: Package, prefix: string): void => {
    const by = users.get(p.index) ?? [];
    const again = seen.has(p.index) && by.length > 0;
    const own = p.isWorkspaceMember ? ' (this workspace)' : '';
    lines.push(`${prefix}${p.name} v${p.version}${own}${again ? ' (*)' : ''}`);
    seen.add(p.index);
    if (again) return;
    // The prefix of this line, with what continues below it instead of its own branch.
    const below = prefix.replace(marks.branch, marks.line).replace(marks.last, '    ');
    by.forEach((user, i) => {
      if (lines.length < MAX_LINES)
        add(user, `${below}${i === by.length - 1 ? marks.last : marks.branch}`);
    });
  };
  for (const p of workspace.packages) if (p.label === label || p.name === label) add(p, '');
  if (lines.length >= MAX_LINES) lines.push('…');
  return lines;
}
