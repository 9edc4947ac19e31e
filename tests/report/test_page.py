from __future__ import annotations

from html.parser import HTMLParser

import pytest
from bs4 import BeautifulSoup

from migrator.archive import stories, totals
from migrator.report.page import page
from migrator.report.words import masked, plain


def written(archive):
    told = [stories.story(archive, one) for one in stories.learner_ids(archive)]
    told += stories.unclaimed(archive)
    found = totals.totals(archive)
    return "".join(page(found, told, totals.problems(archive), archive.now()))


class Seen(HTMLParser):
    """Notes every tag and attribute there is."""

    def __init__(self):
        super().__init__()
        self.tags = set()
        self.attributes = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_no_name_becomes_markup(hostile):
    seen = Seen()
    seen.feed(written(hostile))
    assert not seen.tags & {"script", "img", "b", "iframe", "svg", "a"}
    assert not any(name.startswith("on") for name in seen.attributes)
    assert seen.tags >= {"table", "h1", "h2", "h3", "style", "title"}


def test_every_name_is_there_as_text(hostile, hostile_names):
    soup = BeautifulSoup(written(hostile), "html.parser")
    text = soup.get_text()
    for name in hostile_names:
        # Badge, issuer, learner and what could not be read.
        assert text.count(plain(name)) >= 4, name
    assert soup.h1.get_text() == "Badge migration report"
    assert len(soup.find_all("h3")) == len(hostile_names) + 1


def test_nothing_can_steer_a_reader_or_its_direction(hostile):
    html = written(hostile)
    assert all(line.isprintable() for line in html.split("\n"))


def test_no_script_runs_and_nothing_is_fetched(hostile):
    html = written(hostile)
    assert "default-src 'none'" in html
    assert 'http-equiv="Content-Security-Policy"' in html
    assert "src=" not in html.replace("src=x onerror", "")
    assert "href=" not in html


def test_every_destination_ends_with_its_balance(hostile):
    soup = BeautifulSoup(written(hostile), "html.parser")
    (line,) = (one.get_text() for one in soup.select("p.sum"))
    assert line.startswith("9 badges = ")
    assert line.endswith("+ 2 not planned yet; missing: 0.")


def test_a_badge_nobody_holds_is_under_learner_not_known(hostile):
    soup = BeautifulSoup(written(hostile), "html.parser")
    assert soup.find_all("h3")[-1].get_text() == "Learner not known"


def test_the_page_can_be_masked(hostile):
    assert "p1@example.org" in written(hostile)
    html = masked(written(hostile))
    assert "p***@example.org" in html
    assert "p1@" not in html
    assert not Seen().tags


def test_an_empty_archive_has_a_page_too(archive):
    html = written(archive)
    assert "0 badges, 0 learners, 0 issuers, 0 collections." in html
    assert html.endswith("</body></html>\n")


def test_the_page_comes_in_pieces_as_the_stories_do(archive):
    asked = []

    def told():
        for number in range(3):
            asked.append(number)
            yield stories.LearnerStory(number, None, (f"p{number}@x.org",), ())

    pieces = page(totals.totals(archive), told(), [], archive.now())
    while not asked:
        next(pieces)
    assert asked == [0]
    assert sum("<h3>" in piece for piece in pieces) >= 2


@pytest.mark.parametrize("issued", ["<b>2015</b>", "2015-04-30T10:00:00Z"])
def test_a_date_that_is_none_is_text_too(archive, reader, tmp_path, make, issued):
    reader.outcomes(archive, tmp_path, [make.found(1)])
    with archive.writing() as conn:
        conn.execute("update assertion set issued_on = ?", (issued,))
    assert "<b>" not in written(archive)
