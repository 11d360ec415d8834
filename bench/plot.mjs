/** Lines over a size, as SVG files beside the report. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/**
 * @typedef {object} Chart
 * @property {string} name of the file
 * @property {string} title
 * @property {string} x @property {string} y labels of the axes, with the unit
 * @property {readonly { x: number, y: number, line: string }[]} points
 */

/** One chart as SVG; each line has its name at its end. @param {Chart} chart @returns {string} */
export function svgOf({ title, x, y, points }) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const sizes = [...new Set(points.map((point) => point.x))].sort((a, b) => a - b);
  const svg = Plot.plot({
    document: /** @type {Document} */ (/** @type {unknown} */ (document)),
    width: 720,
    height: 360,
    marginTop: 40,
    marginRight: 170,
    marginLeft: 50,
    style: { fontFamily: 'sans-serif', fontSize: '12px' },
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
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  // What shows it may be dark.
  svg.setAttribute('style', `${svg.getAttribute('style') ?? ''};background:white;color:black`);
  return `${svg.outerHTML}\n`;
}
