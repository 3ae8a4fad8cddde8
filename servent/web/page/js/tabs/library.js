// What is shared.

import { h, fill } from '../dom.js';
import { t } from '../words.js';
import { said } from '../said.js';
import { call } from '../calls.js';
import { number } from '../format.js';
import { aborted, inWords } from '../errors.js';
import { shown } from '../names.js';
import { SharedFiles } from '../filelist.js';
import { Folders } from '../folderlist.js';
import { hashingBar } from '../hashingbar.js';

/** @import {Context, Repair, ShareList, Status, Tab} from '../types.js' */

const typingPause = 250, renewPause = 2000; // ms

/** @param {HTMLElement} root @param {Context} context @returns {Tab} */
export function open(root, context) {
  const library = new Library();
  fill(root, h('h1', { class: 'unseen' }, t('tab.library')), library.element);
  const status = context.status();
  if (status) library.hear(status);
  const offs = [
    context.on('status', ({ status }) => library.hear(status)),
    context.on('hashing', ({ state, hashing }) => library.hash(state === 'ended' ? undefined : hashing)),
  ];
  void library.renew();
  context.help([[['↑', '↓'], t('library.keys.move')], [['t'], t('library.keys.tag')]]);
  return { close() { for (const off of offs) off(); library.close(); } };
}

class Library {
  constructor() {
    this.timer = 0;
    this.renewAt = 0;
    this.key = '';
    this.closed = false;
    this.folders = new Folders({ pick: (path) => this.pick(path), changed: (list) => (list ? this.take(list) : this.renew()) });
    this.order = h('select', { change: () => this.files.show({ sort: this.order.value, reverse: false }) },
      ['place', 'name', 'size', 'age'].map((sort) => h('option', { value: sort }, t(`library.sort.${sort}`))));
    this.files = new SharedFiles((request) => call('POST', '/api/share/files', request), (view) => { this.order.value = view.sort; });
    this.hashing = hashingBar();
    this.repair = h('div', { class: 'notice warn', role: 'status', hidden: true });
    this.problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    this.problems = h('details', { class: 'card problems', hidden: true });
    this.words = h('input', { type: 'search', autocomplete: 'off', input: () => this.plan(), placeholder: t('library.filter.hint') });
    this.folder = h('select', { change: () => this.files.show({ folder: this.folder.value }) });
    this.filters = h('form', { class: 'row file-filters', role: 'search', 'aria-label': t('library.filter'), submit: (/** @type {Event} */ event) => { event.preventDefault(); this.filter(); } },
      h('label', { class: 'field grow' }, t('library.filter'), this.words), h('label', { class: 'field' }, t('library.folder'), this.folder),
      h('label', { class: 'field' }, t('library.sort'), this.order));
    this.list = h('section', { class: 'stack', 'aria-labelledby': 'files-title', hidden: true }, h('h2', { id: 'files-title' }, t('library.files')), this.filters, this.files.element);
    this.element = h('div', { class: 'stack library' }, this.problem, this.repair,
      h('section', { class: 'stack', 'aria-labelledby': 'folders-title' }, h('h2', { id: 'folders-title' }, t('library.folders')), this.folders.element),
      this.hashing.element, this.problems, this.list);
    this.files.show({});
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.renewAt);
    this.folders.close();
    this.files.close();
  }

  plan() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.filter(), typingPause);
  }

  /** Shows the files with the words that are typed; of what is no word nothing is asked. */
  filter() {
    clearTimeout(this.timer);
    const words = /[\p{L}\p{N}]/u.test(this.words.value) ? this.words.value.trim() : '';
    if (words !== this.files.pages.view.words) this.files.show({ words });
  }

  /** @param {string} path */
  pick(path) {
    this.folder.value = path;
    this.files.show({ folder: path });
    this.folder.focus();
    this.list.scrollIntoView({ block: 'start' });
  }

  /** Asks again for what is shared. */
  async renew() {
    try {
      this.take(await call('GET', '/api/share'));
      this.problem.hidden = true;
    } catch (error) {
      if (aborted(error)) return;
      fill(this.problem, inWords(error));
      this.problem.hidden = false;
    }
  }

  /** @param {ShareList} list */
  take(list) {
    if (this.closed) return;
    this.folders.show(list.folders);
    this.showFolders(list.folders.map((folder) => folder.path));
    this.showRepair(list.repair);
    this.showProblems(list);
    this.list.hidden = list.folders.every((folder) => folder.files === 0);
    this.files.pages.renew();
  }

  /** Takes in how all is: where the number of files has changed, they are asked for again. @param {Status} status */
  hear({ library }) {
    this.hash(library.progress);
    const key = `${library.files} ${library.bytes} ${library.problems}`;
    if (key === this.key || this.renewAt !== 0) return;
    const first = this.key === '';
    this.key = key;
    if (first) return;
    this.renewAt = setTimeout(() => { this.renewAt = 0; void this.renew(); }, renewPause);
  }

  /** @param {import('../types.js').Hashing | undefined} hashing */
  hash(hashing) {
    this.hashing.update(hashing);
  }

  /** @param {string[]} paths */
  showFolders(paths) {
    const chosen = this.files.pages.view.folder;
    if (paths.join('\n') === [...this.folder.options].slice(1).map((one) => one.value).join('\n')) return;
    fill(this.folder, h('option', { value: '' }, t('library.folder.all')), paths.map((path) => h('option', { value: path }, path)));
    this.folder.value = paths.includes(chosen) ? chosen : '';
    if (this.folder.value !== chosen) this.files.show({ folder: '' });
  }

  /** @param {Repair | undefined} repair */
  showRepair(repair) {
    this.repair.hidden = !repair;
    if (!repair) return;
    fill(this.repair, h('p', {}, t('library.repair'), ' ', said(repair.cause, repair.sentence)),
      h('p', {}, t('library.repair.kept', { n: repair.folders, count: repair.folders, folders: number(repair.folders), tags: number(repair.tags) }), ' ',
        repair.set_aside !== '' && [t('library.repair.aside'), ' ', h('code', {}, shown(repair.set_aside, 300))]));
  }

  /** @param {ShareList} list */
  showProblems({ problems, more_problems: more }) {
    const n = problems.length + more;
    this.problems.hidden = n === 0;
    if (n === 0) return;
    fill(this.problems, h('summary', {}, t('library.problems', { n, count: n, files: number(n) })),
      h('ul', {}, problems.slice(0, 200).map(({ path, reason, sentence }) => h('li', {}, shown(path, 200), h('span', { class: 'small faint' }, ' ', said(reason, sentence))))),
      n > 200 && h('p', { class: 'small faint' }, t('library.problems.more', { n: n - 200, count: n - 200, files: number(n - 200) })));
  }
}
