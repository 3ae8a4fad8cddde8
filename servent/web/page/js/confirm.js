// Asking before something that cannot be taken back.

import { h } from './dom.js';
import { t } from './words.js';

/** @import {Child} from './dom.js' */

/**
 * Asks, and returns whether the answer was yes. What is safe has the focus.
 * @param {{title: string, text: (Child | Child[])[], yes: string, no?: string}} question
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, yes, no = t('confirm.no') }) {
  return new Promise((resolve) => {
    const dialog = h('dialog', {
      'aria-labelledby': 'confirm-title',
      close: () => { dialog.remove(); resolve(dialog.returnValue === 'yes'); },
    }, h('h2', { id: 'confirm-title' }, title), text.map((line) => h('p', {}, ...[line].flat())),
    h('form', { method: 'dialog', class: 'ends' },
      h('button', { class: 'button plain', value: 'no', autofocus: true }, no),
      h('button', { class: 'button danger', value: 'yes' }, yes)));
    document.body.append(dialog);
    dialog.showModal();
  });
}
