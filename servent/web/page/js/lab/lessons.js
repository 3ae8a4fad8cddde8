// The lessons beside the picture: each command can be played, or computed in full.

import { call } from '../calls.js';
import { fill, h } from '../dom.js';
import { inWords } from '../errors.js';
import { recall, remember } from '../store.js';
import { language, t } from '../words.js';
import { Rows } from './rows.js';

export class Lessons {
  /** @param {(request: any) => void} play */
  constructor(play) {
    this.play = play;
    /** @type {any[]} */
    this.lessons = [];
    /** @type {Rows[]} */
    this.rows = [];
    this.choice = h('select', { change: () => this.show(this.choice.selectedIndex) });
    this.text = h('article', { class: 'lab-lesson' });
    this.element = h('div', { class: 'stack' }, h('label', { class: 'field' }, t('lab.lesson'), this.choice), this.text);
  }

  destroy() { for (const rows of this.rows) rows.destroy(); }

  /** Fetches them, once. */
  async load() {
    if (this.lessons.length) return;
    try {
      this.lessons = (await call('GET', `/api/lab/lessons?lang=${encodeURIComponent(language)}`)).lessons;
      fill(this.choice, this.lessons.map((l) => h('option', {}, `${l.number}. ${l.title}`)));
      this.show(Math.min(recall('lab.lesson', 0), this.lessons.length - 1));
    } catch (error) {
      fill(this.text, h('p', { class: 'problem' }, inWords(error)));
    }
  }

  /** @param {number} index */
  show(index) {
    const lesson = this.lessons[index];
    if (!lesson) return;
    remember('lab.lesson', index);
    this.destroy();
    this.rows = [];
    this.choice.selectedIndex = index;
    fill(this.text,
      h('h2', {}, lesson.title), h('p', { class: 'faint small' }, t('lab.lesson.about', { n: lesson.minutes, measures: lesson.measures })),
      h('p', { class: 'lab-question' }, lesson.question),
      h('div', { class: 'notice' }, h('strong', {}, t('lab.lesson.guess')), ` ${lesson.guess}`),
      h('ol', { class: 'lab-steps' }, lesson.steps.map((/** @type {any} */ step) => h('li', {}, h('p', {}, step.what), this.command(step),
        h('details', {}, h('summary', {}, t('lab.lesson.look')), h('ul', {}, step.look.map((/** @type {string} */ look) => h('li', {}, look))))))),
      h('h3', {}, t('lab.lesson.exercise')), h('p', {}, lesson.task),
      h('details', {}, h('summary', {}, t('lab.lesson.answer')), lesson.check.map((/** @type {any} */ c) => this.command(c)), h('p', {}, lesson.answer)));
  }

  /** @param {any} command an api.LabCommand */
  command(command) {
    const rows = new Rows();
    this.rows.push(rows);
    return h('div', { class: 'stack lab-command' }, h('code', { tabindex: 0 }, command.command),
      h('div', { class: 'chips' },
        command.plays && h('button', { type: 'button', class: 'button small', click: () => this.play(command.request) }, t('lab.lesson.play')),
        command.request && h('button', { type: 'button', class: 'button plain small', click: () => rows.compute(command.request) }, t('lab.lesson.compute'))),
      rows.element);
  }
}
