import { button, type Child, count, el } from './dom.ts';
import { type Filter, Finder } from './filter.ts';
import { GraphView } from './graph.ts';
import { VirtualList } from './list.ts';
import { code, dangerOf, mark, placeText, readData, usageDetails } from './parts.ts';
import { diffView, packageView, printed, problemsView } from './views.ts';

const data = readData();
const finder = new Finder(data);
document.title = `${data.title}: Cackle`;

const names = ['problems', 'packages', 'usages', 'graph', ...(data.diff ? ['diff'] : [])] as const;
type Tab = 'problems' | 'packages' | 'usages' | 'graph' | 'diff';

const search = el('input', {
  ...{ type: 'search', placeholder: 'search  /', 'aria-label': 'search packages and usages' },
  ...{ autocomplete: 'off', spellcheck: false },
}) as HTMLInputElement;
const refused = el('input', { type: 'checkbox' }) as HTMLInputElement;
const chosen = new Set<number>();
const found = el('span.found', { role: 'status' });

const packageList = new VirtualList('packages', 'package');
const usageRows = new VirtualList('usages', 'usage');
const packageDetail = el('div.detail', { tabindex: 0, role: 'region', 'aria-label': 'package' });
const usageDetail = el('div.detail', { tabindex: 0, role: 'region', 'aria-label': 'usage' });
const graph = new GraphView(data, openPackage);

const panels: Readonly<Record<Tab, HTMLElement>> = {
  problems: el('div', {}, problemsView(data)),
  packages: el('div.split', {}, packageList.element, packageDetail),
  usages: el('div.split', {}, usageRows.element, usageDetail),
  graph: graph.element,
  diff: el('div', {}, diffView(data)),
};
let current: Tab = data.diff ? 'diff' : data.problems.length > 0 ? 'problems' : 'packages';
let shownPackages: number[] = [];
let shownUsages: number[] = [];

