"""What is wrong with a file that should be JSON is said in words; nothing is repaired."""

from __future__ import annotations

import time

import pytest

from migrator.verify.hosts.defect import (
    charset,
    defect,
    is_page,
    title,
    without_comments,
    without_trailing_commas,
)

JWS = b"eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln"


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"", "", "the answer is empty"),
        (b" \n\0", "", "the answer is empty"),
        (JWS, "", "a signed badge (JWS)"),
        (b'{"a": 1, // one\n "b": 2}', "", "there are comments in its JSON"),
        (b'{"a": /* one */ 1}', "", "there are comments in its JSON"),
        (b'{"a": [1, 2, ], }', "", "there are commas too many in its JSON"),
        (b'{"a": 1, # no\n}', "", "it is no JSON"),
        (b'/* x */ {"a": 1,}', "", "there are comments and commas too many in its JSON"),
        (b'badge({"a": 1});', "", "it is JavaScript around JSON (JSONP)"),
        (b'Warning: foo in bar.php {"a": 1}', "", "other text stands before or behind its JSON"),
        (b"{'a': 1}", "", "its JSON is written with single quotes"),
        (b'{"a": {"b": 1}, "c', "", "its JSON is cut off"),
        (b"plain words", "", "it is no JSON (Expecting value at line 1, column 1)"),
        ('{"a": 1}'.encode("cp500"), "", "in the charset CP500"),
        (b"some words", "application/json; charset=x-none", "it is no JSON"),
        (b"[1, 2", "", "its JSON is cut off"),
        (b'{"a": ' + b"[" * 3000 + b"]" * 3000 + b"}", "", "nested more than 64 levels deep"),
        (b"{" + b" " * 300_000, "", "its JSON is cut off"),
    ],
)
def test_the_defect_is_named(body, content_type, words):
    assert words in defect(body, content_type)


def test_a_charset_that_is_named_is_tried():
    body = '{"a": "é"}'.encode("cp037")
    assert "CP037" in defect(body, 'application/json; charset="cp037"')


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ('{"url": "http://a.example//b"}', '{"url": "http://a.example//b"}'),
        ('{"a": "/* no */"}', '{"a": "/* no */"}'),
        ('{"a": 1} // end', '{"a": 1} '),
        ("a / b", "a / b"),
        ("x /* never closed", "x "),
        ('"never closed // x', '"never closed // x'),
    ],
)
def test_comments_are_taken_out_of_everything_but_strings(text, bare):
    assert without_comments(text) == bare


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ('{"a": ",}", "b": [1 , ] , }', '{"a": ",}", "b": [1  ]  }'),
        ('["never closed ,]', '["never closed ,]'),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_only_commas_before_a_closing_bracket_are_too_many(text, bare):
    assert without_trailing_commas(text) == bare


@pytest.mark.parametrize("piece", ["/*", '"\\', "//", ",", '/*"', "{'", "(", "<title"])
def test_hostile_texts_take_no_time(piece):
    body = (piece * (1 << 20))[: 1 << 20].encode()
    began = time.monotonic()
    defect(body, "application/json")
    defect(body[: 256 * 1024], "application/json")
    title(body)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("body", "content_type", "page"),
    [
        (b"\xef\xbb\xbf\n<!DOCTYPE HTML><p>", "", True),
        (b"<?xml version='1.0'?><html xmlns='...'>", "application/xml", True),
        (b"<h1>Sold</h1>", "text/html", True),
        (b"<h1>Sold</h1>", "text/plain", False),
        (b'<br>Warning {"a": 1}', "text/html", False),
        (b'{"a": 1}', "text/html", False),
    ],
)
def test_a_web_page_is_told_by_what_it_is(body, content_type, page):
    assert is_page(body, content_type) is page


def test_a_title_is_short_and_printable():
    assert title(b"<TITLE lang=en>\n Buy \x1b[2J this\n domain </title>") == "Buy [2J this domain"
    assert len(title(b"<title>" + b"x" * 500)) == 80
    assert title(b"no title") == ""


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        ('{"a": "é"}'.encode(), "application/json", ""),
        (b"\xef\xbb\xbf{}", "", ""),
        ('{"a": "é"}'.encode("latin-1"), "", "read as Latin-1"),
        ('{"a": "é"}'.encode("latin-1"), "text/json; charset=UTF-8", "although it says UTF-8"),
        ('{"a": "é"}'.encode("utf-16-le"), "", "written in UTF-16-LE"),
    ],
)
def test_an_odd_charset_that_can_be_read_is_said(body, content_type, words):
    assert words in charset(body, content_type)
    assert bool(words) is bool(charset(body, content_type))
