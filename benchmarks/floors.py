"""The floors: the least any program must do for the same job, measured on the same input."""

from __future__ import annotations

import json
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


def documents(found: list[bytes]) -> None:
    """Parse every document, write it in its canonical form, hash that; no database."""
    write = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
    for document in found:
        sha256(write(json.loads(document)).encode()).digest()


_BODY = 7
"""Which piece of a row of table badge is the body, when the row is split at its quotes."""


def dump(file: Path, database: Path) -> None:
    """Read the lines of a dump, parse the JSON of every body, insert every value of every row.

    In one transaction, images as the base64 text they are: these bytes must reach the disk in any
    program. A row is only split at its quotes, which no dump but a made one would survive.
    """
    conn = sqlite3.connect(database, isolation_level=None)
    conn.execute("pragma journal_mode = wal")
    conn.execute("pragma synchronous = normal")
    conn.execute("begin")
    with file.open("rb") as lines:
        for line in lines:
            if not line.startswith(b"INSERT INTO `"):
                continue
            _, table, values = line.split(b"`", 2)
            rows = [row.split(b"'") for row in values.split(b"),(")]
            for row in rows if table == b"badge" else ():
                json.loads(row[_BODY].replace(b'\\"', b'"'))
            name, columns = table.decode(), [f"c{number}" for number in range(len(rows[0]))]
            conn.execute(f"create table if not exists `{name}` ({', '.join(columns)})")
            marks = ", ".join("?" * len(columns))
            conn.executemany(f"insert into `{name}` values ({marks})", rows)
    conn.execute("commit")
    conn.close()
