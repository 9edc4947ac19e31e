from __future__ import annotations

from html.parser import HTMLParser
from itertools import product

import pytest
from bs4 import BeautifulSoup

from migrator.archive import accounts, ledger
from migrator.archive.roll import Enrolled, roll
from migrator.archive.totals import problems
from migrator.markup import first_line
from migrator.openbadges.model import Addresses
from migrator.report.facts import facts
from migrator.report.page import KIND, page
from migrator.report.style import COLOURS, KINDS, STYLE
from migrator.report.veil import veiled
from migrator.report.words import plain


def written(archive):
    return "".join(page(facts(archive), roll(archive), problems(archive)))


def soup_of(archive):
    return BeautifulSoup(written(archive), "html.parser")


class Seen(HTMLParser):
    """Notes every tag and attribute there is."""

    def __init__(self):
        super().__init__()
        self.tags = set()
        self.attributes = set()
        self.links = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value for name, value in attrs if name in ("href", "src")}


def test_no_name_becomes_markup(hostile):
    seen = Seen()
    seen.feed(written(hostile))
    assert not seen.tags & {"script", "img", "b", "iframe", "link", "form", "object"}
    assert not any(name.startswith("on") for name in seen.attributes)
    assert "style" not in seen.attributes
    assert seen.tags >= {"table", "h1", "h2", "h3", "style", "title", "svg"}
    assert all(link.startswith("#") for link in seen.links)


def test_every_name_is_there_as_text(hostile, hostile_names):
    soup = soup_of(hostile)
    text = soup.get_text()
    for name in hostile_names:
        # Badge, issuer (twice), learner and what could not be read.
        assert text.count(plain(name)) >= 4, name
    assert soup.h1.get_text() == "Badge migration report"
    assert len(soup.select("tbody.who")) == len(hostile_names) + 1


def test_nothing_can_steer_a_reader_or_its_direction(hostile):
    assert all(line.isprintable() for line in written(hostile).split("\n"))


def test_no_script_runs_and_nothing_is_fetched(hostile):
    html = written(hostile)
    assert html.startswith(first_line(KIND))
    assert "default-src 'none'; style-src 'sha256-" in html
    assert "src=" not in html.replace("src=x onerror", "")


def test_every_link_leads_to_a_place_on_the_page(hostile):
    soup = soup_of(hostile)
    links = {one["href"] for one in soup.find_all("a")}
    assert len(links) > 5
    for link in links:
        assert soup.find(id=link[1:]) is not None, link


def test_every_chart_has_its_table_and_a_name(hostile):
    soup = soup_of(hostile)
    whole, *charts = soup.find_all("svg")
    assert whole["aria-label"] == "2 of 9 badges have arrived"
    assert len(charts) == 4
    for chart in charts:
        assert chart["role"] == "img"
        assert chart["aria-label"]
        assert chart.find_next("table").caption.get_text()
    for head in soup.select("thead th"):
        assert head["scope"] == "col"


def test_every_destination_ends_with_its_balance(hostile):
    (line,) = (one.get_text() for one in soup_of(hostile).select("p.sum"))
    assert line.startswith("9 badges = ")
    assert line.endswith("+ 2 not planned yet; missing: 0.")


def test_a_badge_nobody_holds_is_under_learner_not_known(hostile):
    assert soup_of(hostile).select("tbody.who")[-1].th.get_text() == "Learner not known"


def test_what_needs_a_person_is_said_by_who_can_act(hostile):
    soup = soup_of(hostile)
    heads = [one.get_text() for one in soup.find(id="people").find_all_next("h3")]
    assert heads == ["The issuers"]


def test_two_destinations_are_told_apart(hostile):
    second = accounts.save_destination(hostile, "badgr", "https://second.example")
    account = accounts.save_account(hostile, second.id, "p0@example.org", Addresses())
    plan = [ledger.Planned(1, account.id, None, None, "held", "host_dead", "", 0)]
    ledger.write_plan(hostile, second.id, plan)
    soup = soup_of(hostile)
    assert "held back: host dead, second.example" in soup.select("tbody.who")[0].get_text()
    assert soup.select("a[href='#reason-1-host_dead']")
    assert len(soup.select("p.sum")) == 2


def test_the_page_can_be_masked(hostile):
    assert "p1@example.org" in written(hostile)
    pieces = page(
        veiled(facts(hostile)), map(veiled, roll(hostile)), map(veiled, problems(hostile))
    )
    html = "".join(pieces)
    assert "p***@example.org" in html
    assert "p1@" not in html
    assert STYLE in html
    assert "".join(page(facts(hostile), [], [])).count("<h3>") == html.count("<h3>")


def test_an_empty_archive_has_a_page_too(archive):
    html = written(archive)
    assert "0 badges of 0 learners from 0 issuers, 0 collections." in html
    assert "The archive holds no badge yet." in html
    assert html.endswith("</body></html>\n")


def test_the_page_comes_in_pieces_as_the_roll_does(archive):
    asked = []

    def told():
        for number in range(1, 4):
            asked.append(number)
            yield Enrolled(number, "B", None, None, None, number, None, f"p{number}@x.org", ())

    pieces = page(facts(archive), told(), [])
    while not asked:
        next(pieces)
    assert asked == [1]
    assert sum('<tbody class="who">' in piece for piece in pieces) >= 2


def test_many_learners_are_many_tables(archive):
    held = (Enrolled(n, "B", None, None, None, n, None, f"p{n}@x", ()) for n in range(1, 202))
    soup = BeautifulSoup("".join(page(facts(archive), held, [])), "html.parser")
    assert [len(one.select("tbody.who")) for one in soup.select(".roll")] == [100, 100, 1]


def test_more_problems_than_are_shown_are_counted(hostile):
    with hostile.writing() as conn:
        conn.executemany(
            "insert into problem (source_id, locator, code, severity, sentence, seen_at)"
            " values (1, ?, 'odd', 'problem', 'It is odd.', '')",
            ((f"row {n}",) for n in range(1000)),
        )
    html = "".join(page(facts(hostile), [], problems(hostile, 1000)))
    assert "more: <code>badge-migrator status --problems</code>" in html


@pytest.mark.parametrize("issued", ["<b>2015</b>", "2015-04-30T10:00:00Z"])
def test_a_date_that_is_none_is_text_too(archive, reader, tmp_path, make, issued):
    reader.outcomes(archive, tmp_path, [make.found(1)])
    with archive.writing() as conn:
        conn.execute("update assertion set issued_on = ?", (issued,))
    assert "<b>" not in written(archive)


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", COLOURS)
def test_every_text_and_bar_stands_out_from_its_ground(theme):
    colours = COLOURS[theme]
    for text, ground in product(("text", "soft", "link"), ("ground", "panel")):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for bar in set(KINDS.values()):
        assert contrast(colours[bar], colours["ground"]) >= 3, bar
