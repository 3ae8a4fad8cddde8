// A small curve of a rate over the last minutes.

import { svg } from './dom.js';
import { t } from './words.js';
import { duration, rate } from './format.js';
import { curve } from './rates.js';

const width = 120, height = 28;

/** Makes a curve, which is empty until it is drawn. */
export function sparkline() {
  const line = svg('polyline', { class: 'line' }), area = svg('polygon', { class: 'area' });
  const picture = svg('svg', { class: 'spark', viewBox: `0 -1 ${width} ${height + 2}`, preserveAspectRatio: 'none', role: 'img' }, area, line);
  /** @param {number[]} rates */
  const draw = (rates) => {
    const points = rates.length > 1 ? curve(rates, width, height) : '';
    picture.toggleAttribute('hidden', points === '');
    if (points === '' || points === line.getAttribute('points')) return;
    line.setAttribute('points', points);
    area.setAttribute('points', `${points} ${width},${height} ${points.split(',')[0]},${height}`);
    picture.setAttribute('aria-label', t('downloads.curve', { time: duration(rates.length), most: rate(Math.max(...rates)) }));
  };
  draw([]);
  return { picture, draw };
}
