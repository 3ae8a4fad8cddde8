// Linking to a servent by its address or its invitation.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { call } from './calls.js';
import { inWords } from './errors.js';
import { announce } from './announce.js';
import { shown } from './names.js';

/** Makes the form. @param {() => void} changed is called after a link was made */
export function connectForm(changed) {
  const said = h('p', { id: 'connect-said', class: 'small', role: 'status' });
  const field = h('input', {
    id: 'connect-to', class: 'mono', type: 'text', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', required: true,
    'aria-describedby': 'connect-hint connect-said',
  });
  const button = h('button', { class: 'button' }, t('network.connect'));
  return h('form', {
    class: 'connect',
    submit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      if (button.getAttribute('aria-disabled') === 'true') return;
      button.setAttribute('aria-disabled', 'true');
      field.removeAttribute('aria-invalid');
      said.className = 'small';
      fill(said, t('network.connecting'));
      try {
        const link = await call('POST', '/api/connect', { addr: field.value.trim() });
        fill(said, t('network.connected.to'), ' ', shown(link.agent, 60), ' ', link.addr);
        field.value = '';
      } catch (error) {
        said.className = 'small problem';
        field.setAttribute('aria-invalid', 'true');
        fill(said, inWords(error));
        announce(said.textContent ?? '');
        field.focus();
      }
      button.removeAttribute('aria-disabled');
      changed();
    },
  }, h('label', { for: 'connect-to' }, t('network.connect.to')),
  h('div', { class: 'row' }, h('div', { class: 'grow' }, field), button),
  h('p', { id: 'connect-hint', class: 'small faint' }, t('network.connect.hint')), said);
}