const tabs = new Map(
  (names as readonly Tab[]).map((name): [Tab, HTMLElement] => {
    const tab = button('tab', tabText(name), () => openTab(name), {
      ...{ role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}` },
    });
    const panel = panels[name];
    panel.id = `panel-${name}`;
    panel.classList.add('panel');
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', `tab-${name}`);
    return [name, tab];
  }),
);

function tabText(name: Tab): string {
  const counts = {
    problems: data.problems.length,
    packages: data.packages.length,
    usages: data.usages.length,
  };
  return name in counts ? `${name} ${counts[name as keyof typeof counts]}` : name;
}

function filterOf(): Filter {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  return { words, capabilities: chosen, refused: refused.checked };
}

function apply(): void {
  const filter = filterOf();
  shownPackages = finder.packages(filter);
  shownUsages = finder.usages(filter);
  found.textContent = `${count(shownPackages.length, 'package')}, ${count(shownUsages.length, 'usage')}`;
  graph.filter(new Set(shownPackages));
  showList();
}

/** Fills the list of the tab that is open: the other one is filled when it is opened. */
function showList(at = 0): void {
  if (current === 'packages')
    packageList.show(
      {
        length: shownPackages.length,
        row: (index) => packageRow(shownPackages[index] ?? -1),
        selected: (index) => showPackage(shownPackages[index]),
        entered: () => packageDetail.focus(),
      },
      at,
    );
  if (current === 'usages')
    usageRows.show({
      length: shownUsages.length,
      row: (index) => usageRow(shownUsages[index] ?? -1),
      selected: (index) => showUsage(shownUsages[index]),
      entered: () => usageDetail.focus(),
    });
}

function packageRow(index: number): Child[] {
  const p = data.packages[index];
  if (p === undefined) return [];
  return [
    el('div.name', {}, el('bdi', {}, p.label), ' ', el('span.dim', {}, p.version)),
    el(
      'div.marks',
      {},
      ...p.facts.map(({ text, capability, allowed }) =>
        mark(text, data.capabilities[capability]?.danger ?? 'none', allowed),
      ),
    ),
  ];
}

function usageRow(index: number): Child[] {
  const usage = data.usages[index];
  if (usage === undefined) return [];
  const name = data.packages[usage.package]?.label ?? '';
  return [
    el(
      'div.name',
      {},
      el('bdi', {}, name),
      ' ',
      mark(usage.fact, dangerOf(data, usage), usage.allowed),
    ),
    el('div.marks.dim', {}, code(placeText(data, usage.place)), ' ', code(usage.target)),
  ];
}

function showPackage(index: number | undefined): void {
  const p = data.packages[index ?? -1];
  packageDetail.scrollTop = 0;
  packageDetail.replaceChildren(
    p === undefined ? el('p.dim', {}, 'Nothing is found.') : packageView(data, p, openPackage),
  );
}

function showUsage(index: number | undefined): void {
  const usage = data.usages[index ?? -1];
  usageDetail.scrollTop = 0;
  if (usage === undefined) {
    usageDetail.replaceChildren(el('p.dim', {}, 'Nothing is found.'));
    return;
  }
  const p = data.packages[usage.package];
  usageDetail.replaceChildren(
    el(
      'h2',
      {},
      p === undefined ? '' : button('link', p.label, () => openPackage(usage.package)),
      ' ',
      mark(usage.fact, dangerOf(data, usage), usage.allowed),
    ),
    usageDetails(data, usage),
  );
}

function openPackage(index: number): void {
  if (!shownPackages.includes(index)) {
    search.value = '';
    refused.checked = false;
    chosen.clear();
    drawChips();
    apply();
  }
  openTab('packages', shownPackages.indexOf(index));
  packageList.element.focus();
}

function openTab(name: Tab, at = 0): void {
  current = name;
  for (const [other, tab] of tabs) {
    tab.setAttribute('aria-selected', String(other === name));
    tab.tabIndex = other === name ? 0 : -1;
    panels[other].hidden = other !== name;
  }
  filters.hidden = name === 'problems' || name === 'diff';
  showList(at);
}

const chips = el('div.chips', { role: 'group', 'aria-label': 'capabilities' });
function drawChips(): void {
  for (const [index, chip] of [...chips.children].entries())
    chip.setAttribute('aria-pressed', String(chosen.has(index)));
}
for (const [index, { name, danger }] of data.capabilities.entries())
  chips.append(
    button(`chip.mark.${danger}`, name, () => {
      if (!chosen.delete(index)) chosen.add(index);
      drawChips();
      apply();
    }),
  );
drawChips();

const filters = el(
  'div.filters',
  {},
  search,
  chips,
  el('label', {}, refused, ' not allowed'),
  found,
);
const bar = el('div.tabs', { role: 'tablist' }, ...tabs.values());
bar.addEventListener('keydown', (event) => {
  const order = [...tabs.keys()];
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step === undefined) return;
  const to = order[(order.indexOf(current) + step + order.length) % order.length] as Tab;
  openTab(to);
  tabs.get(to)?.focus();
  event.preventDefault();
});
search.addEventListener('input', apply);
refused.addEventListener('change', apply);

/** Leaves where the reader is: a search is cleared, then the list has the keys again. */
function goBack(): void {
  const list = current === 'usages' ? usageRows : packageList;
  if (document.activeElement === search && search.value !== '') {
    search.value = '';
    apply();
  } else if (current === 'packages' || current === 'usages') list.element.focus();
  else tabs.get(current)?.focus();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const isTyping = document.activeElement === search;
  const byNumber = isTyping ? undefined : [...tabs.keys()][Number(event.key) - 1];
  if (event.key === 'Escape') goBack();
  else if (event.key === '/' && !isTyping) {
    if (filters.hidden) openTab('packages');
    search.focus();
    search.select();
  } else if (isTyping && (event.key === 'ArrowDown' || event.key === 'Enter')) escapeToList();
  else if (byNumber !== undefined) {
    openTab(byNumber);
    tabs.get(byNumber)?.focus();
  } else return;
  event.preventDefault();
});

function escapeToList(): void {
  if (current === 'packages') packageList.element.focus();
  if (current === 'usages') usageRows.element.focus();
}

let paper: HTMLElement | undefined;
window.addEventListener('beforeprint', () => {
  paper ??= printed(data);
  document.body.append(paper);
});
window.addEventListener('afterprint', () => paper?.remove());

document.body.append(
  el(
    'header',
    {},
    el('h1', {}, el('bdi', {}, data.title), ' ', el('span.dim', {}, `for ${data.target}`)),
    el('p.summary', {}, data.summary),
    bar,
    filters,
  ),
  el('main', {}, ...[...tabs.keys()].map((name) => panels[name])),
  el(
    'footer',
    {},
    `keys: 1–${tabs.size} tabs · / search · arrows move · Enter details · Escape back · ${data.configFile}`,
  ),
);
apply();
openTab(current);
