// Short notes of what was done, or went wrong. What went wrong stays until it is closed.

import { h } from './dom.js';
import { t } from './words.js';
import { icon } from './icons.js';
import { announce } from './announce.js';

const stay = 6000; // ms
const most = 4;

/**
 * @param {string | Node} text @param {'plain' | 'good' | 'warn' | 'bad'} [kind]
 * @param {{label: string, act: () => void}} [action]
 */
export function toast(text, kind = 'plain', action) {
  const place = /** @type {HTMLElement} */ (document.getElementById('toasts'));
  const close = () => note.remove();
  const note = h('div', { class: `toast ${kind}` }, h('span', {}, text),
    action && h('button', { type: 'button', class: 'button quiet small', click: () => { close(); action.act(); } }, action.label),
    h('button', { type: 'button', class: 'button quiet small round', 'aria-label': t('close'), click: close }, icon('close')));
  place.append(note);
  const notes = place.querySelectorAll('.toast');
  if (notes.length > most) notes[0].remove();
  announce(note.querySelector('span').textContent);
  if (kind === 'bad') return;
  let timer = setTimeout(close, stay);
  note.addEventListener('pointerenter', () => clearTimeout(timer));
  note.addEventListener('focusin', () => clearTimeout(timer));
  note.addEventListener('pointerleave', () => (timer = setTimeout(close, stay)));
}
