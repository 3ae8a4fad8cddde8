// Going from row to row by the arrow keys. One row at a time is in the order of Tab.

/**
 * Has the elements that a selector finds in a list be gone through by keys. Keys that
 * are not about moving go to act, with the row; where it returns true it has used the key.
 * @param {HTMLElement} list @param {string} selector @param {(row: HTMLElement, key: string) => boolean} act
 */
export function rowKeys(list, selector, act) {
  const rows = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll(selector)]);
  list.addEventListener('keydown', (event) => {
    const row = event.target;
    if (!(row instanceof HTMLElement) || !row.matches(selector) || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = rows(), at = all.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined ? !act(row, event.key) : !all[to]) return;
    event.preventDefault();
    if (to !== undefined) all[to].focus();
  });
  list.addEventListener('focusin', (event) => {
    const row = event.target instanceof Element ? event.target.closest(selector) : null;
    if (row) for (const one of rows()) one.tabIndex = one === row ? 0 : -1;
  });
  return {
    /** Sees to it that one row can be reached, after rows have come or gone. */
    settle() {
      const all = rows();
      if (all.length > 0 && !all.some((row) => row.tabIndex === 0)) all[0].tabIndex = 0;
    },
  };
}
