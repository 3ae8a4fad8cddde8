// A plot as a file of its own: with its title, its key and all colours in it.

import { coloursAt } from './colours.js';
import { svg } from './dom.js';

/** What the page's style sheets say of a plot, and a file has to say itself. */
const SAID = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-size', 'font-weight', 'text-anchor'];
const TITLE = 26, ROW = 18, SCALE = 3;

/** @param {import('./plot.js').Plot} plot @returns {string} */
export function plotSVG(plot) {
  return `${new XMLSerializer().serializeToString(drawing(plot))}\n`;
}

/** @param {import('./plot.js').Plot} plot @returns {Promise<Blob>} with three times as many pixels as the SVG has */
export async function plotPNG(plot) {
  const url = URL.createObjectURL(new Blob([plotSVG(plot)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = SCALE * image.width;
    canvas.height = SCALE * image.height;
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => {
      canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/png');
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @param {import('./plot.js').Plot} plot */
function drawing({ element, content, key }) {
  const [, , width, height] = (element.getAttribute('viewBox') ?? '').split(' ').map(Number);
  const rows = [...key.children], { paper, ink } = coloursAt(element);
  const tall = TITLE + height + (key.hidden ? 0 : ROW * rows.length + 8);
  const whole = svg('svg', { width, height: tall, viewBox: `0 ${-TITLE} ${width} ${tall}`, 'font-family': 'sans-serif' },
    svg('title', {}, content?.title ?? ''), svg('rect', { y: -TITLE, width, height: tall, fill: paper }),
    svg('text', { x: width / 2, y: -8, 'text-anchor': 'middle', 'font-size': 14, 'font-weight': 600, fill: ink }, content?.title ?? ''),
    [...element.children].filter((part) => part.tagName !== 'title').map((part) => plain(part)));
  if (!key.hidden) {
    rows.forEach((row, k) => {
      const y = height + ROW * k + 4, line = svg('g', { transform: `translate(48 ${y - 6})` }, [...row.querySelectorAll('path')].map((part) => plain(part)));
      whole.append(line, svg('text', { x: 88, y: y + 4, 'font-size': 12, fill: ink }, row.textContent ?? ''));
    });
  }
  return whole;
}

/** A part that says itself how it looks. @param {Element} part */
function plain(part) {
  const style = getComputedStyle(part), made = svg(part.tagName, {});
  for (const { name, value } of part.attributes) if (name !== 'class' && name !== 'style') made.setAttribute(name, value);
  for (const name of SAID) made.setAttribute(name, style.getPropertyValue(name));
  made.textContent = part.textContent;
  return made;
}
