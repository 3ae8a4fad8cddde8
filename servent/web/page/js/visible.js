// Text as it can be seen: what a peer says moves, hides and turns around nothing.

/** Letters, marks, numbers, punctuation, symbols and spaces show, and the joiners of
 * Persian, of the scripts of India and of emoji are needed; lines and tabs are spaces here. */
const unseen = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\u200c\u200d\n\t]/gu;

/**
 * Returns text with all that does not show, such as a right-to-left override, as \u202e.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(unseen, (character) => {
    const code = /** @type {number} */ (character.codePointAt(0));
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
