// What others need to join: a short address, a text and a QR code.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { call } from './calls.js';
import { inWords } from './errors.js';
import { copyButton } from './copy.js';
import { qrCode } from './qrcode.js';

/** @import {Invite} from './types.js' */

/** Makes the panel. */
export function invitation() {
  const element = h('div', { class: 'invite', 'aria-busy': 'true' });
  call('GET', '/api/invite').then((invite) => fill(element, draw(invite)), (error) => fill(element, h('p', { class: 'problem' }, inWords(error))))
    .finally(() => element.removeAttribute('aria-busy'));
  return element;
}

/** @param {Invite} invite */
function draw(invite) {
  const alone = invite.hosts.length === 0 || invite.hosts[0].startsWith('127.') || invite.hosts[0].startsWith('[::1]') || invite.hosts[0] === '::1';
  return [
    qrCode(invite.qr, t('network.invite.qr')),
    h('div', { class: 'grow' },
      alone && h('p', { class: 'notice warn' }, t('network.invite.loopback')),
      invite.hosts.length > 0 && [h('h3', {}, t('network.invite.short')),
        h('p', {}, t('network.invite.type')),
        h('ul', { class: 'plainlist' }, invite.hosts.map((host) => line(`servent connect ${host}`, host)))],
      h('h3', {}, t('network.invite.text')),
      h('p', {}, t('network.invite.send')),
      line(invite.text, t('network.invite.text'), 'div')),
  ];
}

/** @param {string} text @param {string} label @param {string} [tag] */
function line(text, label, tag = 'li') {
  return h(tag, { class: 'copyline' }, h('code', {}, text), copyButton(text, label));
}
