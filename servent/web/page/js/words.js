// What the page says, in the language of its reader. A catalogue is a module that
// exports texts by their keys; {name} in a text is replaced by a value.

import { recall } from './store.js';
import { french } from './typeset.js';

export const languages = ['en', 'fr'];

/** The language of the page. @type {string} */
export const language = choose();

/** @type {Map<string, string>} */
const texts = new Map();
const plural = new Intl.PluralRules(language);

function choose() {
  const wanted = [recall('language', ''), ...navigator.languages];
  for (const tag of wanted) {
    const found = languages.find((known) => String(tag).toLowerCase().split('-')[0] === known);
    if (found) return found;
  }
  return languages[0];
}

/** Loads the catalogue of a part of the page. @param {string} part */
export async function learn(part) {
  const module = await import(`./text/${language}/${part}.js`);
  for (const [key, text] of Object.entries(module.default)) texts.set(key, language === 'fr' ? french(text) : text);
}

const grouped = new Intl.NumberFormat(language, { maximumFractionDigits: 20 });

/**
 * Returns the text of a key. Where values.n is a number and the key has .one and
 * .other, the form is that of the number. Numbers are written with grouped digits.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  let text = texts.get(key);
  if (text === undefined && values.n !== undefined) {
    text = texts.get(`${key}.${plural.select(Number(values.n))}`) ?? texts.get(`${key}.other`);
  }
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? grouped.format(value) : value;
  });
}
