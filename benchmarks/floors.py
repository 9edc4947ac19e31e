"""The floors: the least any program must do for the same job, measured on the same input."""

from __future__ import annotations

import json
import re
import sqlite3
import struct
import zlib
from hashlib import sha256
from pathlib import Path


def images(files: list[Path]) -> None:
    """Read every file, walk its chunks, check every CRC, hash it."""
    for file in files:
        data = file.read_bytes()
        view = memoryview(data)
        at = 8
        while at + 12 <= len(data):
            (length,) = struct.unpack_from(">I", data, at)
            end = at + 8 + length
            (crc,) = struct.unpack_from(">I", data, end)
            if zlib.crc32(view[at + 4 : end]) != crc:
                raise ValueError(file)
            at = end + 4
        sha256(data).digest()


_BODY = re.compile(rb"'(\{\\\"uid.*?\})','")


def dump(file: Path, database: Path) -> None:
    """Read the lines of a dump, parse the JSON of every body and insert one row for each."""
    conn = sqlite3.connect(database, isolation_level=None)
    conn.execute("pragma journal_mode = wal")
    conn.execute("create table badge (id integer primary key, uid text unique, body text)")
    conn.execute("begin")
    number = 0
    with file.open("rb") as lines:
        for line in lines:
            if not line.startswith(b"INSERT INTO `badge` "):
                continue
            rows = []
            for match in _BODY.finditer(line):
                number += 1
                text = match[1].replace(b'\\"', b'"').decode()
                rows.append((number, json.loads(text)["uid"], text))
            conn.executemany("insert into badge values (?, ?, ?)", rows)
    conn.execute("commit")
    conn.close()
