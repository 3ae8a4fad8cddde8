// What others need to join: a short address, a text and a QR code.

import { h, svg, fill } from './dom.js';
import { t } from './words.js';
import { call } from './calls.js';
import { inWords } from './errors.js';
import { copyButton } from './copy.js';

/** @import {Invite} from './types.js' */

/** The light frame around a QR code, in modules. Source: ISO/IEC 18004 §5.3.8. */
const quiet = 4;

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
    qrCode(invite.qr),
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

/** Draws a code from its rows of 0 and 1: dark on light, in the dark too, for scanners. @param {string[]} rows */
export function qrCode(rows) {
  const size = rows.length + 2 * quiet;
  let path = '';
  rows.forEach((row, y) => {
    for (const run of row.matchAll(/1+/g)) path += `M${run.index + quiet} ${y + quiet}h${run[0].length}v1h-${run[0].length}z`;
  });
  return svg('svg', { class: 'qr', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': t('network.invite.qr'), 'shape-rendering': 'crispEdges' },
    svg('rect', { class: 'light', width: size, height: size }), svg('path', { class: 'dark', d: path }));
}
