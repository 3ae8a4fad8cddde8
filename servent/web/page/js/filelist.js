// The shared files: a list of which only what can be seen is made.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { bytes, date, number, size } from './format.js';
import { inWords } from './errors.js';
import { plain, shown } from './names.js';
import { magnet } from './magnet.js';
import { copyButton } from './copy.js';
import { say } from './parts.js';
import { Pages, seen } from './librarymodel.js';
import { tagEditor } from './tags.js';

/** @import {FileList, ListedFile} from './types.js' */

const rowsMost = 200_000; // browsers end at some height
const columns = [['name', 'name'], ['size', 'size'], ['age', 'modified'], ['', 'tags']];

export class SharedFiles {
  /**
   * @param {(request: unknown) => Promise<FileList>} fetch
   * @param {(view: import('./librarymodel.js').View) => void} viewed is told which files are shown, and in which order
   */
  constructor(fetch, viewed) {
    this.viewed = viewed;
    this.pages = new Pages(fetch, (error) => this.update(error));
    /** @type {Map<number, {element: HTMLElement, file: ListedFile | undefined, top: number}>} */
    this.rows = new Map();
    this.focused = 0;
    this.frame = 0;
    this.count = h('p', { class: 'files-count small faint', role: 'status' });
    this.problem = h('p', { class: 'problem small', role: 'alert', hidden: true });
    this.heads = columns.map(([sort, name]) => this.columnHead(sort, name));
    this.space = h('div', { class: 'space', role: 'rowgroup' });
    this.head = h('div', { class: 'files-head', role: 'row', 'aria-rowindex': 1 }, this.heads);
    this.view = h('div', {
      class: 'files-view', role: 'grid', 'aria-label': t('library.files'), scroll: () => this.plan(), keydown: (/** @type {KeyboardEvent} */ event) => this.press(event),
    }, this.head, this.space);
    this.grid = h('div', { class: 'files card' }, this.view);
    this.empty = h('div', { class: 'empty', hidden: true });
    this.element = h('div', { class: 'stack' }, this.count, this.problem, this.grid, this.empty);
    this.watch = new ResizeObserver(() => this.plan());
    this.watch.observe(this.view);
  }

  close() {
    this.watch.disconnect();
    cancelAnimationFrame(this.frame);
  }

  /** @param {string} sort @param {string} name */
  columnHead(sort, name) {
    const title = t(`library.column.${name}`);
    const head = h('div', { role: 'columnheader', class: `column-${name}`, 'data-sort': sort }, sort === '' ? title : h('button', {
      type: 'button', click: () => this.sort(sort),
    }, title));
    return head;
  }

  /** @param {string} sort */
  sort(sort) {
    const { view } = this.pages;
    this.show({ sort, reverse: view.sort === sort && !view.reverse });
  }

