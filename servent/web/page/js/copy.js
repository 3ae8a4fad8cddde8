// Copying a text, with a button that says that it was.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { icon } from './icons.js';
import { announce } from './announce.js';

/** Copies a text. Browsers know the clipboard on loopback and https alone; elsewhere the old way. @param {string} text */
export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = h('textarea', { class: 'unseen', readonly: true });
  field.value = text;
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!done) throw new Error(t('copy.failed'));
}

/** Makes a button that copies. @param {string} text @param {string} label what it copies, for who does not see the text beside it @param {string} [says] */
export function copyButton(text, label, says = t('copy')) {
  const button = h('button', {
    type: 'button', class: 'button quiet small', 'aria-label': t('copy.what', { what: label }), title: t('copy.what', { what: label }),
    click: async () => {
      try {
        await copy(text);
        fill(button, icon('check'), t('copy.done'));
        announce(t('copy.done'));
      } catch {
        fill(button, t('copy.failed'));
        announce(t('copy.failed'));
      }
      setTimeout(() => fill(button, icon('copy'), says), 2000);
    },
  }, icon('copy'), says);
  return button;
}
