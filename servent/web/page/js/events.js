// What happens in the servent: one stream for the whole page, of the types that
// its parts ask for, taken up again when it breaks.

import { follow } from './calls.js';
import { CallError, aborted } from './errors.js';

/**
 * 'live': events come; 'lost': tried again and again; 'shut': this browser has no
 * session any more; 'full': the servent tells as many as it can already; 'idle':
 * nobody asks for events, or the page is hidden.
 * @typedef {'idle' | 'live' | 'lost' | 'shut' | 'full'} ConnectionState
 */

/** @typedef {{types: string[], tell: (event: any) => void}} Listener */

/** @type {Set<Listener>} */
const listeners = new Set();
/** @type {Set<(state: ConnectionState) => void>} */
const watchers = new Set();
/** @type {ConnectionState} */
let state = 'idle';
let asked = ''; // the types of the stream that runs
let control = new AbortController();
let pause = 0; // ms before the next try
let planned = 0;
let hiddenTimer = 0;

const shortest = 250, longest = 4000; // pauses, ms
const hiddenFor = 60_000; // ms until a hidden page leaves its connection to others

/**
 * Tells of the events of some types until the returned function is called. "hello"
 * comes to all after each (re)connection, and "lost" where events were dropped: who
 * shows how things are asks for them again then.
 * @param {string[]} types @param {(event: any) => void} tell
 * @returns {() => void}
 */
export function events(types, tell) {
  const listener = { types, tell };
  listeners.add(listener);
  plan(0);
  return () => {
    listeners.delete(listener);
    plan(1000);
  };
}

/** Returns how the connection is. */
export function connection() {
  return state;
}

/** Tells when the connection changes. @param {(state: ConnectionState) => void} tell @returns {() => void} */
export function onConnection(tell) {
  watchers.add(tell);
  return () => watchers.delete(tell);
}

/** @param {ConnectionState} now */
function enter(now) {
  if (state === now) return;
  state = now;
  for (const tell of watchers) tell(now);
}

/** Checks soon whether the stream is the one that is wanted. @param {number} ms */
function plan(ms) {
  clearTimeout(planned);
  planned = setTimeout(check, ms);
}

function wanted() {
  return document.hidden && hiddenTimer === 0 ? '' : [...new Set([...listeners].flatMap((l) => l.types))].sort().join(',');
}

function check() {
  const types = wanted();
  if (types === asked) return;
  control.abort();
  control = new AbortController();
  asked = types;
  pause = 0;
  if (types === '') enter('idle');
  else void run(types, control.signal);
}

/** @param {string} types @param {AbortSignal} signal */
async function run(types, signal) {
  while (!signal.aborted) {
    /** @type {ConnectionState} */
    let now = state === 'shut' ? 'shut' : 'lost';
    try {
      await follow(`/api/events?types=${types}`, spread, signal);
    } catch (error) {
      if (!aborted(error) && error instanceof CallError) now = refused(error) ?? now;
    }
    if (signal.aborted) return;
    enter(now);
    pause = Math.min(longest, Math.max(shortest, pause * 2));
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, now === 'shut' ? longest : pause);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve(null)), { once: true });
    });
  }
}

/** How the connection is where the servent answers, but with no events. @param {CallError} error @returns {ConnectionState | null} */
function refused(error) {
  if (error.status === 401 || error.status === 403) return 'shut';
  if (error.status !== 409 && error.status !== 503) return null;
  return pause === 0 ? state : 'full'; // our own last stream may count still
}

/** @param {any} event */
function spread(event) {
  pause = 0;
  enter('live');
  for (const { types, tell } of [...listeners]) {
    if (event.type === 'hello' || event.type === 'lost' || types.includes(event.type)) tell(event);
  }
}

// A browser makes six connections to a server: pages that nobody looks at leave theirs.
document.addEventListener('visibilitychange', () => {
  clearTimeout(hiddenTimer);
  hiddenTimer = document.hidden ? setTimeout(() => { hiddenTimer = 0; check(); }, hiddenFor) : 0;
  if (!document.hidden) check();
});
addEventListener('online', () => {
  if (state !== 'lost') return;
  asked = '';
  check();
});