  /** @param {Partial<import('./librarymodel.js').View>} view */
  show(view) {
    this.focused = 0;
    this.view.scrollTop = 0;
    this.pages.show(view);
    this.viewed(this.pages.view);
    for (const head of this.heads) {
      const is = head.dataset.sort === this.pages.view.sort && head.dataset.sort !== '';
      if (is) head.setAttribute('aria-sort', this.pages.view.reverse ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
  }

  /** Shows what has come, or why it has not. @param {unknown} [error] */
  update(error) {
    this.problem.hidden = !error;
    if (error) fill(this.problem, inWords(error));
    const { total, bytes: sum, view } = this.pages;
    if (total < 0) return;
    const filtered = view.words !== '' || view.folder !== '';
    say(this.count, t(filtered ? 'library.found' : 'library.count', { n: total, count: total, files: number(total), size: size(sum) }));
    this.view.setAttribute('aria-rowcount', String(total + 1));
    this.grid.hidden = total === 0;
    this.empty.hidden = total > 0 || !filtered;
    if (!this.empty.hidden) fill(this.empty, h('h2', {}, t('library.none')), h('p', {}, t('library.none.hint')));
    this.draw();
  }

  plan() {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }

  draw() {
    const total = Math.min(Math.max(0, this.pages.total), rowsMost);
    const row = parseFloat(getComputedStyle(this.view).getPropertyValue('--row')) * parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.space.style.height = `${total * row}px`;
    const [from, to] = seen(this.view.scrollTop, this.view.clientHeight, row, total);
    this.focused = Math.min(this.focused, Math.max(0, total - 1));
    for (const [at, one] of this.rows) {
      const busy = one.element.contains(document.activeElement);
      if ((at < from || at >= to) && !(busy && at < total)) {
        one.element.remove();
        this.rows.delete(at);
      }
    }
    for (let at = from; at < to; at++) this.drawRow(at, at * row);
  }

  /** @param {number} at @param {number} top */
  drawRow(at, top) {
    const file = this.pages.at(at), before = this.rows.get(at);
    const tab = at === this.focused ? 0 : -1;
    if (before && same(before.file, file)) {
      if (before.top !== top) before.element.style.top = `${top}px`;
      before.top = top;
      before.element.tabIndex = tab;
      return;
    }
    if (before?.element.querySelector('input')) return; // a tag is being typed
    const had = before?.element.contains(document.activeElement);
    const element = h('div', { role: 'row', class: 'file', tabindex: tab, 'aria-rowindex': at + 2, 'data-at': at, focusin: () => { this.focused = at; } }, file ? this.cells(file) : h('span', { role: 'gridcell', class: 'faint' }, '…'));
    element.style.top = `${top}px`;
    if (before) before.element.replaceWith(element);
    else this.space.insertBefore(element, this.after(at));
    this.rows.set(at, { element, file: file && { ...file }, top });
    if (had) element.focus();
  }

  /** The row before which the one at a place goes, so that they stand in their order. @param {number} at */
  after(at) {
    let next = /** @type {number | undefined} */ (undefined);
    for (const other of this.rows.keys()) if (other > at && (next === undefined || other < next)) next = other;
    return next === undefined ? null : this.rows.get(next)?.element ?? null;
  }

  /** @param {ListedFile} file */
  cells(file) {
    const where = file.path === '' ? file.folder : `${file.folder}/${file.path}`;
    return [
      h('div', { role: 'gridcell', class: 'column-name' }, h('div', { class: 'file-line' }, shown(file.name, 120)),
        h('div', { class: 'file-line small faint' }, shown(where, 90))),
      h('div', { role: 'gridcell', class: 'column-size figure', title: bytes(file.size) }, size(file.size)),
      h('div', { role: 'gridcell', class: 'column-modified small faint' }, date(file.modified)),
      h('div', { role: 'gridcell', class: 'column-tags' }, tagEditor(file, (files) => this.pages.learn(files)), copyButton(magnet(file), t('library.magnet', { name: plain(file.name, 60) }), t('library.magnet.short'))),
    ];
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const row = event.target;
    if (!(row instanceof HTMLElement) || row.dataset.at === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.view.clientHeight / row.offsetHeight) - 1), last = Math.min(this.pages.total, rowsMost) - 1;
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (by !== undefined) this.go(Math.min(last, Math.max(0, this.focused + by)));
    else if (event.key === 't' || event.key === 'Enter') /** @type {HTMLElement | null} */ (row.querySelector('.tag-add'))?.click();
    else return;
    event.preventDefault();
  }

  /** Goes to the row at a place. @param {number} at */
  go(at) {
    const height = this.rows.values().next().value?.element.offsetHeight ?? 1;
    const top = at * height, { scrollTop, clientHeight } = this.view;
    this.focused = at;
    if (top < scrollTop) this.view.scrollTop = top;
    else if (top + this.head.offsetHeight + height > scrollTop + clientHeight) this.view.scrollTop = top + this.head.offsetHeight + height - clientHeight;
    this.draw();
    this.rows.get(at)?.element.focus({ preventScroll: true });
  }
}

/** @param {ListedFile | undefined} a @param {ListedFile | undefined} b */
function same(a, b) {
  return a === b || (!!a && !!b && a.location === b.location && a.root === b.root && a.size === b.size && a.tags.join('\n') === b.tags.join('\n'));
}
