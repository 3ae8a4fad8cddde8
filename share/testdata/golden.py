"""Prints golden.json: roots, piece layers and infohashes, written down from BEP 52 without a look at the Go code.

    python3 golden.py > golden.json
"""
import hashlib, json

def sha256(b):
    return hashlib.sha256(b).digest()

def content(size):
    out = b"".join(sha256(i.to_bytes(8, "big")) for i in range((size + 31) // 32))
    return out[:size]

def merkle(hashes, width, pad):
    row = hashes + [pad] * (width - len(hashes))
    while len(row) > 1:
        row = [sha256(row[i] + row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]

def width(n):
    w = 1
    while w < n:
        w *= 2
    return w

def bencode(v):
    if isinstance(v, int):
        return b"i%de" % v
    if isinstance(v, bytes):
        return b"%d:" % len(v) + v
    return b"d" + b"".join(bencode(k) + bencode(v[k]) for k in sorted(v)) + b"e"

def vector(size):
    data, zero, block = content(size), bytes(32), 16384
    piece = 65536
    while piece * 2048 < size and piece < 1 << 24:
        piece *= 2
    leaves = [sha256(data[i:i + block]) for i in range(0, size, block)]
    layer = []
    if size > piece:
        per = piece // block
        layer = [merkle(leaves[i:i + per], per, zero) for i in range(0, len(leaves), per)]
        root = merkle(layer, width(len(layer)), merkle([], per, zero))
    else:
        root = merkle(leaves, width(len(leaves)), zero)
    name = root.hex().encode()
    info = {b"file tree": {name: {b"": {b"length": size, b"pieces root": root}}},
            b"meta version": 2, b"name": name, b"piece length": piece}
    return {"size": size, "piece_length": piece, "root": root.hex(), "sha1": hashlib.sha1(data).hexdigest(),
            "layer": [h.hex() for h in layer], "info": bencode(info).hex(), "infohash": sha256(bencode(info))[:20].hex()}

if __name__ == "__main__":
    sizes = [1, 16384, 16385, 40000, 65536, 65537, 3 * 65536, 4 * 65536, 5 * 65536 + 1000, 1000003]
    print(json.dumps([vector(n) for n in sizes], indent=1))
