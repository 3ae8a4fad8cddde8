// The local API, as servent/api/openapi.json describes it. The session's cookie
// goes with each call by itself, the key of the page by a header.

import { CallError } from './errors.js';
import { pageKey, pageKeyHeader } from './pagekey.js';

export { CallError };

/** The silence after which a stream is taken for dead, in ms; the servent keeps none silent for half as long. */
const silence = 45_000;

/** How long events are taken in at a stretch, in ms. */
const turn = 30;

/** @typedef {'GET' | 'POST'} Method */

/**
 * Makes a call and returns its value.
 * @param {Method} method @param {string} path @param {unknown} [body] @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function call(method, path, body, signal) {
  const response = await send(method, path, body, signal);
  return response.json();
}

/** @param {Method} method @param {string} path @param {unknown} body @param {AbortSignal} [signal] */
async function send(method, path, body, signal) {
  /** @type {RequestInit} */
  const request = { method, signal, headers: { Accept: 'application/json, text/event-stream', [pageKeyHeader]: pageKey() } };
  if (method === 'POST') {
    request.headers = { ...request.headers, 'Content-Type': 'application/json' };
    request.body = JSON.stringify(body ?? {});
  }
  const response = await fetch(path, request).catch((error) => {
    throw signal?.aborted ? error : new CallError({ type: 'error', code: 'lost', message: String(error) });
  });
  if (!response.ok) {
    const told = await response.json().catch(() => ({ code: 'internal', message: response.statusText }));
    throw new CallError(told, response.status);
  }
  return response;
}

/** The types of the values that end a stream. */
const lasts = new Set(['summary', 'done', 'shares', 'tagged', 'torrent', 'lab-rows']);

/**
 * Makes a call that answers with a stream, tells of each event as it comes, and
 * returns the value that ends the stream; null where it was cut off before that.
 * @param {Method} method @param {string} path @param {unknown} body
 * @param {(event: any) => void} tell @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function stream(method, path, body, tell, signal) {
  let last = null;
  for await (const event of eventsOf(await send(method, path, body, signal), signal)) {
    if (event.type === 'error') throw new CallError(event, 200);
    if (lasts.has(event.type)) last = event;
    else tell(event);
  }
  return last;
}

/**
 * Follows a stream that has no end of its own. It returns, or throws, when the stream ends.
 * @param {string} path @param {(event: any) => void} tell @param {AbortSignal} signal
 */
export async function follow(path, tell, signal) {
  const watch = new AbortController();
  const either = AbortSignal.any([signal, watch.signal]);
  let timer = setTimeout(() => watch.abort(), silence);
  try {
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => watch.abort(), silence);
    };
    for await (const event of eventsOf(await send('GET', path, undefined, either), signal, heard)) tell(event);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Response} response @param {AbortSignal} [signal] @param {() => void} [heard] */
async function* eventsOf(response, signal, heard) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let text = '', begun = performance.now();
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      throw signal?.aborted ? error : new CallError({ type: 'error', code: 'lost', message: String(error) });
    });
    if (done) return;
    heard?.();
    text += decoder.decode(value, { stream: true });
    const lines = text.split('\n');
    text = /** @type {string} */ (lines.pop());
    for (const line of lines) {
      if (line.startsWith('data: ')) yield JSON.parse(line.slice(6));
      if (performance.now() - begun < turn) continue;
      await new Promise((resolve) => setTimeout(resolve)); // so that keys and clicks come through
      begun = performance.now();
    }
  }
}
