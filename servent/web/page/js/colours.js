// The colours of pictures and plots: those of base.css, read where they are drawn.

/**
 * @typedef {{ink: string, muted: string, paper: string, link: string, focus: string,
 *   hops: string[], kinds: Record<string, string>, lines: string[], rem: number, font: string}} Colours
 */

const HOPS = ['#440154', '#46327e', '#365c8d', '#277f8e', '#1fa187', '#4ac16d', '#a0da39', '#fde725'];
/** Okabe and Ito, 2008: told apart by those who see fewer colours. */
const SERIES = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#f0e442', '#000000'];

/** Which of the series a kind of message has. @type {Record<string, number>} */
export const SERIES_OF = { query: 0, hit: 4, push: 3, walker: 2, ping: 5, pong: 1, bye: 7 };

/**
 * The colours that hold at an element, in light or dark, as rgb(…).
 * @param {Element} element
 * @returns {Colours}
 */
export function coloursAt(element) {
  // A custom property says light-dark(…); only as a colour of something does it say which.
  const probe = document.createElement('span');
  probe.hidden = true;
  (element.parentElement ?? document.body).append(probe);
  const style = getComputedStyle(probe);
  /** @type {(name: string, or: string) => string} */
  const get = (name, or) => {
    probe.style.color = `var(${name}, ${or})`;
    return style.color;
  };
  const lines = SERIES.map((or, k) => get(`--c${k}`, or));
  const colours = {
    ink: get('--ink', '#16191d'), muted: get('--faint', '#777'), paper: get('--card', '#fff'),
    link: get('--line', '#aaa'), focus: get('--link', '#0072b2'),
    hops: HOPS.map((or, k) => get(`--hop${k}`, or)),
    kinds: Object.fromEntries(Object.entries(SERIES_OF).map(([kind, k]) => [kind, lines[k]])), lines,
    rem: parseFloat(getComputedStyle(document.documentElement).fontSize) || 16,
    font: style.fontFamily || 'sans-serif',
  };
  probe.remove();
  return colours;
}

/**
 * Black or white, whichever is easier to read on a colour.
 * @param {string} colour as #rrggbb, #rgb or rgb(…)
 */
export function inkOn(colour) {
  const [r, g, b] = channels(colour).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}

/**
 * @param {string} colour
 * @returns {number[]} red, green and blue from 0 to 1
 */
function channels(colour) {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour)?.[1];
  if (hex) {
    const width = hex.length / 3;
    return [0, 1, 2].map((k) => parseInt(hex.slice(k * width, (k + 1) * width).repeat(3 - width), 16) / 255);
  }
  const numbers = colour.match(/[\d.]+/g) ?? ['0', '0', '0'];
  return numbers.slice(0, 3).map((n) => Number(n) / 255);
}
