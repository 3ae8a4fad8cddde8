"""One end of a transfer: ADDRESS TORRENT FOLDER seeds, with a SEEDER it fetches."""
import sys

import libtorrent

address, torrent, folder, *seeder = sys.argv[1:]
session = libtorrent.session({
    "listen_interfaces": address,
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "allow_multiple_connections_per_ip": True,
    "alert_mask": libtorrent.alert.category_t.status_notification
    | libtorrent.alert.category_t.error_notification,
})
params = libtorrent.add_torrent_params()
params.ti = libtorrent.torrent_info(torrent)
params.save_path = folder
params.flags &= ~(libtorrent.torrent_flags.auto_managed | libtorrent.torrent_flags.paused)
if not seeder:
    params.flags |= libtorrent.torrent_flags.seed_mode
handle = session.add_torrent(params)
if seeder:
    host, port = seeder[0].rsplit(":", 1)
    handle.connect_peer((host, int(port)))
while True:
    session.wait_for_alert(1000)
    for alert in session.pop_alerts():
        if isinstance(alert, libtorrent.torrent_finished_alert) and seeder:
            handle.flush_cache()
        if isinstance(alert, libtorrent.cache_flushed_alert) and seeder and handle.status().is_seeding:
            sys.exit(0)
        if isinstance(alert, libtorrent.torrent_error_alert):
            sys.exit(alert.message())
