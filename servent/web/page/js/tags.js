// The keywords of a file, added and taken away where they stand.

import { h, fill } from './dom.js';
import { t } from './words.js';
import { stream } from './calls.js';
import { inWords } from './errors.js';
import { plain, shown } from './names.js';
import { icon } from './icons.js';
import { toast } from './toast.js';
import { announce } from './announce.js';
import { readTags } from './librarymodel.js';

/** @import {ListedFile} from './types.js' */

/**
 * Makes the chips of a file's keywords.
 * @param {ListedFile} file @param {(files: {location: string, tags: string[]}[]) => void} learn is told of the keywords by then
 */
export function tagEditor(file, learn) {
  const list = h('span', { class: 'chips tags' });
  const name = plain(file.name, 60);
  /** @param {'tag' | 'untag'} verb @param {string[]} tags */
  const change = async (verb, tags) => {
    list.setAttribute('aria-busy', 'true');
    try {
      const done = await stream('POST', `/api/share/${verb}`, { tags, paths: [file.location] }, () => {});
      announce(t(`library.said.${verb}`, { tags: tags.join(', '), name }));
      const focus = list.closest('.file');
      learn(done.files);
      if (focus instanceof HTMLElement && focus.isConnected && document.activeElement === document.body) focus.focus();
    } catch (error) {
      toast(inWords(error), 'bad');
      show();
    }
    list.removeAttribute('aria-busy');
  };
  const add = () => {
    const input = h('input', {
      type: 'text', class: 'tag-input', 'aria-label': t('library.tag.new', { name }), placeholder: t('library.tag.hint'), autocomplete: 'off', maxlength: 200,
      keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === 'Escape') { event.stopPropagation(); end(); }
        if (event.key === 'Enter') { event.preventDefault(); end(readTags(input.value)); }
      },
      blur: () => end(readTags(input.value)),
    });
    let ended = false;
    /** @param {string[]} [tags] */
    const end = (tags = []) => {
      if (ended) return;
      ended = true;
      const had = document.activeElement === input;
      show();
      if (had) list.querySelector('.tag-add')?.focus();
      if (tags.length > 0) void change('tag', tags);
    };
    list.lastElementChild.replaceWith(input);
    input.focus();
  };
  const show = () => fill(list, file.tags.map((tag) => h('button', {
    type: 'button', class: 'chip tag', 'aria-label': t('library.tag.remove', { tag, name }), title: t('library.tag.remove', { tag, name }), click: () => change('untag', [tag]),
  }, shown(tag, 40), icon('close'))), h('button', { type: 'button', class: 'chip tag-add', 'aria-label': t('library.tag.add', { name }), click: add }, icon('add'), file.tags.length === 0 && t('library.tag')));
  show();
  return list;
}
