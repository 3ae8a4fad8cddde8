// A QR code, as the servent tells it.

import { svg } from './dom.js';

/** The light frame around a QR code, in modules. Source: ISO/IEC 18004 §5.3.8. */
const quiet = 4;

/**
 * Draws a code from its rows of 0 and 1: dark on light, in the dark too, for scanners.
 * @param {string[]} rows @param {string} label
 */
export function qrCode(rows, label) {
  const size = rows.length + 2 * quiet;
  let path = '';
  rows.forEach((row, y) => {
    for (const run of row.matchAll(/1+/g)) path += `M${run.index + quiet} ${y + quiet}h${run[0].length}v1h-${run[0].length}z`;
  });
  return svg('svg', { class: 'qr', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges' },
    svg('rect', { width: size, height: size, fill: '#fff' }), svg('path', { d: path, fill: '#000' }));
}
