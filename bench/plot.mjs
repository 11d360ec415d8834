/** Lines over a size, and traces of a check, as SVG files beside the report. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/**
 * @typedef {object} Chart
 * @property {string} name of the file
 * @property {string} title
 * @property {string} x @property {string} y labels of the axes, with the unit
 * @property {readonly { x: number, y: number, line: string }[]} points
 */

/**
 * @typedef {object} Lanes what ran side by side, a lane each
 * @property {string} name of the file
 * @property {string} title
 * @property {readonly { lane: string, phase: string, start: number, end: number }[]} events in seconds
 */

/**
 * @typedef {object} Drawn what is used of the DOM's SVGElement
 * @property {(name: string, value: string) => void} setAttribute
 * @property {(name: string) => string | null} getAttribute
 * @property {string} outerHTML
 */

/** One chart as SVG. @param {Chart | Lanes} chart @returns {string} */
export function svgOf(chart) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const common = {
    document: /** @type {Document} */ (/** @type {unknown} */ (document)),
    marginTop: 40,
    style: { fontFamily: 'sans-serif', fontSize: '12px' },
  };
  const drawn = 'events' in chart ? lanes(chart) : lines(chart);
  const svg = /** @type {Drawn} */ (/** @type {unknown} */ (Plot.plot({ ...common, ...drawn })));
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  // What shows it may be dark.
  svg.setAttribute('style', `${svg.getAttribute('style') ?? ''};background:white;color:black`);
  return `${svg.outerHTML}\n`;
}

/** Each line has its name at its end. @param {Chart} chart @returns {Plot.PlotOptions} */
function lines({ title, x, y, points }) {
  const sizes = [...new Set(points.map((point) => point.x))].sort((a, b) => a - b);
  return {
    width: 720,
    height: 360,
    marginRight: 170,
    marginLeft: 50,
    x: { label: x, ticks: sizes, tickFormat: (/** @type {number} */ n) => String(n) },
    y: { label: y, grid: true, zero: true, nice: true },
    marks: [
      Plot.ruleY([0]),
      Plot.lineY(points, { x: 'x', y: 'y', stroke: 'line', marker: true }),
      Plot.text(
        points,
        Plot.selectLast({ x: 'x', y: 'y', z: 'line', text: 'line', dx: 8, textAnchor: 'start' }),
      ),
      Plot.text([title], { frameAnchor: 'top', dy: -30, fontWeight: 'bold' }),
    ],
  };
}

/** The phases have their colours in the order of a check. @param {Lanes} chart @returns {Plot.PlotOptions} */
function lanes({ title, events }) {
  const names = [...new Set(events.map(({ lane }) => lane))].sort();
  const order = ['metadata', 'build', 'cargo', 'extract', 'scan', 'store', 'join', 'judge'];
  const phases = [...order, 'report'].filter((phase) => events.some((e) => e.phase === phase));
  return {
    width: 960,
    height: 90 + 22 * names.length,
    marginLeft: 110,
    marginRight: 100,
    x: { label: 'seconds', grid: true },
    y: { label: null, domain: names },
    color: { domain: phases, scheme: 'Tableau10' },
    marks: [
      Plot.barX(events, {
        x1: 'start',
        x2: 'end',
        y: 'lane',
        fill: 'phase',
        inset: 1,
        insetLeft: 0,
        insetRight: 0,
      }),
      ...phases.map((phase, i) =>
        Plot.text([phase], {
          frameAnchor: 'top-right',
          fill: [phase],
          dx: 8,
          dy: 16 * i,
          textAnchor: 'start',
        }),
      ),
      Plot.text([title], { frameAnchor: 'top', dy: -30, fontWeight: 'bold' }),
    ],
  };
}
