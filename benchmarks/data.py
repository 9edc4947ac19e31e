"""Made input for the benchmarks: baked PNGs of a given size, and a Backpack dump of any length."""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from migrator.openbadges.baking import bake


def png(size: int, seed: int) -> bytes:
    """Return a PNG of about `size` bytes that does not compress, as photographs do not."""
    noise = random.Random(seed).randbytes(size - 200)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 6, 0, 0, 0)),
        (b"IDAT", noise),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def assertion(number: int, classes: int) -> dict[str, object]:
    """Return a 1.0 assertion of about a kilobyte; every `classes`-th shares its badge class."""
    host = "https://badges.example.org"
    salt = f"{number:x}"
    identity = sha256(f"learner{number // 3}@example.org{salt}".encode()).hexdigest()
    return {
        "uid": f"a{number}",
        "recipient": {
            "type": "email",
            "hashed": True,
            "salt": salt,
            "identity": f"sha256${identity}",
        },
        "badge": f"{host}/classes/{number % classes}.json",
        "verify": {"type": "hosted", "url": f"{host}/assertions/{number}.json"},
        "issuedOn": "2014-05-29T10:16:01Z",
        "evidence": f"{host}/evidence/{number}",
    }


def folder_of_images(folder: Path, count: int, size: int, classes: int = 20) -> list[Path]:
    """Write `count` baked PNGs of about `size` bytes, with `classes` artworks between them."""
    artworks = [png(size, seed) for seed in range(classes)]
    files = []
    for number in range(count):
        file = folder / f"{number:06}.png"
        file.write_bytes(bake(artworks[number % classes], json.dumps(assertion(number, classes))))
        files.append(file)
    return files


def dump(file: Path, count: int, classes: int = 20, size: int = 9_000) -> None:
    """Write a MySQL 5 dump with `count` badges and images, about a megabyte a statement."""
    artworks = [png(size, seed) for seed in range(classes)]
    with file.open("w", encoding="utf-8") as out:
        out.write("-- MySQL dump 10.13  Distrib 5.6.24\n/*!40101 SET NAMES utf8 */;\n")
        _table(out, "badge", _BADGE, (_badge_row(n, classes) for n in range(1, count + 1)))
        _table(
            out,
            "badge_image",
            "id badge_hash image_data baked",
            (_image_row(n, classes, artworks) for n in range(1, count + 1)),
        )
        _table(
            out,
            "group",
            "id user_id name url public badges",
            (f"({n},{n},'My badges','{n:032x}',1,'[{3 * n}]')" for n in range(1, count // 3)),
        )
        _table(out, "portfolio", "id group_id url title subtitle preamble stories", iter(()))
        _table(
            out,
            "user",
            "id first_name last_name email additional_email_1",
            (f"({n + 1},'L','{n}','learner{n}@example.org',NULL)" for n in range(count // 3 + 1)),
        )


_BADGE = (
    "id user_id awarded_to_email_address endpoint signature image_path body body_hash"
    " validated_on public_path public"
)


def body(number: int, classes: int) -> str:
    """Return a badge's body as the Backpack kept it."""
    found = assertion(number, classes)
    recipient = found["recipient"]
    badge = {
        "name": f"Badge class {number % classes}",
        "description": "What one has to know, in a sentence or two of the usual length.",
        "image": f"https://badges.example.org/images/{number % classes}.png",
        "criteria": f"https://badges.example.org/criteria/{number % classes}",
        "issuer": {
            "name": "Example issuer",
            "url": "https://badges.example.org",
            "_location": "https://badges.example.org/issuer.json",
            "origin": "https://badges.example.org",
        },
        "_location": found["badge"],
    }
    folded = found | {
        "recipient": recipient["identity"],  # type: ignore[index] # it is a dict, see above
        "badge": badge,
        "_originalRecipient": recipient,
        "salt": recipient["salt"],  # type: ignore[index] # the same
        "issued_on": found["issuedOn"],
    }
    return json.dumps(folded, separators=(",", ":"))


def _badge_row(number: int, classes: int) -> str:
    text = body(number, classes)
    digest = sha256(text.encode()).hexdigest()
    quoted = text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    return (
        f"({number},{number // 3 + 1},'learner{number // 3}@example.org',"
        f"'https://badges.example.org/assertions/{number}.json',NULL,'/_badges/{digest[:32]}.png',"
        f"'{quoted}','{digest}','2014-06-01 10:00:00',NULL,0)"
    )


def _image_row(number: int, classes: int, artworks: list[bytes]) -> str:
    digest = sha256(body(number, classes).encode()).hexdigest()
    image = bake(artworks[number % classes], json.dumps(assertion(number, classes)))
    return f"({number},'{digest}','{base64.b64encode(image).decode()}',1)"


def _table(out: TextIO, name: str, columns: str, rows: Iterator[str]) -> None:
    defined = ",\n".join(f"  `{column}` text" for column in columns.split())
    out.write(f"CREATE TABLE `{name}` (\n{defined}\n) ENGINE=InnoDB;\n")
    waiting: list[str] = []
    size = 0
    for row in rows:
        waiting.append(row)
        size += len(row)
        if size > 1_000_000:
            out.write(f"INSERT INTO `{name}` VALUES {','.join(waiting)};\n")
            waiting, size = [], 0
    if waiting:
        out.write(f"INSERT INTO `{name}` VALUES {','.join(waiting)};\n")
