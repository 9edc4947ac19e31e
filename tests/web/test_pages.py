from __future__ import annotations

import csv
import io
import json
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup

from migrator.archive.archive import Archive
from migrator.archive.stories import story
from migrator.report.story import ABOUT, badge_told, where_told

ANN, BOB = 1, 2


def page(answer, status=200):
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def words(tag):
    return " ".join(tag.get_text(" ").split())


def badge_id(filled, number):
    url = f"https://issuer.example/assertions/{number}.json"
    return filled.one("select id from assertion where hosted_url = ?", url)["id"]


@pytest.fixture(scope="module")
def every_page(filled):
    """A path of every kind of page."""
    return [
        *("/", "/find?q=", "/find?q=smith", "/find?q=smiht", "/find?q=badge", "/find?q=issuer"),
        *(f"/learner/{row['id']}" for row in filled.all("select id from learner")),
        *(f"/badge/{row['id']}" for row in filled.all("select id from assertion")),
        *("/board/1/done", "/board/1/held/host_dead", "/board/1/held/no_account"),
        *("/by/issuer", "/by/class", "/by/cohort", "/by/day", "/problems"),
        *(f"/class/{row['id']}" for row in filled.all("select id from badge_class")),
        *(f"/issuer/{row['id']}" for row in filled.all("select id from issuer")),
    ]


def test_the_start_page_is_one_search_box_and_the_books(asking, filled):
    shown = page(asking.get("/"))
    (box,) = shown.select("input[name=q]")
    assert box.has_attr("autofocus")
    assert shown.select_one(f"label[for={box['id']}]") is not None
    total = filled.one("select count(*) from assertion")[0]
    balance = words(shown.select_one(".sum"))
    assert balance.startswith(f"{total} badges = ")
    assert balance.endswith("missing: 0.")


def test_every_reason_leads_to_its_board_with_who_must_act(asking):
    shown = page(asking.get("/"))
    boards = {words(row.th.a): row for row in shown.select("section tbody tr")}
    row = boards["Held back: host dead"]
    assert "the issuer" in words(row)
    board = page(asking.get(row.a["href"]))
    assert "Who must act: the issuer" in words(board.main)
    assert [words(one) for one in board.select("tbody th")] == ["Badge 2"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (" ANN@example.org ", f"/learner/{ANN}"),
        ("ann.smith@work.example", f"/learner/{ANN}"),
        ("garcia", f"/learner/{BOB}"),
        ("bob school", f"/learner/{BOB}"),
    ],
)
def test_a_search_that_means_one_learner_goes_there(asking, text, path):
    found = asking.get("/find", params={"q": text})
    assert (found.status_code, found.headers["location"]) == (303, path)


def test_a_hashed_recipient_leads_to_its_learner_and_a_url_to_its_badge(
    asking, filled, hashed_recipient
):
    learner = asking.get("/find", params={"q": hashed_recipient})
    assert learner.headers["location"] == f"/learner/{BOB}"
    url = "https://issuer.example/assertions/2.json?v=2_0"
    assert asking.get("/find", params={"q": url}).headers["location"] == (
        f"/badge/{badge_id(filled, 2)}"
    )


def test_what_is_nearly_right_is_offered_and_not_taken_for_it(asking):
    shown = page(asking.get("/find?q=smiht"))
    assert "nothing is spelled quite like this" in words(shown.main).lower()
    assert shown.select_one(f'main a[href="/learner/{ANN}"]') is not None


def test_nothing_found_says_what_to_try(asking):
    shown = page(asking.get("/find?q=nobody@nowhere.example"))
    assert "older address" in words(shown.main)


def test_a_learners_page_tells_the_story_of_status_line_by_line(asking, filled):
    said = page(asking.get(f"/learner/{ANN}")).main.get_text()
    said = "".join(said.split())
    found = story(filled, ANN)
    for badge in found.badges:
        lines = [*badge_told(badge)]
        for where in badge.destinations:
            lines += [one for one in where_told(badge, where) if one.label != ABOUT]
        for line in lines:
            assert "".join(str(line).replace("`", "").split()) in said
    for address in found.addresses:
        assert address in said


def test_what_needs_somebody_is_told_first(asking):
    shown = page(asking.get(f"/learner/{ANN}"))
    groups = [words(one) for one in shown.select("main section > h2")]
    assert groups == ["Waiting for somebody: 3", "Arrived: 1"]


def test_a_badges_page_has_all_that_is_known_of_it(asking, filled):
    number = badge_id(filled, 1)
    shown = page(asking.get(f"/badge/{number}"))
    headings = [words(one) for one in shown.select("h2")]
    assert headings == [
        *("What it is", "Where it was found", "What is kept of it", "Attempts"),
        "The whole reasoning",
    ]
    assert shown.select_one("img")["src"] == f"/badge/{number}/picture"
    (kept, *_) = [one.text for one in shown.select("pre")]
    assert json.loads(kept)["uid"] == "1"
    attempts = shown.find("caption", string="Every request made for it, newest first").parent
    assert [words(row.select("td")[1]) for row in attempts.select("tbody tr")] == [
        "done, HTTP 201",
        "try again",
    ]
    assert "Has it not expired?" in words(shown.main)


