"""Writes *.torrent and golden.json with libtorrent 2, as other clients make them.

    /usr/bin/python3 golden.py    # Debian: python3-libtorrent
"""
import hashlib, json, os, tempfile
import libtorrent as lt

ONE = [("one.bin", 300000)]
SMALL = [("small.bin", 20000)]
MANY = [("many/a.bin", 100000), ("many/b/c.bin", 70000), ("many/b/d.bin", 131072), ("many/b/z-empty", 0), ("many/empty", 0)]
KIND = lt.create_torrent

def content(path, size):
    out = b"".join(hashlib.sha256(path.encode() + i.to_bytes(8, "big")).digest() for i in range((size + 31) // 32))
    return out[:size]

def make(name, tree, flags, piece_length=65536):
    with tempfile.TemporaryDirectory() as folder:
        storage = lt.file_storage()
        for path, size in tree:
            full = os.path.join(folder, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as f:
                f.write(content(path, size))
            storage.add_file(path, size)
        made = lt.create_torrent(storage, piece_length, flags)
        made.add_tracker("http://tracker.example/announce", 0)
        made.add_tracker("udp://tracker.example:6969", 1)
        made.set_creator("golden.py")
        lt.set_piece_hashes(made, folder)
        with open(name + ".torrent", "wb") as f:
            f.write(lt.bencode(made.generate()))
    info = lt.torrent_info(name + ".torrent")
    hashes = info.info_hashes()
    return {
        "name": name, "v1": str(hashes.v1) if hashes.has_v1() else "", "v2": str(hashes.v2) if hashes.has_v2() else "",
        "magnet": lt.make_magnet_uri(info), "files": [{"path": p, "size": s} for p, s in tree],
    }

vectors = [
    make("one-hybrid", ONE, 0), make("one-v1", ONE, KIND.v1_only), make("one-v2", ONE, KIND.v2_only),
    make("one-v1-16KiB", ONE, KIND.v1_only, 16384), make("one-v2-128KiB", ONE, KIND.v2_only, 131072), make("small-hybrid", SMALL, 0),
    make("many-hybrid", MANY, 0), make("many-v1", MANY, KIND.v1_only), make("many-v2", MANY, KIND.v2_only),
]
with open("golden.json", "w") as f:
    json.dump(vectors, f, indent=1)
