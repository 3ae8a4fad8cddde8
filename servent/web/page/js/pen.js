// What draws: a canvas's context, or this one, which writes SVG by the same calls.

/**
 * @typedef {Pick<CanvasRenderingContext2D, 'beginPath'|'moveTo'|'lineTo'|'arc'|'rect'|'closePath'|'fill'|'stroke'|
 *   'fillText'|'setLineDash'|'fillStyle'|'strokeStyle'|'lineWidth'|'globalAlpha'|'font'|'textAlign'|'textBaseline'>} Pen
 */

/**
 * Draws many things alike, a few in one path: long paths take browsers far more
 * time than as many short ones.
 * @template T
 * @param {Pen} pen
 * @param {ArrayLike<T>} things
 * @param {(thing: T) => void} add to the path
 * @param {() => void} finish fills or strokes it
 */
export function batches(pen, things, add, finish) {
  for (let k = 0; k < things.length; k += BATCH) {
    pen.beginPath();
    for (let i = k; i < Math.min(k + BATCH, things.length); i++) add(things[i]);
    finish();
  }
}

const BATCH = 48;

/** @implements {Pen} */
export class SvgPen {
  /**
   * @param {number} width
   * @param {number} height
   */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    /** @type {string[]} */
    this.parts = [];
    /** @type {string[]} */
    this.path = [];
    this.dash = '';
    /** @type {string|CanvasGradient|CanvasPattern} */
    this.fillStyle = '#000';
    /** @type {string|CanvasGradient|CanvasPattern} */
    this.strokeStyle = '#000';
    this.lineWidth = 1;
    this.globalAlpha = 1;
    this.font = '12px sans-serif';
    /** @type {CanvasTextAlign} */
    this.textAlign = 'start';
    /** @type {CanvasTextBaseline} */
    this.textBaseline = 'alphabetic';
  }

  beginPath() { this.path = []; }
  closePath() { this.path.push('Z'); }

  /**
   * @param {number} x
   * @param {number} y
   */
  moveTo(x, y) { this.path.push(`M${short(x)} ${short(y)}`); }

  /**
   * @param {number} x
   * @param {number} y
   */
  lineTo(x, y) { this.path.push(`L${short(x)} ${short(y)}`); }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   */
  rect(x, y, width, height) {
    this.path.push(`M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`);
  }

  /**
   * A whole circle, the only arc that pictures have.
   * @param {number} x
   * @param {number} y
   * @param {number} r
   */
  arc(x, y, r) {
    const [d, radius] = [short(2 * r), short(r)];
    this.path.push(`M${short(x + r)} ${short(y)}a${radius} ${radius} 0 1 1 -${d} 0a${radius} ${radius} 0 1 1 ${d} 0Z`);
  }

  /** @param {Iterable<number>} lengths */
  setLineDash(lengths) { this.dash = [...lengths].map(short).join(' '); }

  fill() { this.write(`fill="${escape(this.fillStyle)}"`); }

  stroke() {
    const dash = this.dash ? ` stroke-dasharray="${this.dash}"` : '';
    this.write(`fill="none" stroke="${escape(this.strokeStyle)}" stroke-width="${short(this.lineWidth)}"${dash}`);
  }

  /** @param {string} attributes */
  write(attributes) {
    if (!this.path.length) return;
    const alpha = this.globalAlpha < 1 ? ` opacity="${short(this.globalAlpha)}"` : '';
    this.parts.push(`<path d="${this.path.join('')}" ${attributes}${alpha}/>`);
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y
   */
  fillText(text, x, y) {
    const size = parseFloat(/([\d.]+)px/.exec(this.font)?.[1] ?? '12');
    const anchor = { center: 'middle', right: 'end', end: 'end' }[/** @type {string} */ (this.textAlign)] ?? 'start';
    const drop = { middle: 0.35, top: 0.8, hanging: 0.8 }[/** @type {string} */ (this.textBaseline)] ?? 0;
    this.parts.push(`<text x="${short(x)}" y="${short(y + drop * size)}" font-size="${short(size)}" ` +
      `font-family="sans-serif" text-anchor="${anchor}" fill="${escape(this.fillStyle)}">${escape(text)}</text>`);
  }

  /**
   * @param {string} title
   * @returns {string} the whole file
   */
  toString(title = '') {
    const head = title ? `<title>${escape(title)}</title>` : '';
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${short(this.width)}" height="${short(this.height)}" ` +
      `viewBox="0 0 ${short(this.width)} ${short(this.height)}">${head}${this.parts.join('\n')}</svg>\n`;
  }
}

/** @param {number} value */
function short(value) { return String(Math.round(value * 100) / 100); }

/** @type {Record<string, string>} */
const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Text for XML: what has a meaning there is escaped, what may not be there left out.
 * @param {unknown} text
 */
export function escape(text) {
  return String(text)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"']/g, (c) => ESCAPES[c]);
}
