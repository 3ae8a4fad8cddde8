// What the servent says. It says all in English, and beside it which sentence that is,
// with its values: a catalogue has it in another language.

import { h } from './dom.js';
import { language, learn, t } from './words.js';

/** @import {Sentence} from './types.js' */

/** Stands where a cause is to come. */
const gap = '\u0000';

/** Loads the sentences; English needs none. */
export const learnSentences = async () => {
  if (language !== 'en') await learn('said');
};

/**
 * What the servent said, in the reader's language as far as there is a text for it; the
 * English words that are left are marked so for who reads them aloud.
 * @param {string} english @param {Sentence} [sentence] @returns {(string | HTMLElement)[]}
 */
export function said(english, sentence) {
  const text = template(sentence);
  if (text === null) return [h('span', { lang: 'en' }, english)];
  const [before, after] = text.split(gap);
  if (after === undefined) return [before];
  return [before, ...said(sentence?.values?.cause ?? '', sentence?.cause), after];
}

/** The same as text. @param {string} english @param {Sentence} [sentence] @returns {string} */
export function saidText(english, sentence) {
  return template(sentence)?.replace(gap, () => saidText(sentence?.values?.cause ?? '', sentence?.cause)) ?? english;
}

/** The text of a sentence, with a gap for its cause; null: there is none. @param {Sentence} [sentence] */
function template(sentence) {
  if (!sentence) return null;
  const key = `said.${sentence.code}`;
  const text = t(key, { ...sentence.values, ...(sentence.values?.cause !== undefined && { cause: gap }) });
  return text === key ? null : text;
}
