// Settings: of the servent, which its configuration file keeps, and of this page,
// which the browser keeps.

import { h, fill } from '../dom.js';
import { t, language, languages } from '../words.js';
import { call } from '../calls.js';
import { aborted, inWords } from '../errors.js';
import { said } from '../said.js';
import { remember } from '../store.js';
import { theme, setTheme, themes } from '../theme.js';
import { typeSize, setTypeSize, typeSizes } from '../typesize.js';
import { showKeys } from '../keys.js';
import { settingField } from '../settingfield.js';
import { facts, otherBrowser, signOut } from '../aboutpanel.js';

/** @import {Context, Settings, Tab} from '../types.js' */

/** @param {HTMLElement} root @param {Context} context @returns {Tab} */
export function open(root, context) {
  const control = new AbortController();
  const own = h('div', { class: 'stack', 'aria-busy': 'true' }), about = h('div');
  const redraw = chooser('theme', themes.map((name) => [name, t(`theme.${name}`)]), theme, setTheme);
  root.append(h('h1', { class: 'unseen' }, t('tab.settings')), h('div', { class: 'settings' },
    panel('servent', own),
    panel('page',
      redraw.element,
      chooser('language', languages.map((name) => [name, t(`language.${name}`)]), () => language, (name) => {
        remember('language', name);
        location.reload();
      }).element,
      chooser('typesize', typeSizes.map((size) => [String(size), t('settings.percent', { n: size })]), () => String(typeSize()), (size) => setTypeSize(Number(size))).element,
      h('div', {}, h('button', { type: 'button', class: 'button plain', click: showKeys }, t('settings.keys')))),
    panel('about', about, otherBrowser(), signOut())));
  const status = context.status();
  if (status) fill(about, facts(status));
  else call('GET', '/api/status', undefined, control.signal).then((told) => fill(about, facts(told)), () => {});
  void servents(own, control.signal);
  addEventListener('themechange', redraw.draw);
  return {
    close() {
      control.abort();
      removeEventListener('themechange', redraw.draw);
    },
  };
}

/** Shows the settings of the servent. @param {HTMLElement} place @param {AbortSignal} signal */
async function servents(place, signal) {
  const problem = h('p', { class: 'notice bad', role: 'alert' });
  const file = h('p', { class: 'small faint' });
  /** @type {Map<string, ReturnType<typeof settingField>>} */
  const fields = new Map();
  /** @param {Settings} told */
  const show = (told) => {
    problem.hidden = !told.problem;
    fill(problem, t('settings.problem'), ' ', said(told.problem ?? '', told.sentence));
    fill(file, t('settings.file'), ' ', h('code', {}, told.file));
    for (const setting of told.settings) fields.get(setting.key)?.set(setting);
  };
  try {
    /** @type {Settings} */
    const told = await call('GET', '/api/settings', undefined, signal);
    for (const setting of told.settings) fields.set(setting.key, settingField(setting, show));
    fill(place, problem, [...fields.values()].map((field) => field.element), file);
    show(told);
  } catch (error) {
    if (!aborted(error)) fill(place, h('p', { class: 'problem' }, inWords(error)));
  }
  place.removeAttribute('aria-busy');
}

/**
 * Makes a group of choices.
 * @param {string} name @param {[string, string][]} choices values and texts @param {() => string} chosen @param {(value: any) => void} choose
 */
function chooser(name, choices, chosen, choose) {
  const inputs = choices.map(([value]) => h('input', { type: 'radio', name: `settings-${name}`, value, change: () => choose(value) }));
  const draw = () => inputs.forEach((input) => (input.checked = input.value === chosen()));
  draw();
  const element = h('fieldset', {}, h('legend', {}, t(`settings.${name}`)),
    h('div', { class: 'row' }, choices.map(([value, text], i) => h('label', { class: 'choice', lang: name === 'language' ? value : null }, inputs[i], text))));
  return { element, draw };
}

/** @param {string} name @param {...Node} children */
function panel(name, ...children) {
  return h('section', { class: `card stack panel-${name}`, 'aria-labelledby': `settings-${name}` }, h('h2', { id: `settings-${name}` }, t(`settings.${name}.title`)), children);
}
