// Choosing a node of a picture: by pointer, by arrows and Enter, or by typing its label.

/**
 * What a Picker asks of its picture.
 * @typedef {{
 *   places(): {x: Float32Array, y: Float32Array, radius: number},
 *   labels(): string[],
 *   cursor(): number,
 *   move(i: number): void,
 *   choose(i: number): void,
 *   zoom(times: number, x: number, y: number): void,
 *   pan(dx: number, dy: number): void,
 *   whole(): void,
 * }} Pickable
 */

const TYPING = 1200; // ms until what is typed is taken as a label
const DRAGGED = 4; // px

export class Picker {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Pickable} picture
   */
  constructor(canvas, picture) {
    this.canvas = canvas;
    this.picture = picture;
    this.typed = '';
    this.timer = 0;
    /** @type {{x: number, y: number, dragged: boolean}|null} */
    this.press = null;
    this.ending = new AbortController();
    const options = { signal: this.ending.signal };
    canvas.addEventListener('keydown', (e) => this.key(e), options);
    canvas.addEventListener('pointerdown', (e) => this.down(e), options);
    canvas.addEventListener('pointermove', (e) => this.over(e), options);
    canvas.addEventListener('pointerup', (e) => this.up(e), options);
    canvas.addEventListener('pointercancel', () => { this.press = null; }, options);
    canvas.addEventListener('pointerleave', () => { if (!this.press) this.picture.move(-1); }, options);
    canvas.addEventListener('blur', () => this.picture.move(-1), options);
    canvas.addEventListener('wheel', (e) => this.wheel(e), { ...options, passive: false });
  }

  destroy() {
    clearTimeout(this.timer);
    this.ending.abort();
  }

  /** @param {KeyboardEvent} e */
  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const way = ARROWS[e.key];
    if (way) this.picture.move(toward(this.picture.places(), this.picture.cursor(), way));
    else if (e.key === 'Enter' && this.typed) this.find(true);
    else if ((e.key === 'Enter' || e.key === ' ') && this.picture.cursor() >= 0) this.picture.choose(this.picture.cursor());
    else if (e.key === '+' || e.key === '-') this.picture.zoom(e.key === '+' ? 1.25 : 0.8, NaN, NaN);
    else if (e.key === 'Escape' && this.picture.cursor() >= 0) {
      this.picture.move(-1);
      this.picture.whole();
    } else if (/^[0-9]$/.test(e.key)) this.type(e.key);
    else return;
    e.preventDefault();
    e.stopPropagation();
  }

  /** @param {string} digit */
  type(digit) {
    this.typed += digit;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.find(false), TYPING);
  }

  /** @param {boolean} choose */
  find(choose) {
    const i = this.picture.labels().indexOf(this.typed);
    this.typed = '';
    clearTimeout(this.timer);
    if (i < 0) return;
    this.picture.move(i);
    if (choose) this.picture.choose(i);
  }

  /** @param {PointerEvent} e */
  at(e) {
    const box = this.canvas.getBoundingClientRect();
    return nearest(this.picture.places(), e.clientX - box.left, e.clientY - box.top);
  }

  /** @param {PointerEvent} e */
  down(e) { if (e.button === 0) this.press = { x: e.clientX, y: e.clientY, dragged: false }; }

  /** @param {PointerEvent} e */
  over(e) {
    if (!this.press) {
      const i = this.at(e);
      this.canvas.style.cursor = i < 0 ? '' : 'pointer';
      if (e.pointerType === 'mouse') this.picture.move(i);
      return;
    }
    const dx = e.clientX - this.press.x, dy = e.clientY - this.press.y;
    if (!this.press.dragged && Math.hypot(dx, dy) < DRAGGED) return;
    this.press = { x: e.clientX, y: e.clientY, dragged: true };
    this.picture.pan(dx, dy);
  }

  /** @param {PointerEvent} e */
  up(e) {
    const i = this.press && !this.press.dragged ? this.at(e) : -1;
    this.press = null;
    if (i >= 0) this.picture.choose(i);
  }

  /** The wheel alone goes on scrolling the page. @param {WheelEvent} e */
  wheel(e) {
    if (!e.ctrlKey) return;
    e.preventDefault();
    const box = this.canvas.getBoundingClientRect();
    this.picture.zoom(Math.exp(-e.deltaY / 200), e.clientX - box.left, e.clientY - box.top);
  }
}

/** Steps right and down. @type {Record<string, number[]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/**
 * The node under a place, or -1.
 * @param {{x: Float32Array, y: Float32Array, radius: number}} places
 * @param {number} px
 * @param {number} py
 */
export function nearest({ x, y, radius }, px, py) {
  const reach = Math.max(radius + 3, 12);
  let best = -1, shortest = reach * reach;
  for (let i = 0; i < x.length; i++) {
    const d = (x[i] - px) ** 2 + (y[i] - py) ** 2;
    if (d < shortest) [best, shortest] = [i, d];
  }
  return best;
}

/**
 * The node that lies next in a direction; without one to start from, the first.
 * What lies aside counts as twice as far. Where there is none: the same.
 * @param {{x: Float32Array, y: Float32Array}} places
 * @param {number} from
 * @param {number[]} way
 */
export function toward({ x, y }, from, [wx, wy]) {
  if (from < 0) return x.length ? 0 : -1;
  let best = from, shortest = Infinity;
  for (let i = 0; i < x.length; i++) {
    const ahead = (x[i] - x[from]) * wx + (y[i] - y[from]) * wy, aside = Math.abs((x[i] - x[from]) * wy - (y[i] - y[from]) * wx);
    if (i === from || ahead <= 0.5 || aside > 2 * ahead) continue;
    if (ahead + 2 * aside < shortest) [best, shortest] = [i, ahead + 2 * aside];
  }
  return best;
}
