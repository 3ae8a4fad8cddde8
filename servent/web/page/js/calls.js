// The local API, as servent/api/openapi.json describes it. The session's cookie
// goes with each call by itself.

/** What the servent answers a call that fails. */
export class CallError extends Error {
  /** @param {string} code @param {string} message @param {number} status */
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * Makes a call and returns its value.
 * @param {'GET' | 'POST'} method @param {string} path @param {unknown} [body] @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function call(method, path, body, signal) {
  const response = await send(method, path, body, signal);
  return response.json();
}

/** @param {string} method @param {string} path @param {unknown} body @param {AbortSignal} [signal] */
async function send(method, path, body, signal) {
  /** @type {RequestInit} */
  const request = { method, signal, headers: { Accept: 'application/json, text/event-stream' } };
  if (method === 'POST') {
    request.headers = { ...request.headers, 'Content-Type': 'application/json' };
    request.body = JSON.stringify(body ?? {});
  }
  const response = await fetch(path, request);
  if (!response.ok) {
    const told = await response.json().catch(() => ({}));
    throw new CallError(told.code ?? 'internal', told.message ?? response.statusText, response.status);
  }
  return response;
}

/**
 * Makes a call that answers with a stream, tells of each event and returns the last.
 * @param {'GET' | 'POST'} method @param {string} path @param {unknown} body
 * @param {(event: any) => void} tell @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function stream(method, path, body, tell, signal) {
  const response = await send(method, path, body, signal);
  let last = null;
  for await (const event of eventsOf(response)) {
    if (event.type === 'error') throw new CallError(event.code, event.message, 200);
    if (last) tell(last);
    last = event;
  }
  return last;
}

/** @param {Response} response */
async function* eventsOf(response) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const lines = text.split('\n');
    text = /** @type {string} */ (lines.pop());
    for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice(6));
  }
}
