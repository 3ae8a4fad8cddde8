// Spaces that do not break, as a language has them.

/** French: a narrow one before ; ! ? and inside guillemets, a wide one before : and %. @param {string} text */
export function french(text) {
  return text.replace(/ ([;!?»])/g, '\u202f$1').replace(/« /g, '«\u202f').replace(/ ([:%])(?=\s|$)/g, '\u00a0$1');
}
