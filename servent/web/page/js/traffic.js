// Messages a second, by type, from counters that are told again and again. Pure.

/** @import {Traffic as Counters} from './types.js' */

/** Messages a second: those that came, that were sent, and copies of what was known. @typedef {{received: number, sent: number, duplicate: number}} Rates */

/** The series of one type of message, oldest first. @typedef {{type: string, total: Counters, rates: Rates[]}} Series */

/** How many rates are kept of each type: five minutes of seconds. */
export const KEPT = 300;

export class TrafficLog {
  constructor() {
    /** @type {Map<string, Series>} */
    this.series = new Map();
    this.length = 0; // of all series
    this.at = -1;
  }

  /**
   * Takes the counters at a time. Those that went back are of a servent that was
   * started again: what it counted since is taken.
   * @param {number} seconds of whichever clock @param {Counters[]} counters
   */
  take(seconds, counters) {
    const first = this.at < 0, passed = seconds - this.at;
    if (!first && passed <= 0) return;
    this.at = seconds;
    // Of a time without news, as while the page was hidden, the mean is all that is known.
    const slots = first ? 0 : Math.max(1, Math.round(passed));
    this.length = Math.min(KEPT, this.length + slots);
    for (const now of counters) {
      const series = this.of(now, slots);
      if (first) continue;
      const before = series.total.received > now.received || series.total.sent > now.sent ? none(now.type) : series.total;
      const rates = {
        received: (now.received - before.received) / passed, sent: (now.sent - before.sent) / passed,
        duplicate: (now.duplicate - before.duplicate) / passed,
      };
      for (let i = Math.min(slots, KEPT); i > 0; i--) series.rates.push(rates);
    }
    for (const series of this.series.values()) {
      const now = counters.find((c) => c.type === series.type);
      if (now) series.total = now;
      while (series.rates.length < this.length) series.rates.push({ received: 0, sent: 0, duplicate: 0 });
      if (series.rates.length > this.length) series.rates.splice(0, series.rates.length - this.length);
    }
  }

  /** The series of a type; one that is new was silent before. @param {Counters} now @param {number} slots that are about to come @returns {Series} */
  of(now, slots) {
    let series = this.series.get(now.type);
    if (!series) {
      const silent = { received: 0, sent: 0, duplicate: 0 };
      series = { type: now.type, total: this.length > 0 ? none(now.type) : now, rates: Array.from({ length: Math.max(0, this.length - slots) }, () => silent) };
      this.series.set(now.type, series);
    }
    return series;
  }
}

/** @param {string} type @returns {Counters} */
function none(type) {
  return { type, received: 0, sent: 0, fresh: 0, improved: 0, duplicate: 0 };
}

/**
 * A round number above which no rate is: 1, 2 or 5 times a power of ten.
 * @param {number} most
 */
export function ceiling(most) {
  if (!(most > 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((n) => n * power).find((top) => top >= most) ?? 10 * power;
}

/**
 * The points of a line, newest at the right: "x,y x,y …".
 * @param {number[]} values oldest first @param {number} top what the height stands for
 * @param {number} width @param {number} height
 */
export function points(values, top, width, height) {
  const step = width / (KEPT - 1), from = width - (values.length - 1) * step;
  return values.map((value, i) => `${round(from + i * step)},${round(height - (Math.min(value, top) / top) * height)}`).join(' ');
}

/** @param {number} n */
function round(n) {
  return Math.round(n * 100) / 100;
}
