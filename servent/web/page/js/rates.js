// How fast something was of late, one figure a second, for as long as the page is open.

const kept = 120, least = 30; // seconds that are kept, and that a curve is wide at least

/** @template K */
export class Rates {
  constructor() {
    /** @type {Map<K, number[]>} */
    this.lists = new Map();
  }

  /**
   * Notes the rates of this second, and forgets what is not named.
   * @param {Iterable<[K, number]>} now
   */
  note(now) {
    const next = new Map();
    for (const [key, rate] of now) next.set(key, [...this.of(key), Math.max(0, rate)].slice(-kept));
    this.lists = next;
  }

  /** Returns the rates of a key, the oldest first. @param {K} key @returns {number[]} */
  of(key) {
    return this.lists.get(key) ?? [];
  }
}

/**
 * The points of a curve, the latest at the right, as an SVG has them.
 * @param {number[]} rates @param {number} width @param {number} height
 */
export function curve(rates, width, height) {
  const top = Math.max(...rates, 1);
  const step = width / (Math.max(rates.length, least) - 1);
  return rates.map((rate, i) => `${round(width - (rates.length - 1 - i) * step)},${round(height - (rate / top) * height)}`).join(' ');
}

/** @param {number} n */
const round = (n) => Math.round(n * 10) / 10;
