// The doctor: what keeps others from finding this servent, and what to try.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { said } from './said.js';
import { call } from './calls.js';
import { inWords } from './errors.js';
import { announce } from './announce.js';
import { span } from './netmap.js';
import { copyButton } from './copy.js';

/** @import {Doctor, CheckState} from './types.js' */
/** @import {Child} from './dom.js' */

/** A line of what was looked at: its name, how it is, and why. @typedef {{name: string, state: CheckState, text: Child[]}} Finding */

/** Makes the panel. */
export function diagnosis() {
  const result = h('div');
  const button = h('button', {
    type: 'button', class: 'button plain',
    click: async () => {
      if (button.getAttribute('aria-disabled') === 'true') return;
      button.setAttribute('aria-disabled', 'true');
      fill(result, h('p', { class: 'faint' }, t('network.doctor.busy')));
      announce(t('network.doctor.busy'));
      try {
        const doctor = await call('POST', '/api/doctor', {});
        fill(result, draw(doctor).flat());
        announce(result.querySelector('h3')?.textContent ?? '');
      } catch (error) {
        fill(result, h('p', { class: 'problem' }, inWords(error)));
      }
      button.removeAttribute('aria-disabled');
    },
  }, t('network.doctor.go'));
  return h('div', {}, h('p', {}, t('network.doctor.about')), button, result);
}

/** @param {Doctor} doctor */
function draw(doctor) {
  return [
    h('div', { class: doctor.ok ? 'notice good' : 'notice bad' }, h('h3', {}, doctor.ok ? t('network.doctor.ok') : t('network.doctor.problem'))),
    doctor.next.length > 0 && [h('h3', {}, t('network.doctor.next')), h('ol', { class: 'advice' }, doctor.next.map((advice) =>
      h('li', {}, h('p', {}, said(advice.text, advice.sentence)), commands(advice.commands))))],
    groups(doctor).filter(([, findings]) => findings.length > 0).map(([name, findings]) =>
      h('details', { open: findings.some((f) => f.state === 'problem') }, h('summary', {}, t(`network.doctor.${name}`), ' ', badge(worst(findings))),
        h('ul', { class: 'findings' }, findings.map((f) => h('li', {}, badge(f.state), h('strong', {}, f.name), ' ', h('span', {}, f.text)))))),
  ];
}

/** @param {string[] | null} list */
function commands(list) {
  return (list ?? []).map((command) => h('div', { class: 'copyline' }, h('code', {}, command), copyButton(command, command)));
}

/** @param {CheckState} state */
function badge(state) {
  const kind = { ok: 'good', note: '', unknown: 'warn', problem: 'bad' }[state] ?? '';
  return h('span', { class: `badge ${kind}` }, t(`network.state.${state}`));
}

/** @param {Finding[]} findings @returns {CheckState} */
function worst(findings) {
  return /** @type {CheckState[]} */ (['problem', 'unknown', 'note']).find((state) => findings.some((f) => f.state === state)) ?? 'ok';
}

/** All that was looked at, by what it is about. @param {Doctor} d @returns {[string, Finding[]][]} */
function groups(d) {
  return [
    ['interfaces', d.interfaces.map((i) => ({ name: i.name, state: i.used ? 'ok' : 'note', text: dotted([...(i.addrs ?? []), i.reason && said(i.reason, i.sentence)]) }))],
    ['reach', [{ name: t(`network.reach.${d.reach.way}`), state: d.reach.way === 'none' ? 'unknown' : 'ok', text: said(d.reach.reason, d.reach.sentence) }]],
    ['multicast', d.multicast.map((m) => ({ name: m.interface, state: m.own ? 'ok' : 'problem',
      text: m.problem ? said(m.problem, m.sentence) : [t('network.doctor.heard', { computers: t('network.computers', { n: m.computers }), servents: t('network.servents', { n: m.servents }) })] }))],
    ['ways', d.ways.map((w) => ({ name: t(`network.way.${w.name}`), state: w.on && !w.reason ? 'ok' : 'note',
      text: dotted([w.reason && said(w.reason, w.sentence), ...w.heard.slice(0, 5).map((x) => `${x.addr} (${span(x.ago)})`)], t('network.doctor.nobody')) }))],
    ['firewalls', d.firewalls.map((f) => ({ name: f.name, state: f.state, text: said(f.reason, f.sentence) }))],
    ['computer', d.checks.map((c) => ({ name: t(`network.check.${c.name}`), state: c.state, text: said(c.text, c.sentence) }))],
  ];
}

/** What there is of parts, with dots between them. @param {(string | Child[])[]} parts @param {string} [none] @returns {Child[]} */
function dotted(parts, none = '') {
  const there = parts.filter((part) => part.length > 0);
  return there.length === 0 ? [none] : there.flatMap((part, i) => (i === 0 ? part : [' · ', part].flat()));
}
