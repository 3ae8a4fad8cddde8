// What the lab is to try, as an address to be kept and shared, and as a command.
// The names are those of an api.LabRequest, but for a graph: its name alone stands
// for it.

const TEXTS = ['topology', 'graph_name', 'dedup', 'latency', 'loss', 'replicas', 'ttls', 'sources', 'churn'];
const NUMBERS = ['ttl', 'seed', 'source', 'queries', 'runs'];
/** In the order in which they are read. */
const ORDER = ['topology', 'graph_name', 'ttl', 'seed', 'strategies', 'dedup', 'latency', 'loss', 'replicas', 'source', 'push', 'ttls', 'sources', 'queries', 'runs', 'churn'];
/** Flags of the command that are called otherwise. @type {Record<string, string>} */
const FLAGS = { graph_name: 'graph', strategies: 'strategy' };
/** What the command has no flag for: it is of one search that is watched. */
const WATCHED = ['source', 'push', 'ttl'];
const MOST = 300; // characters of a value

/** @param {string} name as it stands in an address */
function said(name) { return name === 'graph_name' ? 'graph' : name; }

/** What stands behind "#lab/". @param {any} request */
export function addressOf(request) {
  const words = new URLSearchParams();
  for (const name of ORDER) {
    const value = request[name];
    if (value !== undefined && value !== '' && value !== false) words.set(said(name), value === true ? '1' : String(value));
  }
  return words.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
}

/**
 * Reads an address, which anybody may have written: what it does not know is left out.
 * @param {string} address
 * @returns {any}
 */
export function requestOf(address) {
  const words = new URLSearchParams(address);
  /** @type {any} */
  const request = {};
  for (const name of TEXTS) {
    const text = words.get(said(name));
    if (text) request[name] = text.slice(0, MOST);
  }
  for (const name of NUMBERS) {
    const text = words.get(name) ?? '';
    if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) request[name] = Number(text);
  }
  const strategies = words.get('strategies')?.slice(0, MOST).split(',').filter(Boolean).slice(0, 3);
  if (strategies?.length) request.strategies = strategies;
  if (words.get('push') === '1') request.push = true;
  return request;
}

/** The command line that opens the lab with the same. @param {any} request */
export function commandOf(request) {
  const words = ['servent', 'lab', '--web'];
  /** @type {Record<string, any>} */
  const one = { ttls: String(request.ttl), ...Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) };
  for (const name of ORDER) {
    const value = one[name];
    if (WATCHED.includes(name) || value === undefined || value === '') continue;
    words.push(`--${name === 'ttls' ? 'ttl' : FLAGS[name] ?? name}`, quoted(String(value)));
  }
  return words.join(' ');
}

/** As shells read it. @param {string} word */
function quoted(word) { return /^[\w:.,%+=/-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`; }
