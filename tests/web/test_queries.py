"""At a million badges a page must find its rows by an index; what is counted is counted apart."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from migrator.web import boards, files, finding, listing, start
from migrator.web.badge import badge_page
from migrator.web.learner import learner_page
from migrator.web.view import Asked

# Of a full-text table a scan says how it is found; "0:" is all of it. Destinations and leases are
# few, and `chosen` are the badges of one page.
_SCAN = re.compile(
    r"SCAN (?!CONSTANT ROW|\(subquery|destination\b|lease\b|chosen\b"
    r"|\S+ VIRTUAL TABLE INDEX (?!0:$))"
)


def scans(archive, work):
    """Return the tables gone through in everything that `work` asks."""
    asked = []
    archive.conn.set_trace_callback(lambda sql: asked.append(sql.strip()))
    try:
        work()
    finally:
        archive.conn.set_trace_callback(None)
    asked = [sql for sql in asked if sql.lower().startswith(("select", "with"))]
    assert asked, "nothing was asked"
    return [
        f"{row['detail']}: {sql}"
        for sql in asked
        for row in archive.all(f"explain query plan {sql}")
        if _SCAN.match(row["detail"])
    ]


def made(view):
    """Make everything of a page, its table too."""
    list(view.rows)


def asked(act=True, query=None, **path):
    return Asked(path, query or {}, "html", True, act)


@pytest.mark.parametrize(
    ("work", "question"),
    [
        (learner_page, asked(id="1")),
        (badge_page, asked(id="1")),
        (badge_page, asked(id="5")),
        (listing.board_page, asked(id="1", state="held", reason="no_account")),
        (listing.board_page, asked(id="1", state="done")),
        (
            listing.board_page,
            asked(id="1", state="held", reason="no_account", query={"after": "3"}),
        ),
        (listing.class_page, asked(id="1")),
        (listing.issuer_page, asked(id="1")),
        (listing.problems_page, asked()),
        *(
            (finding.find_page, asked(query={"q": text}))
            for text in (
                *("ann@example.org", "old@nowhere.example", "smith", "smiht", "badge", "issuer"),
                *("https://issuer.example/assertions/1.json", "https://nowhere.example/x"),
            )
        ),
    ],
)
def test_a_page_goes_through_no_table(filled, work, question):
    assert scans(filled, lambda: made(work(filled, question))) == []


@pytest.mark.parametrize("work", [files.picture, files.baked, files.document])
def test_a_file_goes_through_no_table(filled, work):
    def ask():
        with suppress(KeyError):
            work(filled, asked(id="1", part="1"))

    assert scans(filled, ask) == []


def test_what_runs_is_shown_without_counting(filled):
    found = boards.counted(filled)
    assert scans(filled, lambda: made(start.start_page(filled, asked(), found))) == []


def test_the_check_itself_sees_a_scan(filled):
    assert scans(filled, lambda: filled.all("select * from learner where name = 'x'"))
