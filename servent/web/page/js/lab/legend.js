// What shapes and colours mean.

import { SERIES_OF } from '../colours.js';
import { h, svg } from '../dom.js';
import { SvgPen } from '../pen.js';
import { outline } from '../shapes.js';
import { t } from '../words.js';

const HOPS = 8;

/** @returns {HTMLElement} */
export function legend() {
  const item = (/** @type {Node} */ sign, /** @type {string} */ text) => h('li', {}, sign, text);
  return h('details', { class: 'lab-legend' }, h('summary', {}, t('lab.legend')),
    h('ul', { 'aria-label': t('lab.legend.hops') }, h('li', {}, node({ fill: 'var(--card)' }), t('lab.legend.unreached')),
      Array.from({ length: HOPS }, (_, k) => item(node({ fill: `var(--hop${k})` }), hop(k)))),
    h('ul', { 'aria-label': t('lab.legend.messages') },
      ['query', 'hit', 'push', 'walker', 'bye'].map((kind) => item(message(kind), t(`lab.legend.${kind}`))),
      item(end('M-5-5 5 5M-5 5 5-5'), t('lab.legend.duplicate')),
      item(end('M5 0a5 5 0 1 1-10 0a5 5 0 1 1 10 0'), t('lab.legend.lost')),
      item(end('M0-6V6'), t('lab.legend.dropped'))),
    h('ul', { 'aria-label': t('lab.legend.nodes') },
      item(sign(svg('rect', { x: -6, y: -6, width: 12, height: 12, class: 'outlined' })), t('lab.legend.holder')),
      item(sign(svg('circle', { r: 4, class: 'outlined' }), svg('circle', { r: 7, class: 'outlined' })), t('lab.legend.asks')),
      item(sign(svg('circle', { r: 7, class: 'outlined', 'stroke-dasharray': '3 2' }), svg('path', { d: 'M-4-4 4 4M-4 4 4-4', class: 'outlined' })), t('lab.legend.away')),
      item(sign(styled(svg('path', { d: 'M-9 0H9', 'stroke-width': 3, 'stroke-dasharray': '5 2' }), 'stroke', `var(--c${SERIES_OF.hit})`)), t('lab.legend.reverse'))));
}

/** @param {number} k */
function hop(k) { return t(k === 0 ? 'lab.legend.source' : k === HOPS - 1 ? 'lab.legend.last' : 'lab.legend.hop', { hop: k }); }

/** @param {{fill: string}} of */
function node({ fill }) { return sign(styled(svg('circle', { r: 7, class: 'outlined' }), 'fill', fill)); }

/** @param {string} kind */
function message(kind) {
  const pen = new SvgPen(20, 20);
  outline(pen, kind, 0, 0, 1, 0, 7);
  return sign(styled(svg('path', { d: pen.path.join('') }), 'fill', `var(--c${SERIES_OF[kind]})`));
}

/** @param {string} d */
function end(d) { return sign(svg('path', { d, class: 'outlined', 'stroke-width': 2.5 })); }

/** @param {...SVGElement} parts */
function sign(...parts) { return svg('svg', { class: 'lab-sign', viewBox: '-10 -10 20 20', 'aria-hidden': 'true' }, ...parts); }

/**
 * @param {SVGElement} element
 * @param {'fill'|'stroke'} property
 * @param {string} value
 */
function styled(element, property, value) {
  element.style[property] = value;
  return element;
}
