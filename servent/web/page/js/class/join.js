// How others join the class: a QR code, a short address, what to type.

import { copyButton } from '../copy.js';
import { h, fill, svg } from '../dom.js';
import { call } from '../calls.js';
import { reason } from '../errors.js';
import { t } from '../words.js';

/** @returns {HTMLElement} */
export function joinPanel() {
  const body = h('div', { class: 'class-join' });
  const panel = h('details', { class: 'card class-panel' }, h('summary', {}, h('h2', {}, t('class.join'))), body);
  const load = () => call('GET', '/api/invite').then((invite) => fill(body, ways(invite)), (error) => fill(body, h('p', { class: 'problem' }, reason(error))));
  panel.addEventListener('toggle', () => { if (panel.open) void load(); });
  return panel;
}

/** @param {{text: string, hosts: string[], network: string, qr?: string[]}} invite */
function ways(invite) {
  const command = (/** @type {string} */ text) => h('div', { class: 'row' }, h('code', { class: 'class-command' }, text), copyButton(text, t('class.join.command')));
  const network = invite.network === 'lan' ? '' : ` --network ${invite.network}`;
  return [
    h('ol', {},
      h('li', {}, t('class.join.start'), command(`servent up --trace --trace-name "${t('class.join.name')}"${network}`)),
      h('li', {}, t('class.join.typed'), (invite.hosts ?? []).slice(0, 3).map((host) => command(`servent connect ${host}`)))),
    h('p', { class: 'faint small' }, t('class.join.found')),
    invite.qr && h('figure', {}, square(invite.qr), h('figcaption', { class: 'small' }, t('class.join.qr'))),
  ];
}

/** @param {string[]} rows of 0 and 1 */
function square(rows) {
  const path = rows.flatMap((row, y) => [...row].map((module, x) => (module === '1' ? `M${x + 4} ${y + 4}h1v1h-1z` : ''))).join('');
  const side = rows.length + 8;
  return svg('svg', { class: 'class-qr', viewBox: `0 0 ${side} ${side}`, role: 'img', 'aria-label': t('class.join.qr') },
    svg('rect', { width: side, height: side, fill: '#fff' }), svg('path', { d: path, fill: '#000' }));
}
