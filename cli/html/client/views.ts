import type { PageChange, PageData, PagePackage, PageProblem } from '../types.ts';
import { button, type Child, count, el } from './dom.ts';
import { code, mark, usageList } from './parts.ts';

/** Returns the problems of the check, and what was not checked. */
export function problemsView(data: PageData): HTMLElement {
  return el(
    'div.page',
    {},
    ...data.unknown.map((text) => el('p.unknown', {}, `not checked: ${text}`)),
    data.problems.length === 0 ? el('p', {}, 'No problems.') : undefined,
    ...data.problems.map((problem) => problemPart(data, problem)),
    ...data.limits.map((text) => el('p.dim', {}, `This page leaves out: ${text}.`)),
  );
}

function problemPart(data: PageData, problem: PageProblem): HTMLElement {
  const { code: name, severity, label, title, usages, advice, output } = problem;
  return el(
    `section.problem.${severity}`,
    {},
    el('h3', {}, el('span.code', {}, `${severity} ${name}`), ' ', el('bdi', {}, label)),
    el('p', {}, el('bdi', {}, title)),
    usages.length === 0 ? undefined : usageList(data, usages, usages.length),
    output === undefined ? undefined : el('pre', { tabindex: 0 }, output),
    advice &&
      el(
        'div',
        {},
        el('p.dim', {}, `to ${advice.verb} it, in cackle.toml:`),
        el('pre', { tabindex: 0 }, advice.text),
      ),
  );
}

/** Returns what is told of a package; `open` shows another one. */
export function packageView(
  data: PageData,
  p: PagePackage,
  open: (index: number) => void,
): HTMLElement {
  const links = (what: string, indexes: readonly number[]): HTMLElement | undefined => {
    if (indexes.length === 0) return undefined;
    const buttons = indexes.flatMap((index): Child[] => {
      const other = data.packages[index];
      return other === undefined ? [] : [button('link', other.label, () => open(index)), ' '];
    });
    return el('p', {}, `${what}: `, ...buttons);
  };
  return el(
    'div',
    {},
    el('h2', { tabindex: -1 }, el('bdi', {}, p.label), ' ', el('span.dim', {}, p.version)),
    el('p.dim', {}, el('bdi', {}, p.source), p.isBuilt ? '' : ', not built for this target'),
    p.description === '' ? undefined : el('p', {}, el('bdi', {}, p.description)),
    links('needs', p.needs),
    links('needed by', p.neededBy),
    el('h3', {}, 'may, by cackle.toml'),
    p.may.length === 0
      ? el('p.dim', {}, 'nothing')
      : el('p', {}, ...p.may.flatMap((text): Child[] => [code(text), ' '])),
    el('h3', {}, 'does'),
    p.facts.length === 0 ? el('p.dim', {}, 'nothing') : undefined,
    ...p.facts.map((fact) =>
      el(
        'section.fact',
        {},
        el(
          'h4',
          {},
          mark(fact.text, data.capabilities[fact.capability]?.danger ?? 'none', fact.allowed),
          fact.count === 0 ? '' : ` ${count(fact.count, 'place')}`,
        ),
        usageList(data, fact.usages, fact.count),
      ),
    ),
  );
}

/** Returns what a change gained. */
export function diffView(data: PageData): HTMLElement {
  const { diff } = data;
  if (diff === undefined) return el('div.page');
  return el(
    'div.page',
    {},
    el('p', {}, el('b', {}, diff.summary)),
    ...diff.unknown.map((text) => el('p.unknown', {}, `not known ${text}`)),
    ...diff.loosened.map((text) => el('p.unknown', {}, text)),
    ...diff.packages.map((change) => changePart(data, change)),
  );
}

function changePart(data: PageData, change: PageChange): HTMLElement {
  const dangerOf = (usages: readonly number[]): number | undefined =>
    data.usages[usages[0] ?? -1]?.capability;
  return el(
    'section.change',
    {},
    el('h3', {}, el('bdi', {}, change.name), ' ', el('span.dim', {}, change.change)),
    ...change.gained.map(({ fact, allowed, opener, count: all, usages }) =>
      el(
        'section.fact',
        {},
        el(
          'h4',
          {},
          'gained ',
          mark(fact, data.capabilities[dangerOf(usages) ?? -1]?.danger ?? 'none', allowed),
          opener,
        ),
        usageList(data, usages, all),
      ),
    ),
    change.lost.length === 0 ? undefined : el('p', {}, `lost: ${change.lost.join(', ')}`),
    ...change.notes.map((text) => el('p.dim', {}, el('bdi', {}, text))),
    change.buildScript === '' ? undefined : patch(change.buildScript),
  );
}

function patch(text: string): HTMLElement {
  const kinds: Record<string, string> = { '+': 'span.line.added', '-': 'span.line.removed' };
  return el(
    'pre.source',
    { tabindex: 0, 'aria-label': 'what changed in the build script' },
    ...text
      .split('\n')
      .flatMap((line): Child[] => [el(kinds[line[0] ?? ''] ?? 'span.line', {}, line), '\n']),
  );
}

/** Returns the whole report for paper: no list scrolls, and each fact has its first places. */
export function printed(data: PageData): HTMLElement {
  const { packages, usages, files } = data;
  const parts = packages
    .filter(({ facts }) => facts.length > 0)
    .map((p) =>
      el(
        'section',
        {},
        el('h3', {}, `${p.label} ${p.version}`),
        el('p', {}, `may: ${p.may.join(', ') || 'nothing'}`),
        ...p.facts.map((fact) => {
          const places = fact.usages.slice(0, 3).flatMap((index) => {
            const [file = -1, line] = usages[index]?.place ?? [];
            return `${files[file]?.name ?? ''}:${line}`;
          });
          const word = fact.allowed ? '' : ' (not allowed)';
          return el(
            'p',
            {},
            `does: ${fact.text}${word}, ${count(fact.count, 'place')} ${places.join(', ')}`,
          );
        }),
      ),
    );
  return el(
    'div.printed',
    { 'aria-hidden': true },
    el('h2', {}, 'Problems'),
    problemsView(data),
    data.diff === undefined ? undefined : el('h2', {}, 'Diff'),
    data.diff === undefined ? undefined : diffView(data),
    el('h2', {}, 'Packages'),
    ...parts,
    el(
      'p',
      {},
      `Nothing is done by: ${packages
        .filter(({ facts }) => facts.length === 0)
        .map(({ label }) => label)
        .join(', ')}`,
    ),
  );
}
