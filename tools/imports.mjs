// The import graph of engine/ and cli/ as the sources draw it: by room, or as a picture for `npm run imports`.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * What each source file below the given directories imports by a relative path, types too; paths from the repository's root.
 * @param {readonly string[]} [tops]
 * @returns {Map<string, string[]>}
 */
export function importsByFile(tops = ['engine', 'cli']) {
  const graph = new Map();
  for (const top of tops) {
    for (const name of readdirSync(join(root, top), { recursive: true })) {
      const file = join(top, String(name));
      if (!/\.(?:mjs|tsx?)$/.test(file)) continue;
      const text = readFileSync(join(root, file), 'utf8');
      const found = new Set();
      for (const [, from, dynamic] of text.matchAll(/\bfrom '(\.[^']+)'|\bimport\('(\.[^']+)'\)/g))
        found.add(normalize(join(dirname(file), from ?? dynamic ?? '')));
      graph.set(file, [...found].sort());
    }
  }
  return graph;
}

/**
 * The room of a file: its directory below engine/ or cli/, the file itself where it lies right in there.
 * @param {string} file
 */
export function roomOf(file) {
  const parts = file.split('/');
  return parts.length > 2 ? parts.slice(0, 2).join('/') : file;
}

/**
 * Files that import each other in a circle, each circle once.
 * @param {Map<string, string[]>} graph
 * @returns {string[][]}
 */
export function circles(graph) {
  const order = new Map();
  const low = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const found = [];
  const visit = (/** @type {string} */ file) => {
    order.set(file, order.size);
    low.set(file, order.get(file));
    stack.push(file);
    for (const to of graph.get(file) ?? []) {
      if (!graph.has(to)) continue;
      if (!order.has(to)) {
        visit(to);
        low.set(file, Math.min(low.get(file), low.get(to)));
      } else if (stack.includes(to)) low.set(file, Math.min(low.get(file), order.get(to)));
    }
    if (low.get(file) !== order.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}

/**
 * Rooms with what each imports, so ordered that each comes behind all that it imports, as far as there is no circle.
 * @param {Map<string, string[]>} graph
 * @returns {[string, string[]][]}
 */
export function rooms(graph) {
  const imports = new Map();
  for (const [file, targets] of graph) {
    const room = roomOf(file);
    const known = imports.get(room) ?? new Set();
    for (const to of targets) if (roomOf(to) !== room) known.add(roomOf(to));
    imports.set(room, known);
  }
  /** @type {[string, string[]][]} */
  const sorted = [];
  const done = new Set();
  const visit = (/** @type {string} */ room, /** @type {Set<string>} */ above) => {
    if (done.has(room) || above.has(room)) return;
    const targets = [...(imports.get(room) ?? [])].sort();
    for (const to of targets) visit(to, new Set([...above, room]));
    if (done.has(room)) return;
    done.add(room);
    sorted.push([room, targets]);
  };
  for (const room of [...imports.keys()].sort()) visit(room, new Set());
  return sorted;
}

/** A line per room, the ground first; an arrow to what does not stand above it is marked. */
function drawn() {
  const graph = importsByFile();
  const lines = [];
  const above = new Set();
  for (const [room, targets] of rooms(graph)) {
    const marked = targets.map((to) => (above.has(to) ? to : `${to} (BACK)`));
    const files = [...graph.keys()].filter((file) => roomOf(file) === room).length;
    lines.push(`${room}${room.includes('.') ? '' : ` (${files})`}`);
    for (const to of marked) lines.push(`    → ${to}`);
    above.add(room);
  }
  const round = circles(graph);
  lines.push('', round.length === 0 ? 'no circles' : `${round.length} circles:`);
  for (const circle of round) lines.push(`    ${circle.join(' ')}`);
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${drawn()}\n`);
