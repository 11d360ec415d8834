import type { PageData } from '../types.ts';
import { button, el, svg } from './dom.ts';

/** The picture of who needs whom, a box for each package in the colour of the most dangerous thing that it does. */
export class GraphView {
  readonly element: HTMLElement;
  private readonly nodes = new Map<number, SVGElement>();
  private readonly edges: { from: number; to: number; line: SVGElement }[] = [];
  private readonly picture: SVGElement;
  private at = 0;
  private zoom = 1;

  private readonly data: PageData;
  private readonly open: (index: number) => void;

  constructor(data: PageData, open: (index: number) => void) {
    this.data = data;
    this.open = open;
    const { width, height, nodes, edges } = data.graph;
    this.picture = svg('svg', {
      ...{ viewBox: `0 0 ${width} ${height}`, tabindex: 0, role: 'group' },
      'aria-label': 'packages; arrows move from one to the next, Enter opens one',
    });
    for (const { from, to, points } of edges) {
      const line = svg('path.edge', { d: curve(points) });
      this.edges.push({ from, to, line });
      this.picture.append(line);
    }
    for (const { package: index, x, y, width: w } of nodes) {
      const p = data.packages[index];
      if (p === undefined) continue;
      const box = svg(
        `g.node.${p.danger}`,
        { transform: `translate(${x - w / 2} ${y - 13})`, role: 'img', 'aria-label': p.label },
        svg('rect', { width: w, height: 26, rx: 5 }),
        svg('text', { x: w / 2, y: 17 }, p.label),
        svg('title', {}, `${p.label} ${p.version}: ${p.facts.map((f) => f.text).join(', ')}`),
      );
      if (p.isMember) box.classList.add('member');
      box.addEventListener('click', () => this.open(index));
      box.addEventListener('mouseenter', () => this.point(index));
      this.nodes.set(index, box);
      this.picture.append(box);
    }
    this.picture.addEventListener('keydown', (event) => this.key(event));
    this.element = el(
      'div.graph',
      {},
      el(
        'div.tools',
        {},
        button('tool', '−', () => this.scale(0.8), { 'aria-label': 'smaller' }),
        button('tool', '+', () => this.scale(1.25), { 'aria-label': 'larger' }),
        this.legend(),
      ),
      nodes.length === 0
        ? el('p', {}, 'There is no picture of this many packages.')
        : el('div.canvas', {}, this.picture),
    );
    this.scale(1);
  }

  /** Dims the packages that a filter does not leave. */
  filter(shown: ReadonlySet<number>): void {
    for (const [index, box] of this.nodes) box.classList.toggle('out', !shown.has(index));
  }

  private legend(): HTMLElement {
    const words = {
      build: 'runs while building',
      net: 'network, programs',
      fs: 'files, own APIs',
      extern: 'extern, instructions',
      env: 'environment',
      unsafe: 'unsafe',
      none: 'nothing',
    };
    return el(
      'span.legend',
      {},
      ...Object.entries(words).map(([danger, text]) => el(`span.mark.${danger}`, {}, text)),
    );
  }

  private scale(by: number): void {
    this.zoom = Math.max(0.2, Math.min(3, this.zoom * by));
    this.picture.setAttribute('width', String(this.data.graph.width * this.zoom));
    this.picture.setAttribute('height', String(this.data.graph.height * this.zoom));
  }

  private point(index: number): void {
    for (const [other, box] of this.nodes) box.classList.toggle('at', other === index);
    for (const { from, to, line } of this.edges)
      line.classList.toggle('at', from === index || to === index);
  }

  private key(event: KeyboardEvent): void {
    const { nodes } = this.data.graph;
    const here = nodes[this.at];
    if (here === undefined) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      this.open(here.package);
      return;
    }
    const [dx, dy] =
      { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ??
      [];
    if (dx === undefined || dy === undefined) return;
    event.preventDefault();
    let best = Number.POSITIVE_INFINITY;
    for (const [index, { x, y }] of nodes.entries()) {
      const along = (x - here.x) * dx + (y - here.y) * dy;
      const beside = Math.abs((x - here.x) * dy) + Math.abs((y - here.y) * dx);
      if (along <= 0 || along + beside * 2 >= best) continue;
      best = along + beside * 2;
      this.at = index;
    }
    const to = nodes[this.at]?.package ?? 0;
    this.point(to);
    this.nodes.get(to)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    this.picture.setAttribute('aria-label', this.data.packages[to]?.label ?? '');
  }
}

/** Returns a line through points, round at its bends. */
function curve(points: readonly number[]): string {
  const at = (index: number): string => `${points[index * 2]} ${points[index * 2 + 1]}`;
  const last = points.length / 2 - 1;
  let path = `M${at(0)}`;
  for (let i = 1; i < last; i++) {
    const x = ((points[i * 2] ?? 0) + (points[i * 2 + 2] ?? 0)) / 2;
    const y = ((points[i * 2 + 1] ?? 0) + (points[i * 2 + 3] ?? 0)) / 2;
    path += `Q${at(i)} ${x} ${y}`;
  }
  return `${path}L${at(last)}`;
}
