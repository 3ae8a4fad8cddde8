// How others join the class: a QR code, a short address, what to type.

import { copyButton } from '../copy.js';
import { h, fill } from '../dom.js';
import { call } from '../calls.js';
import { reason } from '../errors.js';
import { qrCode } from '../qrcode.js';
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
    invite.qr && h('figure', {}, qrCode(invite.qr, t('class.join.qr')), h('figcaption', { class: 'small' }, t('class.join.qr'))),
  ];
}
