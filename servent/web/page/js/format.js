// Sizes, rates, times and numbers, as the reader's language writes them.

import { language, t } from './words.js';

/** Binary units, as the command prints them; French counts octets. */
const units = language === 'fr' ? ['o', 'Kio', 'Mio', 'Gio', 'Tio', 'Pio'] : ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const space = '\u00a0';

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });

/** A number, its digits grouped. @param {number} n */
export function number(n) {
  return whole.format(n);
}

/** A number with some decimals. @param {number} n @param {number} [decimals] */
export function decimal(n, decimals = 1) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: decimals }).format(n);
}

/** A share of 1 as percent; not 100 % before it is whole. @param {number} share */
export function percent(share) {
  return percents.format(share >= 1 ? 1 : Math.min(Math.max(0, share), 0.99));
}

/** A size: 812 B, 1.4 MiB; one that is not known (negative) is a dash. @param {number} bytes */
export function size(bytes) {
  if (bytes < 0) return '–';
  if (bytes < 1024) return `${whole.format(bytes)}${space}${units[0]}`;
  let value = bytes / 1024, unit = 1;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${tenths.format(value)}${space}${units[unit]}`;
}

/** A size to the byte. @param {number} bytes */
export function bytes(bytes) {
  return bytes < 0 ? '–' : t('bytes', { n: bytes });
}

/** Bytes a second. @param {number} perSecond */
export function rate(perSecond) {
  return `${size(Math.max(0, Math.round(perSecond)))}/s`;
}

/** A span of time by its two largest units; unknown (negative) is a dash. @param {number} seconds */
export function duration(seconds) {
  if (!(seconds >= 0) || seconds === Infinity) return '–';
  if (seconds < 0.9995) return `${whole.format(seconds * 1000)}${space}ms`;
  if (seconds < 9.95) return `${tenths.format(seconds)}${space}s`;
  const all = Math.round(seconds);
  /** @type {[number, string][]} */
  const parts = [[86400, t('unit.day')], [3600, 'h'], [60, 'min'], [1, 's']];
  const first = parts.findIndex(([length]) => all >= length);
  const [length, unit] = parts[first];
  const next = parts[first + 1];
  const rest = next ? Math.floor((all % length) / next[0]) : 0;
  return `${Math.floor(all / length)}${space}${unit}${rest > 0 ? ` ${rest}${space}${next[1]}` : ''}`;
}

/** A day and a time of it. @param {string | number | Date} when */
export function date(when) {
  return dates.format(new Date(when));
}

/** A time of day, with seconds. @param {string | number | Date} when */
export function time(when) {
  return clock.format(new Date(when));
}

/** Some words one after the other: a, b and c. @param {string[]} words */
export function list(words) {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(words);
}
