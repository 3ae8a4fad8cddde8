// Links that name a file by its content.

/** The URN of a hit's SHA-1; empty where it is not known. @param {{sha1: string}} hit */
export function urn(hit) {
  return hit.sha1 === '' ? '' : `urn:sha1:${hit.sha1}`;
}

/**
 * The magnet link of a hit, which "servent get" takes: its SHA-1, size in bytes, name,
 * and root, by which the bytes are verified.
 * @param {{sha1: string, size: number, name: string, root: string}} hit
 */
export function magnet(hit) {
  const parts = [];
  if (hit.sha1 !== '') parts.push(`xt=${urn(hit)}`);
  parts.push(`xl=${hit.size}`, `dn=${encodeURIComponent(hit.name)}`, `x.root=${hit.root}`);
  return `magnet:?${parts.join('&')}`;
}
