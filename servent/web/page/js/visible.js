// Text as it can be seen: what a peer says moves, hides and turns around nothing.

/** All controls, invisible and unassigned characters and ends of lines, but for the
 * joiners that Persian, the scripts of India and emoji need. */
export const hidden = /(?!\u200c|\u200d)[\p{C}\p{Zl}\p{Zp}]/gu;

/** @type {Record<string, string>} */
const turning = {
  '\u061c': 'ALM', '\u200e': 'LRM', '\u200f': 'RLM', '\u202a': 'LRE', '\u202b': 'RLE', '\u202c': 'PDF', '\u202d': 'LRO', '\u202e': 'RLO',
  '\u2066': 'LRI', '\u2067': 'RLI', '\u2068': 'FSI', '\u2069': 'PDI',
};

/** Spells one hidden character. @param {string} character */
export function spell(character) {
  const code = /** @type {number} */ (character.codePointAt(0));
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `‹${turning[character] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`}›`;
}

/**
 * Returns text with all that does not show spelt out, such as a right-to-left
 * override; lines and tabs are spaces here.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(hidden, (character) => (character === '\n' || character === '\t' ? character : spell(character)));
}
