// Messages by type over time: a small chart for each type, with its figures in words.

import { h, svg } from './dom.js';
import { t } from './words.js';
import { KEPT, ceiling, points } from './traffic.js';
import { decimal, number } from './format.js';

/** @import {TrafficLog, Series} from './traffic.js' */

/** The lines of a chart: they differ in dashes as in colour. @type {('received' | 'sent' | 'duplicate')[]} */
const lines = ['received', 'sent', 'duplicate'];
const width = KEPT - 1, height = 60;

/** Makes the panel. @param {TrafficLog} log */
export function trafficPanel(log) {
  const body = h('tbody');
  const empty = h('p', { class: 'faint' }, t('network.traffic.none'));
  const table = h('table', { class: 'cards traffic' }, h('caption', { class: 'unseen' }, t('network.traffic.title')),
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('network.column.type')), h('th', { scope: 'col' }, t('network.column.chart')),
      lines.map((line) => h('th', { scope: 'col', class: 'figure' }, t(`network.${line}`), sample(line))))), body);
  const element = h('div', {}, empty, h('div', { class: 'scroll' }, table));
  /** @type {Map<string, ReturnType<typeof makeRow>>} */
  const rows = new Map();
  const draw = () => {
    empty.hidden = log.series.size > 0;
    table.hidden = log.series.size === 0;
    for (const series of log.series.values()) {
      let row = rows.get(series.type);
      if (!row) {
        row = makeRow(series.type);
        rows.set(series.type, row);
        body.append(row.element);
      }
      row.set(series);
    }
  };
  draw();
  return { element, draw };
}

/** How a line looks. @param {string} line */
function sample(line) {
  return svg('svg', { class: 'sample', viewBox: '0 0 30 6', 'aria-hidden': 'true' }, svg('line', { class: `line ${line}`, x1: 0, x2: 30, y1: 3, y2: 3 }));
}

/** @param {string} type */
function makeRow(type) {
  const drawn = lines.map((line) => svg('polyline', { class: `line ${line}` }));
  const top = h('span', { class: 'top faint', 'aria-hidden': 'true' });
  const picture = svg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img' },
    svg('line', { class: 'base', x1: 0, x2: width, y1: height, y2: height }), svg('line', { class: 'base', x1: 0, x2: width, y1: 0, y2: 0 }), drawn);
  const figures = lines.map((line) => h('td', { class: 'figure', 'data-label': t(`network.${line}`) }));
  const element = h('tr', {}, h('th', { scope: 'row' }, type), h('td', { class: 'plot' }, h('div', {}, picture, top)), figures);
  /** @param {Series} series */
  const set = ({ rates, total }) => {
    const most = ceiling(Math.max(0, ...rates.flatMap((r) => [r.received, r.sent, r.duplicate])));
    const last = rates.slice(-5);
    lines.forEach((line, i) => {
      drawn[i].setAttribute('points', points(rates.map((r) => r[line]), most, width, height));
      const now = last.reduce((sum, r) => sum + r[line], 0) / Math.max(1, last.length);
      figures[i].replaceChildren(h('div', {}, t('network.persecond', { n: decimal(now, now < 10 ? 1 : 0) })),
        h('div', { class: 'small faint' }, t('network.total', { all: number(total[line]) })));
    });
    top.textContent = t('network.persecond', { n: decimal(most) });
    picture.setAttribute('aria-label', t('network.chart.label', { type, most: decimal(Math.max(0, ...rates.map((r) => r.received + r.sent)), 1) }));
  };
  return { element, set };
}
