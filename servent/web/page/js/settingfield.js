// One setting of the servent: its value, where it is from, and when another holds.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { call } from './calls.js';
import { inWords } from './errors.js';
import { announce } from './announce.js';
import { rate } from './format.js';
import { shown } from './names.js';

/** @import {Setting, Settings} from './types.js' */

/** The settings by what a request calls them. @type {Record<string, 'network' | 'up' | 'down' | 'downloads'>} */
const names = { network: 'network', 'up.up': 'up', 'up.down': 'down', 'up.downloads': 'downloads' };

/**
 * Makes the form of a setting.
 * @param {Setting} first @param {(settings: Settings) => void} changed takes all settings once one was saved
 */
export function settingField(first, changed) {
  const name = names[first.key];
  const id = `setting-${name}`;
  let now = first;
  let typed = false; // and not saved: another setting that is saved leaves it alone
  const field = h('input', { id, class: name === 'downloads' ? 'mono' : null, type: 'text', placeholder: name === 'up' || name === 'down' ? t('settings.nolimit') : null, input: () => edit(), autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', 'aria-describedby': `${id}-hint ${id}-now ${id}-said` });
  const origin = h('p', { id: `${id}-now`, class: 'small' }), said = h('p', { id: `${id}-said`, class: 'small', role: 'status' });
  const save = h('button', { class: 'button plain' }, t('settings.save'));
  const shows = () => (now.live ? now.value : now.next);
  const edit = () => {
    typed = true;
    save.classList.toggle('plain', field.value.trim() === shows());
    field.removeAttribute('aria-invalid');
    fill(said);
  };
  const back = h('button', { type: 'button', class: 'button quiet', click: () => void send('') }, t('settings.back'));
  /** @param {string} text */
  const send = async (text) => {
    field.removeAttribute('aria-invalid');
    fill(said);
    try {
      const settings = await call('POST', '/api/settings', { [name]: text });
      said.className = 'small';
      typed = false;
      changed(settings);
      fill(said, now.live ? t('settings.saved.now') : t('settings.saved.start'));
      announce(said.textContent ?? '');
    } catch (error) {
      said.className = 'small problem';
      field.setAttribute('aria-invalid', 'true');
      fill(said, inWords(error));
      announce(said.textContent ?? '');
      field.focus();
    }
  };
  const element = h('form', {
    class: 'setting',
    submit: (/** @type {Event} */ event) => {
      event.preventDefault();
      if (field.value.trim() !== '' || now.line > 0) void send(field.value.trim());
    },
  }, h('label', { for: id }, t(`settings.${name}`)), h('div', { class: 'row' }, h('div', { class: 'grow' }, field), save, back),
  h('p', { id: `${id}-hint`, class: 'small faint' }, t(`settings.${name}.hint`)), origin, said);
  /** @param {Setting} told */
  const set = (told) => {
    now = told;
    if (!typed) field.value = shows();
    save.classList.toggle('plain', field.value.trim() === shows());
    back.hidden = told.line === 0;
    fill(origin, story(told));
  };
  set(first);
  return { element, set };
}

/** Where a value is from, and what holds when. @param {Setting} s */
function story(s) {
  const value = s.live ? (s.bytes > 0 ? rate(s.bytes) : t('settings.nolimit')) : shown(s.value);
  const parts = [t('settings.now'), ' ', h('strong', {}, value), ' ', from(s), '. '];
  if (s.next !== s.value) {
    const next = s.next === '' || s.live && s.next === '0' ? t('settings.nolimit') : shown(s.next);
    parts.push(h('span', { class: 'badge warn' }, t('settings.next')), ' ', h('strong', {}, next), '. ');
  }
  if (s.beaten !== '') parts.push(h('span', { class: 'problem' }, t('settings.beaten', { by: s.beaten })));
  return parts;
}

/** @param {Setting} s */
function from(s) {
  return s.where === '' ? t(`settings.from.${s.origin}`) : t(`settings.from.${s.origin}`, { where: s.where });
}
