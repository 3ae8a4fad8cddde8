// The shared folders, and the form that adds one.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { call, stream } from './calls.js';
import { number, size } from './format.js';
import { inWords } from './errors.js';
import { plain, shown } from './names.js';
import { toast } from './toast.js';
import { confirm } from './confirm.js';
import { isWhole } from './librarymodel.js';

/** @import {Folder, ShareList} from './types.js' */

/** Folders that are being looked through by our asking, whichever tab is shown. @type {Set<string>} */
const busy = new Set();
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * Asks for a folder to be shared or looked through again, which goes on wherever the
 * reader goes, and tells when it is done.
 * @param {'add' | 'rescan'} verb @param {string} path @param {(error: unknown) => boolean} [blame] takes what went wrong, or says that its place is gone
 */
async function look(verb, path, blame = () => false) {
  busy.add(path);
  for (const tell of listeners) tell();
  try {
    await stream('POST', `/api/share/${verb}`, { paths: [path] }, () => {});
    toast(t(`library.done.${verb}`, { path: plain(path, 80) }), 'good');
  } catch (error) {
    if (!blame(error)) toast(inWords(error), 'bad');
  }
  busy.delete(path);
  for (const tell of listeners) tell();
}

export class Folders {
  /** @param {{pick: (path: string) => void, changed: (list?: ShareList) => void}} to */
  constructor(to) {
    this.to = to;
    this.body = h('tbody');
    this.table = h('table', { class: 'cards' }, h('caption', { class: 'unseen' }, t('library.folders')), h('thead', {}, h('tr', {},
      h('th', { scope: 'col' }, t('library.folder')), h('th', { scope: 'col', class: 'figure' }, t('library.column.files')),
      h('th', { scope: 'col', class: 'figure' }, t('library.column.size')), h('th', { scope: 'col' }, h('span', { class: 'unseen' }, t('library.column.acts'))))), this.body);
    this.empty = h('div', { class: 'empty' }, h('h2', {}, t('library.empty')), h('p', {}, t('library.empty.hint')));
    this.element = h('div', { class: 'stack' }, this.form(), this.table, this.empty);
    /** @type {Folder[]} */
    this.list = [];
    this.told = '';
    this.tell = () => { this.show(this.list); this.to.changed(); };
    listeners.add(this.tell);
  }

  close() {
    listeners.delete(this.tell);
  }

  form() {
    const problem = h('p', { class: 'problem small', id: 'path-problem', role: 'alert', hidden: true });
    const refuse = (/** @type {string} */ typed, /** @type {any} */ ...words) => {
      if (!path.isConnected) return false;
      path.value ||= typed;
      fill(problem, words);
      problem.hidden = false;
      path.setAttribute('aria-invalid', 'true');
      path.focus();
      return true;
    };
    const path = h('input', {
      type: 'text', name: 'path', required: true, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'path-hint path-problem',
      input: () => { problem.hidden = true; path.removeAttribute('aria-invalid'); },
    });
    return h('form', {
      class: 'card add',
      submit: (/** @type {Event} */ event) => {
        event.preventDefault();
        const typed = path.value.trim();
        if (!isWhole(typed)) {
          refuse(typed, t('library.add.whole'));
          return;
        }
        path.value = '';
        void look('add', typed.replace(/(?<=.)[/\\]+$/, ''), (error) => refuse(typed, inWords(error)));
      },
    }, h('label', { class: 'field' }, t('library.add'), path), h('button', { class: 'button' }, t('library.add.go')),
    h('p', { class: 'small faint', id: 'path-hint' }, t('library.add.hint')), problem);
  }

  /** @param {Folder[]} folders */
  show(folders) {
    this.list = folders;
    const now = JSON.stringify([folders, [...busy]]);
    if (now === this.told) return;
    this.told = now;
    const focused = document.activeElement?.getAttribute('data-act');
    fill(this.body, folders.map((folder) => this.row(folder)));
    if (focused) /** @type {HTMLElement | null} */ ([...this.body.querySelectorAll('[data-act]')].find((one) => one.getAttribute('data-act') === focused))?.focus();
    this.table.hidden = folders.length === 0;
    this.empty.hidden = folders.some((folder) => folder.files > 0) || folders.length > 1;
  }

  /** @param {Folder} folder */
  row({ path, files, bytes }) {
    const name = plain(path, 80), looking = busy.has(path);
    const button = (/** @type {string} */ act, /** @type {() => void} */ click, kind = 'plain') => {
      const waits = act === 'rescan' && looking;
      return h('button', {
        type: 'button', class: `button ${kind} small`, 'aria-label': waits ? null : t(`library.${act}.of`, { name }), 'data-act': `${act} ${path}`, click, disabled: waits,
      }, waits ? t('library.looking') : t(`library.${act}`));
    };
    return h('tr', {}, h('th', { scope: 'row' }, shown(path, 200)),
      h('td', { class: 'figure', 'data-label': t('library.column.files') }, number(files)),
      h('td', { class: 'figure', 'data-label': t('library.column.size') }, size(bytes)),
      h('td', {}, h('div', { class: 'chips ends' }, button('pick', () => this.to.pick(path), 'quiet'), button('rescan', () => look('rescan', path)), button('remove', () => this.remove(path)))));
  }

  /** @param {string} path */
  async remove(path) {
    const yes = await confirm({ title: t('library.remove.title'), text: [[shown(path, 300)], [t('library.remove.text')]], yes: t('library.remove.yes'), no: t('library.remove.no') });
    if (!yes) return;
    try {
      this.to.changed(await call('POST', '/api/share/remove', { paths: [path] }));
    } catch (error) {
      toast(inWords(error), 'bad');
    }
  }
}
