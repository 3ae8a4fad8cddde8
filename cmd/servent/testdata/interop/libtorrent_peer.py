"""A BitTorrent client on loopback, made of libtorrent, for the interop tests.

  libtorrent_peer.py version
      prints that of libtorrent.
  libtorrent_peer.py create v1|v2|hybrid PATH OUT [--tracker URL]...
      writes the metainfo of a file or folder to OUT.
  libtorrent_peer.py hashes [--whole] TORRENT
      prints its infohashes, v1's and v2's or the first 20 bytes of that.
  libtorrent_peer.py run WHAT DIR [--seed] [--unchecked] [--eager] [--limit BYTES] [--peer HOST:PORT]... [--tracker URL]...
      joins the swarm of WHAT, a .torrent or a magnet link, with the content in
      DIR, until its standard input ends.

run writes JSON lines: {"type": "ready", "port"} when it listens, {"type":
"announced"} whenever a tracker has answered, {"type": "some", "peers"} once it has
a piece, {"type": "done", "peers"} once it has everything, {"type": "end", "peers"}
at the end. An unchecked one seeds what it has, whatever that is; an eager one
connects again within a second; one with a limit sends so many bytes a second.
peers are the names of the clients that it was connected to, by address.

All settings are libtorrent's defaults but for discovery, which is off, and for
what several peers on one address take.
"""

import argparse
import json
import sys
import threading

import libtorrent as lt

QUIET = {
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "listen_interfaces": "127.0.0.1:0",
    "allow_multiple_connections_per_ip": True,
    "alert_mask": lt.alert.category_t.status_notification | lt.alert.category_t.error_notification
    | lt.alert.category_t.peer_notification | lt.alert.category_t.connect_notification
    | lt.alert.category_t.tracker_notification,
}


def create(args):
    flags = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}[args.version]
    storage = lt.file_storage()
    lt.add_files(storage, args.path)
    torrent = lt.create_torrent(storage, flags=flags)
    for url in args.tracker:
        torrent.add_tracker(url)
    lt.set_piece_hashes(torrent, args.path.rsplit("/", 1)[0])
    with open(args.out, "wb") as f:
        f.write(lt.bencode(torrent.generate()))


def hashes(args):
    of = lt.torrent_info(args.torrent).info_hashes()
    if of.has_v1():
        print(of.v1)
    if of.has_v2():
        print(str(of.v2) if args.whole else str(of.v2)[:40])


def tell(**line):
    print(json.dumps(line), flush=True)


def load(what):
    if what.startswith("magnet:"):
        return lt.parse_magnet_uri(what)
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(what)
    return params


def run(args):
    settings = dict(QUIET)
    if args.unchecked:
        settings["disable_hash_checks"] = True
    if args.eager:
        settings["min_reconnect_time"] = 1
    session = lt.session(settings)
    params = load(args.what)
    params.save_path = args.dir
    params.trackers = params.trackers + args.tracker
    if args.seed:
        params.flags |= lt.torrent_flags.seed_mode
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    port = 0
    while port == 0 and not ended.is_set():  # the socket is opened by another thread
        port = session.listen_port()
        ended.wait(0.02)
    handle = session.add_torrent(params)
    if args.limit:
        handle.set_upload_limit(args.limit)  # the session's does not count for peers near by
    for peer in args.peer:
        host, _, at = peer.rpartition(":")
        handle.connect_peer((host, int(at)))
    tell(type="ready", port=port)
    clients, some, done = {}, False, False
    while not ended.wait(0.05):
        for alert in session.pop_alerts():
            if isinstance(alert, lt.tracker_reply_alert):
                tell(type="announced", peers={})
            print(type(alert).__name__, alert.message(), file=sys.stderr, flush=True)
        for p in handle.get_peer_info():
            if p.client:
                clients["%s:%d" % p.ip] = str(p.client)
        if not some and handle.status().total_done > 0:
            some = True
            tell(type="some", peers=clients)
        if not done and handle.status().is_seeding:
            done = True
            tell(type="done", peers=clients)
    tell(type="end", peers=clients)


def main():
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(required=True)
    v = verbs.add_parser("version")
    v.set_defaults(do=lambda args: print(lt.__version__))
    c = verbs.add_parser("create")
    c.add_argument("version", choices=["v1", "v2", "hybrid"])
    c.add_argument("path")
    c.add_argument("out")
    c.add_argument("--tracker", action="append", default=[])
    c.set_defaults(do=create)
    h = verbs.add_parser("hashes")
    h.add_argument("torrent")
    h.add_argument("--whole", action="store_true")
    h.set_defaults(do=hashes)
    r = verbs.add_parser("run")
    r.add_argument("what")
    r.add_argument("dir")
    r.add_argument("--seed", action="store_true")
    r.add_argument("--unchecked", action="store_true")
    r.add_argument("--eager", action="store_true")
    r.add_argument("--limit", type=int)
    r.add_argument("--peer", action="append", default=[])
    r.add_argument("--tracker", action="append", default=[])
    r.set_defaults(do=run)
    args = parser.parse_args()
    args.do(args)


if __name__ == "__main__":
    main()
