from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.archive import frame
from migrator.archive.documents import WHOLE, document_bytes, keep_document

_TEXT = st.text(alphabet='ab"\\\n\x1f\x00é/:', max_size=8)
_JSON = st.recursive(
    _TEXT | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["uid", "id", "identity", "image", "name"]), inner)
    ),
    max_leaves=12,
)


def comes_back(document):
    parts = frame.split(document)
    if parts is not None:
        common, values = parts
        assert frame.join(common.encode(), values.encode()) == document
    return parts


@given(_JSON, st.sampled_from([None, 2]), st.booleans())
def test_a_document_comes_back_byte_for_byte(value, indent, escaped):
    comes_back(json.dumps(value, indent=indent, ensure_ascii=escaped).encode())


@given(st.binary(max_size=60) | st.text('{"uid": \\\n\x1f0}', max_size=60).map(str.encode))
def test_what_is_no_json_comes_back_too(data):
    comes_back(data)


def test_two_assertions_of_one_make_share_a_frame(make):
    first, second = (comes_back(make.json(make.assertion(3 * n))) for n in (1, 2))
    assert first[0] == second[0]
    assert first[1] != second[1]


def test_a_value_that_stands_twice_is_kept_once():
    _, values = comes_back(
        b'{"id": "https://a.example/1", "verify": {"url": "https://a.example/1"}}'
    )
    assert values == "https://a.example/1"


def test_a_picture_in_a_document_stays_in_its_frame():
    common, values = comes_back(b'{"uid": "7", "badge": {"image": "data:image/png;base64,AAAA"}}')
    assert "data:image/png;base64,AAAA" in common
    assert values == "7"


@pytest.mark.parametrize(
    "document",
    [b'{"name": "x"}', b"[]", b'{"uid": "\xff"}', b'{"uid": "1", "x": "\x1f"}', b'{"uid": "1"}\0'],
)
def test_a_document_without_values_of_its_own_or_with_odd_bytes_is_kept_whole(document):
    assert frame.split(document) is None


def test_a_very_long_document_is_kept_whole():
    assert frame.split(b'{"uid": "1"}' + b" " * frame.LARGEST) is None


def test_a_frame_and_values_that_do_not_fit_are_told():
    with pytest.raises(ValueError, match="more gaps"):
        frame.join(b"\x1f0\x1f\x1f1\x1f", b"one")


def test_a_few_documents_of_a_make_stay_readable_and_many_share_a_frame(
    archive, reader, make, tmp_path
):
    first, many = range(0, 3 * WHOLE, 3), range(300, 600, 3)  # all of one badge class
    reader.outcomes(archive, tmp_path, [make.found(n) for n in first])
    assert archive.one("select count(*) from frame")[0] == 0
    reader.outcomes(archive, tmp_path, [make.found(n) for n in many])
    assert archive.one("select count(*) from frame")[0] == 1
    framed = archive.one("select count(*) from document where frame_id is not null")[0]
    assert framed == 100 - WHOLE
    kept = {
        document_bytes(archive.conn, row[0])
        for row in archive.all("select id from document where kind = 'assertion'")
    }
    assert kept == {make.json(make.assertion(n)) for n in [*first, *many]}
    # From now on every one of this make is kept small, whoever brings it.
    with archive.writing() as conn:
        another = make.json(make.assertion(7_002))
        number = keep_document(conn, "assertion", another)
        assert keep_document(conn, "assertion", another) == number
    assert archive.one("select frame_id from document where id = ?", number)[0] == 1
    assert document_bytes(archive.conn, number) == another


def test_a_document_that_is_not_there_is_told(archive):
    with pytest.raises(KeyError):
        document_bytes(archive.conn, 99)


def test_a_document_whose_frame_is_gone_is_told(archive, reader, make, tmp_path):
    reader.outcomes(archive, tmp_path, [make.found(3 * n) for n in range(9)])
    archive.conn.execute("pragma foreign_keys = off")
    archive.conn.execute("delete from frame")
    (number,) = archive.one("select id from document where frame_id is not null limit 1")
    with pytest.raises(ValueError, match="frame is not there"):
        document_bytes(archive.conn, number)
