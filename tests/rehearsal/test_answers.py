from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.rehearsal.answers import JSON, LD_JSON, chosen


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", LD_JSON),
        ("*/*", LD_JSON),
        ("application/json", JSON),
        ("application/json, text/plain, */*", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/*", "text/html"),
        ("APPLICATION/JSON; charset=utf-8", JSON),
        ("application/xml", None),
        ("image/png, application/*", LD_JSON),
    ],
)
def test_media_type_is_the_most_exact_wish_that_can_be_written(accept, expected):
    assert chosen(accept) == expected


@given(st.text(max_size=40))
def test_any_accept_header_gets_a_media_type_or_none(accept):
    assert chosen(accept) in (JSON, LD_JSON, "text/html", None)


def test_browsable_page_escapes_what_it_shows(start, visit):
    visitor = visit(start())
    url = "http://localhost:8099/mdimg/assertion.json"
    visitor.ask("POST", "/v2/backpack/import", {"url": url})
    page = visitor.ask("GET", "/v2/backpack/assertions", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize("path", ["/v1/earner/badges", "/v2/backpack/assertions"])
def test_method_that_is_not_there_is_refused_in_the_shape_of_its_generation(start, visit, path):
    answer = visit(start()).ask("PATCH", path)
    assert answer.status_code == 405
    assert "PATCH" in answer.text


def test_head_is_answered_like_get_without_a_body(start, visit):
    answer = visit(start()).ask("HEAD", "/v2/backpack/assertions")
    assert (answer.status_code, answer.content) == (200, b"")
