// The values of the local API that the page uses, as servent/api says them.

/** What the servent says, for other languages. @typedef {{code: string, values?: Record<string, string>, cause?: Sentence}} Sentence */

/** @typedef {{type: 'error', code: string, message: string, sentence?: Sentence, query?: string, at?: number, length?: number}} ApiError */

/** @typedef {{peer: string, addrs: string[], hops: number, paths?: string[], partial?: boolean}} Source */

/**
 * @typedef {{type: 'hit' | 'update', n: number, name: string, names: string[], size: number, root: string, sha1: string,
 *   path: string, tags: string[], signer: string | null, sources: Source[]}} Hit
 */

/**
 * @typedef {{type: 'summary', hits: number, sources: number, filtered: number, left_out: number, own: number, links: number,
 *   queries: number, ttl: number, elapsed_ms: number, reached?: number}} Summary
 */

/**
 * @typedef {{words: string, strategy?: string, ttl?: number, timeout?: number, max?: number,
 *   filter?: {type?: string, min_size?: number, max_size?: number}}} SearchRequest
 */

/** @typedef {{root?: string, sha1?: string, size: number, name?: string, sources?: Source[]}} GetRequest */

/** @typedef {'queued' | 'running' | 'waiting' | 'paused' | 'failed' | 'done' | 'cancelled'} DownloadState */

/** @typedef {Source & {state: string, received: number, rate: number, reason?: string, sentence?: Sentence}} DownloadSource */

/**
 * @typedef {{id: number, state: DownloadState, name: string, root: string, size: number, verified: number, rate: number, eta: number,
 *   path: string, begun: string, priority: string, answering: number, code?: string, reason?: string, sentence?: Sentence, sources: DownloadSource[]}} Download
 */

/**
 * @typedef {{name: string, path: string, begun: string, files: number, done: number, already: number, failed: number, size: number,
 *   verified: number, rate: number, eta: number}} Batch
 */

/** @typedef {{type: 'downloads', downloads: Download[], batches?: Batch[]}} DownloadList */

/**
 * @typedef {{id: number, direction: 'down' | 'up', peer: string, name: string, root: string, size: number, bytes: number, rate: number,
 *   age: number}} Transfer
 */

/**
 * @typedef {{location: string, size: number, root: string, tags: string[], name: string, folder: string, path: string, sha1: string,
 *   modified: string}} ListedFile
 */

/** @typedef {{type: 'files', total: number, bytes: number, files: ListedFile[], hashing: number}} FileList */

/** @typedef {{path: string, files: number, bytes: number}} Folder */

/**
 * @typedef {{scanning: boolean, file: string, files: number, hashed: number, bytes: number, bytes_hashed: number, rate: number,
 *   eta: number}} Hashing
 */

/** @typedef {{set_aside: string, cause: string, sentence?: Sentence, folders: number, tags: number}} Repair */

/**
 * @typedef {{type: 'shares', folders: Folder[], hashing: number, hashing_bytes: number, problems: {path: string, reason: string, sentence?: Sentence}[],
 *   more_problems: number, repair?: Repair}} ShareList
 */

/** @typedef {{type: 'transfer', time: string, state: 'begun' | 'progress' | 'ended', transfer: Transfer, reason: string}} TransferEvent */

/** @typedef {{type: 'download', time: string, download: Download, banned?: string, reason?: string}} DownloadEvent */

/** @typedef {{reason: string, count: number}} Drop */

/** @typedef {{type: string, received: number, sent: number, fresh: number, improved: number, duplicate: number}} Traffic */

/**
 * @typedef {{peer: string, version: string, network: string, addrs: string[], web: string, uptime: number, links: number, limited: number,
 *   library: {files: number, bytes: number, hashing: number, progress?: Hashing, problems: number, repair?: Repair}, messages: Traffic[], dropped: Drop[],
 *   answers: {asked: number, answered: number, cut: number, stopped: number}, transfers: Transfer[], uploaded: number,
 *   ended: Drop[], refused: Drop[], upload_rate: number, download_rate: number, bittorrent: string}} Status
 */

/** @typedef {{type: 'hello', time: string, status: Status}} Hello */

/**
 * @typedef {{peer: string, addr: string, agent: string, outbound: boolean, age: number, received: number, sent: number, fresh: number,
 *   dropped: number, useless: number, limited?: {since: number, reason: string}}} Link
 */

/** @typedef {{peer: string, addrs: string[], hops: number, files: number, kib: number, ago: number, via: string, linked: boolean}} HorizonPeer */

/** @typedef {{type: 'horizon', peers: HorizonPeer[], within: number[]}} Horizon */

/** @typedef {{type: 'invite', text: string, network: string, peer: string, addrs: string[], hosts: string[], qr: string[]}} Invite */

/** @typedef {'ok' | 'unknown' | 'note' | 'problem'} CheckState */

/**
 * @typedef {{ok: boolean, network: string, links: number, from_outside: number,
 *   interfaces: {name: string, used: boolean, addrs: string[] | null, reason: string, sentence?: Sentence}[],
 *   multicast: {interface: string, own: boolean, computers: number, servents: number, problem: string, sentence?: Sentence}[],
 *   ways: {name: string, on: boolean, reason: string, sentence?: Sentence, heard: {addr: string, ago: number, linked: boolean}[]}[],
 *   reach: {way: string, reason: string, sentence?: Sentence},
 *   firewalls: {name: string, state: CheckState, reason: string, sentence?: Sentence, commands: string[]}[],
 *   checks: {name: string, state: CheckState, text: string, sentence?: Sentence}[],
 *   next: {text: string, sentence?: Sentence, commands: string[] | null}[]}} Doctor
 */

/**
 * @typedef {{key: string, value: string, bytes: number, origin: 'call' | 'flag' | 'environment' | 'file' | 'default', where: string,
 *   saved: string, line: number, next: string, beaten: string, live: boolean}} Setting
 */

/** @typedef {{type: 'settings', file: string, problem?: string, sentence?: Sentence, settings: Setting[]}} Settings */

/** What the frame gives a tab. @typedef {import('./main.js').Context} Context */

/** What a tab gives the frame. @typedef {{close(): void}} Tab */

export {};