def test_a_badges_checks_are_listed(asking, filled):
    shown = page(asking.get(f"/badge/{badge_id(filled, 2)}"))
    checks = shown.find("caption", string="Every verdict, newest first").parent
    assert "host dead no" in words(checks.tbody)


def test_every_page_is_there_with_headings_labels_and_scopes(asking, every_page):
    for path in every_page:
        found = asking.get(path)
        if found.status_code == 303:
            continue
        shown = page(found)
        assert shown.html["lang"] == "en"
        assert len(shown.select("h1")) == 1
        assert words(shown.h1)
        assert shown.select_one("a.skip")["href"] == "#main"
        assert shown.select_one("main#main") is not None
        for field in shown.select("input:not([type=hidden]), textarea"):
            assert shown.select_one(f"label[for={field['id']}]") is not None, path
        for head in shown.select("th"):
            assert head["scope"] in ("col", "row"), path
        levels = [int(one.name[1]) for one in shown.select("h1, h2, h3")]
        assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.no_cover  # every page again; other tests measure them
def test_every_page_has_its_csv_and_its_json(asking, every_page):
    for path in every_page:
        found = asking.get(path)
        if found.status_code == 303:
            continue
        for link in page(found).select(".as a"):
            beside = asking.get(link["href"])
            assert beside.status_code == 200, link["href"]
            if words(link) == "JSON":
                assert beside.json()["type"]
            else:
                rows = list(csv.reader(io.StringIO(beside.text)))
                assert {len(row) for row in rows} == {len(rows[0])}, link["href"]


def test_what_names_nothing_is_said_to_be_nothing(asking):
    for path in (
        *("/learner/99", "/learner/9999999999999999999", "/badge/99", "/badge/99.json"),
        *("/class/99", "/issuer/99", "/board/9/done", "/board/1/nonsense", "/board/1/held/odd"),
        *("/elsewhere", "/by/nothing", "/badge/1x", "/learner/"),
    ):
        answer = asking.get(path)
        assert answer.status_code == 404, path
    assert "There is no such page" in words(page(asking.get("/badge/99"), 404))


def test_a_long_board_goes_on_where_the_page_before_ended(asking, monkeypatch):
    monkeypatch.setattr("migrator.archive.listing.PAGE", 3)
    path, seen = "/board/1/held/no_account", []
    while path:
        shown = page(asking.get(path))
        seen += [one["href"] for one in shown.select("tbody th a")]
        following = shown.select_one("a[rel=next]")
        path = f"/board/1/held/no_account{following['href']}" if following else None
    assert len(seen) == len(set(seen)) > 6


def test_a_table_for_a_spreadsheet_has_more_than_a_page(asking, monkeypatch):
    monkeypatch.setattr("migrator.archive.listing.PAGE", 2)
    monkeypatch.setattr("migrator.archive.listing._AT_ONCE", 2)
    path = "/board/1/held/no_account"
    all_of_it = asking.get(f"{path}.csv")
    assert "link" not in all_of_it.headers
    assert len(all_of_it.text.splitlines()) > 7
    monkeypatch.setattr("migrator.archive.listing.LONG_PAGE", 5)
    first = asking.json(f"{path}.json")
    assert len(first["badges"]) == 5
    assert f"?after={first['after']}>" in asking.get(f"{path}.csv").headers["link"]
    both = [row["assertion_id"] for row in first["badges"]]
    rest = asking.json(f"{path}.json?after={first['after']}")
    both += [row["assertion_id"] for row in rest["badges"]]
    assert len(both) == len(set(both)) > 5


def test_a_push_that_runs_is_shown_with_its_pace(asking, filled, monkeypatch):
    monkeypatch.setattr(
        "migrator.web.start.running", lambda archive, found: ["Running: `push` now."]
    )
    live = page(asking.get("/")).select_one("#live [data-running]")
    assert words(live) == "Running: push now."


def test_datasettes_own_tables_are_there_too(asking):
    assert asking.get("/archive").status_code == 200
    rows = asking.json("/archive/where_is_my_badge.json?address=ann@example.org&_shape=array")
    assert {row["learner"] for row in rows} == {"Ann Smith"}


def test_the_desk_never_writes(asking, filled):
    before = filled.one("pragma data_version")[0]
    for sql in ("delete from learner", "insert into learner values (99, 'x')", "pragma x=1"):
        assert asking.get("/archive.json", params={"sql": sql}).status_code == 400
    assert filled.one("pragma data_version")[0] == before
    with Archive.read(filled.path) as opened:
        assert opened.one("select count(*) from learner where id = 99")[0] == 0
