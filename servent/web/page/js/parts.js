// Parts of rows that change while they are looked at: each is touched only where it differs.

import { h, fill } from './dom.js';

/** Sets the text of an element. @param {HTMLElement} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) fill(element, text);
}

/** Makes a bar that fills up. @param {string} label */
export function bar(label) {
  const filled = h('span');
  const element = h('div', { class: 'bar', role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 }, filled);
  /** @param {number} share of 1; negative: not known @param {string} text */
  const set = (share, text) => {
    const percent = Math.floor(Math.min(1, Math.max(0, share)) * 1000) / 10;
    filled.style.width = `${percent}%`;
    element.classList.toggle('done', share >= 1);
    if (share < 0) element.removeAttribute('aria-valuenow');
    else element.setAttribute('aria-valuenow', String(Math.floor(percent)));
    element.setAttribute('aria-valuetext', text);
  };
  return { element, set };
}

/**
 * Removes the rows that are wanted no more; the focus goes on to the next one.
 * @template {{element: HTMLElement}} R
 * @param {Map<string, R>} rows @param {Iterable<string>} wanted
 */
export function drop(rows, wanted) {
  const keep = new Set(wanted);
  for (const [key, row] of rows) {
    if (keep.has(key)) continue;
    const { element } = row, next = element.nextElementSibling ?? element.previousElementSibling;
    const focused = element.contains(document.activeElement);
    element.remove();
    rows.delete(key);
    if (focused && next instanceof HTMLElement) next.focus();
  }
}

/**
 * Brings the rows of a list into the order of keys. Those that are there stay as they
 * are, and keep the focus, even where they come from another list.
 * @template {{element: HTMLElement}} R
 * @param {HTMLElement} list @param {Map<string, R>} rows @param {string[]} keys @param {(key: string) => R} make
 */
export function place(list, rows, keys, make) {
  const focused = document.activeElement;
  let at = list.firstElementChild;
  for (const key of keys) {
    const row = rows.get(key) ?? make(key);
    rows.set(key, row);
    if (row.element === at) at = at.nextElementSibling;
    else list.insertBefore(row.element, at);
  }
  if (focused instanceof HTMLElement && focused !== document.activeElement && focused.isConnected) focused.focus();
}
