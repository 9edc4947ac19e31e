from __future__ import annotations

import json
import struct
import zlib
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.archive import shelf
from migrator.archive.archive import Archive
from migrator.sources.found import (
    Found,
    FoundCollection,
    FoundLearner,
    Membership,
    Problem,
    Severity,
)

_TEXT = st.text(st.characters(), max_size=20) | st.sampled_from(
    [
        "",
        " ",
        "a\0b",
        "\ud800",
        "x\udcff",
        "\x1b[31mred",
        "\u202egnp.exe",
        "a@example.org",
        "A@Example.org",
        "%$%",
        "'",
    ]
)
_NUMBER = st.integers() | st.sampled_from([0, 2**63, -(2**64)])
_URL = _TEXT | st.sampled_from(
    [
        "https://x.example/1",
        "HTTP://X.example:80/1#f",
        "http://[",
        "https://x.example/\ud800",
        "https://x.example/1?v=2_0",
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_KEYS = st.sampled_from(
    [
        "id",
        "@id",
        "uid",
        "recipient",
        "salt",
        "badge",
        "verify",
        "verification",
        "issuedOn",
        "issued_on",
        "expires",
        "image",
        "evidence",
        "revoked",
        "name",
        "issuer",
        "url",
        "origin",
        "criteria",
        "tags",
        "alignment",
        "identity",
        "hashed",
        "type",
        "@context",
        "_location",
        "_originalRecipient",
        "narrative",
    ]
)
_DOCUMENT = st.recursive(
    st.dictionaries(_KEYS, _JSON | _URL, max_size=8),
    lambda inner: st.dictionaries(_KEYS, inner | _JSON | _URL, max_size=6),
    max_leaves=8,
)
_BYTES = st.one_of(
    st.none(),
    st.binary(max_size=40),
    _DOCUMENT.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(
        [
            b"[" * 200_000,
            b"9" * 10_000,
            b'{"badge":' + b"9" * 5000 + b"}",
            b'"\\ud800"',
            b"e30.e30.e30",
        ]
    ),
)
_PROBLEM = st.builds(Problem, _TEXT, _TEXT, _TEXT, st.binary(max_size=9), st.sampled_from(Severity))


@st.composite
def _image(draw):
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return None
    if kind == 1:
        return draw(st.binary(max_size=60))
    text = draw(_BYTES) or b"https://x.example/2"
    if kind == 2:
        return (
            b'<svg xmlns:o="http://openbadges.org"><o:assertion verify="x">'
            + text
            + b"</o:assertion></svg>"
        )
    from_maker = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17)
    body = (
        draw(st.sampled_from([b"openbadges\0", b"openbadges\0\0\0\0\0", b"openbadges\0\1\0\0\0"]))
        + text
    )
    kind = draw(st.sampled_from([b"iTXt", b"tEXt", b"zTXt"]))
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return from_maker + chunk


_FOUND = st.builds(
    Found,
    locator=_TEXT,
    assertion=_BYTES,
    badge_class=_BYTES,
    issuer=_BYTES,
    jws=_BYTES,
    hosted_url=st.none() | _URL,
    image=_image(),
    holder=st.none() | _TEXT,
    added_at=st.none() | _TEXT,
    memberships=st.lists(st.builds(Membership, _TEXT, _NUMBER, st.none() | _TEXT), max_size=2).map(
        tuple
    ),
    deleted=st.booleans(),
    warnings=st.lists(_PROBLEM, max_size=2).map(tuple),
)
_OUTCOME = st.one_of(
    _FOUND,
    _FOUND,
    _PROBLEM,
    st.builds(FoundLearner, _TEXT, st.lists(_TEXT, max_size=3).map(tuple), st.none() | _TEXT),
    st.builds(
        FoundCollection,
        _TEXT,
        _TEXT,
        _TEXT,
        _TEXT,
        st.none() | _TEXT,
        st.booleans(),
        st.none() | _TEXT,
    ),
)


@pytest.mark.no_cover  # dozens of examples of what other tests measure
@settings(max_examples=60, deadline=None, suppress_health_check=[*HealthCheck])
@given(outcomes=st.lists(_OUTCOME, max_size=12))
def test_whatever_is_found_the_reading_goes_on_and_the_books_balance(
    hostile, reader, tmp_path, contents, outcomes
):
    found = sum(
        isinstance(one, Found) or (isinstance(one, Problem) and one.severity is Severity.PROBLEM)
        for one in outcomes
    )
    # One archive for all examples: each finds what the ones before it left.
    read = reader.outcomes(hostile, tmp_path, outcomes)
    assert read.counts.balances
    assert read.counts.found == found
    before = contents(hostile)
    again = reader.outcomes(hostile, tmp_path, outcomes)
    assert (again.counts.found, again.counts.archived) == (found, 0)
    assert contents(hostile) == before
    digests = {
        sha256(shelf.image_file(hostile, row[0])).digest() == row[1]
        for row in hostile.all("select id, digest from image")
    }
    assert digests <= {True}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, check_books):
    with Archive.open(
        tmp_path_factory.mktemp("hostile") / "a.db", lambda: "2026-11-23T09:00:00.000Z"
    ) as opened:
        yield opened
        check_books(opened)
