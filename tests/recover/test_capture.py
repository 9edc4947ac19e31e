"""Lists of captures, and which capture is tried first."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.recover.capture import Capture, NotAnIndex, preferred, read_index

URL = "http://example.org/1.json"
HEADER = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]


def row(when="20140302101112", original=URL, status="200", media_type="application/json"):
    return ["org,example)/1.json", when, original, media_type, status, "ABC", "12"]


def index(*rows):
    return read_index(json.dumps([HEADER, *rows]).encode(), URL)


def test_a_row_becomes_a_capture():
    (found,) = index(row()).captures
    assert found == Capture("20140302101112", URL, "application/json", 200, "ABC")
    assert found.captured_at == "2014-03-02T10:11:12Z"
    assert found.usable
    assert not found.redirects


def test_columns_are_found_by_name():
    body = json.dumps([["original", "timestamp"], [URL, "20140302101112"]]).encode()
    assert read_index(body, URL).captures == (Capture("20140302101112", URL),)


def test_one_object_a_line_is_read_too():
    line = {"urlkey": "org,example)/1.json", "timestamp": "20140302101112", "url": URL}
    body = json.dumps(line | {"mime": "application/json", "status": "200", "digest": "A"})
    assert read_index(f"{body}\n{body}\n".encode(), URL).captures[0].usable


@pytest.mark.parametrize("body", [b"", b"[]", b"  \n", b"[[]]"])
def test_an_empty_answer_is_an_empty_list(body):
    assert read_index(body, URL).captures == ()


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sorry</html>",
        b"[1",
        b'"text"',
        b"[1, 2]",
        b"[[[]], [1]]",
        b"7",
        b"[" * 100000,
        b'[["original"], 7]',
        b'{"a": 1}\n[2]',
    ],
)
def test_anything_else_is_no_list(body):
    with pytest.raises(NotAnIndex):
        read_index(body, URL)


@pytest.mark.parametrize(
    "odd",
    [
        row(when="2014"),
        row(when="../../etc/pass"),
        row(original="http://example.org/2.json"),
        row(original="http://example.org/1.JSON"),
        row(original=7),
        ["org,example)/1.json"],
    ],
)
def test_rows_that_make_no_sense_or_are_of_another_address_are_left_out(odd):
    found = index(odd, row())
    assert len(found.captures) == 1
    assert found.rows == 2


def test_an_archive_that_sorts_its_keys_looks_up_every_spelling_at_once():
    assert index(row()).folds
    plain = row()
    plain[0] = URL
    assert not index(plain).folds


def test_repetitions_and_redirects_are_told_apart_from_failures():
    again, moved, gone, odd = (
        *index(row(status="-", media_type="warc/revisit"), row(status="302")).captures,
        *index(row(status="404"), row(status="-")).captures,
    )
    assert (again.usable, moved.redirects) == (True, True)
    assert not (gone.usable)
    assert not (gone.redirects)
    assert not (odd.usable)


def test_the_nearest_capture_not_before_the_award_is_first():
    whens = ["20140101000000", "20150501000000", "20150429000000", "20160101000000"]
    found = preferred([Capture(when, URL) for when in whens], "2015-04-30")
    assert [one.moment[:8] for one in found] == ["20150501", "20160101", "20150429", "20140101"]


@given(st.lists(st.datetimes().map(lambda one: one.strftime("%Y%m%d%H%M%S").zfill(14))))
def test_no_capture_is_lost_by_ordering(whens):
    captures = [Capture(when, URL) for when in whens]
    assert sorted(preferred(captures, "2015-04-30"), key=hash) == sorted(captures, key=hash)
    assert [one.moment for one in preferred(captures, None)] == sorted(whens)
