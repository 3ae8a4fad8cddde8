// What can be taken home: tables, pictures, traces.

import { COUNTERS } from '../playback.js';

/** @typedef {import('../playback.js').Playback} Playback */

/**
 * Hands a file to the browser.
 * @param {string} name
 * @param {string} type
 * @param {string|Blob} content
 */
export function save(name, type, content) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * Rows as RFC 4180 has them. What a spreadsheet would take for a formula is text.
 * @param {(string|number)[][]} rows
 */
export function csv(rows) {
  return rows.map((row) => row.map((cell) => {
    const text = typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }).join(',')).join('\r\n') + '\r\n';
}

/**
 * Counters of a run, each time that one of them changed.
 * @param {Playback} playback
 * @param {readonly (typeof COUNTERS)[number][]} [counters]
 */
export function countersCSV(playback, counters = COUNTERS) {
  /** @type {(string|number)[][]} */
  const rows = [['strategy', 'time_ms', ...counters]];
  playback.tracks.forEach((track, k) => {
    track.times.forEach((time, i) => {
      if (i > 0 && counters.every((c) => track.sums[c][i] === track.sums[c][i - 1])) return;
      rows.push([playback.run.searches[k].strategy, time, ...counters.map((c) => track.sums[c][i])]);
    });
  });
  return csv(rows);
}
