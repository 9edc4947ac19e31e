import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.baking import bake, sniff, unbake
from migrator.openbadges.model import Unreadable

FIXTURES = Path(__file__).parents[2] / "fixtures" / "openbadges"
IMAGES = sorted([*FIXTURES.glob("*/*/image.png"), *FIXTURES.glob("*/*/image.svg")])
WHOLE = [path for path in IMAGES if path.parent.name != "picture-cut-off"]
SEEDS = [path.read_bytes() for path in IMAGES if path.stat().st_size < 3000]
DOCUMENTS = [path.read_bytes() for path in sorted(FIXTURES.glob("*/*/assertion.json"))]


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"GIF89a..", "image/gif"),
        (b"GIF87a..", "image/gif"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"<svg/>", "image/svg+xml"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- x --><svg:svg xmlns:svg='x'>", "image/svg+xml"),
        ("\ufeff<svg>".encode("utf-16-le"), "image/svg+xml"),
        (b"<!DOCTYPE html><html><svg>", None),
        (b"<p><svgs>", None),
        (b"an <svg> text", None),
        (b"{}", None),
        (b"", None),
    ],
)
def test_pictures_are_told_by_their_content(data, media_type):
    assert sniff(data) == media_type


def test_a_gif_carries_nothing():
    assert unbake(b"GIF89a").baked == ()
    assert unbake(b"GIF89a").media_type == "image/gif"


def test_what_is_no_picture_is_refused():
    with pytest.raises(Unreadable, match="no picture"):
        unbake(b"PK\x03\x04")


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.parent.name)
def test_a_picture_of_a_backpack_can_be_baked_anew(path):
    again = bake(path.read_bytes(), "http://a.example.org/1")
    [only] = unbake(again).baked
    assert only.text == "http://a.example.org/1"
    assert b"openbadges\0" not in again[: only.start] + again[only.end :]


PIECES = st.sampled_from(SEEDS + DOCUMENTS)


@st.composite
def damaged(draw):
    data = bytearray(draw(PIECES))
    for _change in range(draw(st.integers(0, 5))):
        position = draw(st.integers(0, len(data) - 1))
        data[position : position + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
        data = data or bytearray(b"x")
    return bytes(data[: draw(st.integers(0, len(data)))]) if draw(st.booleans()) else bytes(data)


@settings(max_examples=120, deadline=2000)
@given(st.data())
def test_no_damage_makes_reading_fail_otherwise(data):
    some = st.none() | damaged()
    pieces = Pieces(*(data.draw(some) for _piece in range(4)), None, data.draw(some))
    try:
        badge = read_badge(pieces)
    except Unreadable:
        return
    assert badge.identity.partition(":")[0] in ("url", "jws", "uid", "doc")
    assert all(one.data for one in badge.documents)
    json.dumps([sentence for _code, sentence in badge.warnings]).encode()
