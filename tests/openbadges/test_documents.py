import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.openbadges.documents import (
    as_backpack_wrote,
    canonical,
    first_object,
    parse,
    parse_object,
    parse_text,
)
from migrator.openbadges.model import Unreadable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    "written",
    [
        b'{"a":"\xc3\xa9"}',
        b'\xef\xbb\xbf{"a":"\xc3\xa9"}\r\n',
        '{"a":"é"}'.encode("utf-16"),
        '{"a":"é"}'.encode("utf-16-le"),
        '{"a":"é"}'.encode("utf-32"),
        b'{"a":"\xe9"}',
        b' {"a":"\xc3\xa9"}\x00\x00 ',
        json.dumps(json.dumps({"a": "é"})).encode(),
        b'"  {\\"a\\":\\"\xc3\xa9\\"} "',
    ],
)
def test_a_document_is_read_however_it_was_written(written):
    assert parse(written) == {"a": "é"}


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (b"", "empty"),
        (b"\x00 \n", "empty"),
        (b"<html>", "no JSON"),
        (b'{"a":1} x', "no JSON"),
        (b"[" * 65 + b"]" * 65, "64 levels"),
        (b"[" * 100_000, "64 levels"),
        (b"1" * 5000, "too long"),
        (b'"' + b"a" * (16 * 2**20) + b'"', "16 MiB"),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(written, sentence):
    with pytest.raises(Unreadable, match=sentence):
        parse(written)


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(Unreadable, match="16 MiB"):
        parse_text(" " * (16 * 2**20 + 1))


def test_sixty_four_levels_are_read():
    assert parse(b"[" * 64 + b"]" * 64)
    assert len(parse(b"[" + b"[]," * 99 + b"[]]")) == 100


def test_numbers_that_are_none_become_null():
    assert parse(b'{"a":NaN,"b":-Infinity}') == {"a": None, "b": None}


def test_half_a_character_becomes_a_replacement_that_can_be_stored():
    assert parse(b'{"a":"\\ud83d"}') == {"a": "\ufffd"}
    assert parse(b'{"a":"\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_a_list_is_no_badge_document():
    with pytest.raises(Unreadable, match="not an object"):
        parse_object(b"[]")


@given(JSON)
def test_whatever_is_written_is_read_again(value):
    wrapped = {"a": value}
    assert parse(as_backpack_wrote(wrapped)) == wrapped
    assert parse(canonical(wrapped)) == wrapped


def test_equal_documents_have_equal_canonical_bytes():
    assert (
        canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == b'{"a":"\xc3\xa9","b":1}'
    )


def test_the_backpack_wrote_compact_with_keys_in_order():
    assert as_backpack_wrote({"b": [1, None], "a": "é\n<"}) == b'{"b":[1,null],"a":"\xc3\xa9\\n<"}'


def test_an_object_is_found_inside_a_text():
    assert first_object('x \'{"a":{"b":1}}\' y}') == '{"a":{"b":1}}'
    assert first_object('{"a": ') is None
    assert first_object("none") is None
    assert first_object('{"a":' * 100_000) is None
