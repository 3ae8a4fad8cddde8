// What is said to who does not see the page change: politely, and not all at once.

const pause = 1200; // ms between two sayings
let waiting = '';
let timer = 0;

/** Has a text read aloud; of several within a second only the last. @param {string} text */
export function announce(text) {
  waiting = text;
  if (timer === 0) timer = setTimeout(say, 100);
}

function say() {
  const region = document.getElementById('said');
  if (region && waiting !== '') {
    // The same text again is read again only if it differs.
    region.textContent = region.textContent === waiting ? `${waiting}\u00a0` : waiting;
  }
  timer = waiting === '' ? 0 : setTimeout(say, pause);
  waiting = '';
}
