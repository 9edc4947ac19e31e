"""A run over WARC files: chains, repetitions, redirects, packages and broken files."""

from __future__ import annotations

import json
import zipfile

import pytest

from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.errors import SourceUnreadable
from migrator.openbadges.model import Assertion
from migrator.recover import offline
from migrator.recover.offline import recover_offline
from migrator.recover.online import Limits
from migrator.recover.walk import Scope
from migrator.sources.found import Found
from migrator.sources.rowdocument import row_document

HOST = "https://issuer.example"
SAVED = "2015-06-01T00:00:00Z"


class Reading:
    """Archives badges by their addresses, says that these are gone, and reads WARC files."""

    def __init__(self, archive, clock, reader, folder, make, live):
        self.archive, self.clock, self.reader, self.make = archive, clock, reader, make
        self.folder, self.live = folder, live
        self.answers = []

    def lost(self, *numbers):
        found = [Found(f"badge {n}", hosted_url=self.make.url(n)) for n in numbers]
        self.reader.outcomes(self.archive, self.folder, found)
        self.live(self.archive, "no_such_host", *(self.make.url(n) for n in numbers))

    def write(self, data, name="site.warc.gz"):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def __call__(self, *files, limit=None, stop=lambda: False, **scope):
        self.clock.advance(1)
        self.answers = []
        tally = recover_offline(
            self.archive,
            Scope(self.archive.now(), **scope),
            files,
            Limits(limit, stop),
            self.answers.append,
        )
        assert tally.balances
        return tally

    def body(self, url):
        return webanswers.latest(self.archive, url, "warc").body


@pytest.fixture
def reading(archive, text_clock, reader, tmp_path, make, live):
    return Reading(archive, text_clock, reader, tmp_path, make, live)


@pytest.fixture
def site(warc, make):
    """Write everything of badge 1, the last of a chain first; returns the maker."""

    def written(maker=None, number=1):
        made = maker or warc()
        made.response(f"{HOST}/classes/{number}.html", b"<html>x</html>", SAVED)
        made.resource(f"{HOST}/classes/{number}.png", make.png(), SAVED)
        made.response(f"{HOST}/issuer.json", make.json(make.issuer()), SAVED)
        made.response(f"{HOST}/classes/{number}.json", make.json(make.badge_class(number)), SAVED)
        made.response(make.url(number), make.json(make.assertion(number)), SAVED)
        return made

    return written


def test_a_chain_is_found_whatever_the_order_in_the_file(reading, site, archive):
    reading.lost(1)
    tally = reading(reading.write(site().data))
    assert (tally.lost, tally.count("recovered"), tally.problems) == (5, 5, ())
    kept = webanswers.latest(archive, f"{HOST}/classes/1.png", "warc")
    assert (kept.captured_at, kept.media_type) == (SAVED, "image/png")
    assert kept.detail == "from site.warc.gz"
    row = archive.one(
        "select badge_class.name, recipient_identity from assertion"
        " join badge_class on badge_class.id = badge_class_id"
    )
    assert tuple(row) == ("Badge 1", "ann@example.org")


def test_an_original_found_again_says_more_than_what_was_made_from_a_row(
    reading, reader, site, archive, live, make
):
    url = make.url(1)
    row = row_document(Assertion(verification_url=url, narrative="of a row"), "a table")
    found = Found("line 2", row, hosted_url=url, holder="ann@example.org")
    reader.outcomes(archive, reading.folder, [found])
    live(archive, "no_such_host", url)
    assert archive.one("select version from assertion")[0] is None
    reading(reading.write(site().data))
    said = archive.one("select version, recipient_identity, narrative from assertion")
    assert said[0] is not None
    assert tuple(said[1:]) == ("ann@example.org", "of a row")


@pytest.mark.parametrize("name", ["site.warc", "site.wacz", "site.zip", "folder", "outer"])
def test_files_are_read_however_they_are_packed(reading, site, warc, name):
    reading.lost(1)
    data = site(warc(gz=name != "site.warc")).data
    if name == "site.warc":
        path = reading.write(data, name)
    elif name in ("folder", "outer"):
        path = reading.folder / name
        path.mkdir()
        (path / "notes.txt").write_text("nothing")
        inner = path / ("site.warc.gz" if name == "folder" else "site.wacz")
        if name == "folder":
            inner.write_bytes(data)
        else:
            with zipfile.ZipFile(inner, "w") as made:
                made.writestr("archive/data.warc.gz", data)
    else:
        path = reading.folder / name
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("archive/data.warc.gz", data)
            made.writestr("pages/pages.jsonl", "{}")
    tally = reading(path)
    assert (tally.count("recovered"), tally.problems) == (5, ())


def test_any_spelling_of_the_address_will_do(reading, warc, make):
    reading.lost(1)
    made = warc()
    made.response("http://www.issuer.example:80/assertions/1.json", make.json(make.assertion(1)))
    reading(reading.write(made.data))
    (found,) = reading.answers
    assert found.url == make.url(1)
    assert found.final_url == "http://www.issuer.example:80/assertions/1.json"


def test_the_copy_nearest_after_the_award_is_taken(reading, warc, make, archive):
    reading.reader.outcomes(archive, reading.folder, [make.found(1)])
    reading.live(archive, "gone", f"{HOST}/classes/1.png")
    made = warc()
    for year, size in ((2013, 1), (2016, 2), (2015, 3), (2014, 4)):
        made.resource(f"{HOST}/classes/1.png", make.png(size), f"{year}-12-01T00:00:00Z")
    reading(reading.write(made.data))
    assert reading.body(f"{HOST}/classes/1.png") == make.png(3)


def test_a_copy_from_before_the_award_says_so(reading, warc, make, archive):
    reading.reader.outcomes(archive, reading.folder, [make.found(1)])
    reading.live(archive, "gone", f"{HOST}/classes/1.png")
    made = warc()
    made.resource(f"{HOST}/classes/1.png", make.png(1), "2011-12-01T00:00:00Z")
    made.resource(f"{HOST}/classes/1.png", make.png(2), "2013-12-01T00:00:00Z")
    made.resource(f"{HOST}/classes/1.png", make.png(3), "some day")
    reading(reading.write(made.data))
    assert reading.body(f"{HOST}/classes/1.png") == make.png(2)
    assert reading.answers[0].detail.endswith("saved before the badge was issued")


def test_a_copy_without_a_date_is_better_than_none(reading, warc, make):
    reading.lost(1)
    made = warc()
    made.response(make.url(1), make.json(make.assertion(1)), "some day")
    reading(reading.write(made.data))
    assert reading.answers[0].captured_at is None


def test_error_pages_and_failures_are_no_copies(reading, warc, make, html):
    reading.lost(1)
    made = warc()
    made.response(make.url(1), html, "2015-05-01T00:00:00Z")
    made.response(make.url(1), make.json(make.assertion(1)), status="404 Not Found")
    tally = reading(reading.write(made.data))
    assert tally.count("not_found") == 1
    assert tally.problems == (
        (
            make.url(1),
            "A WARC file has this address, but it is a web page in place of what stood there.",
        ),
    )


def test_a_repetition_is_as_good_as_what_it_repeats(reading, warc, make, archive):
    reading.reader.outcomes(archive, reading.folder, [make.found(1)])
    url = f"{HOST}/classes/1.png"
    reading.live(archive, "gone", url)
    made = warc()
    digest = made.response(url, make.png(), "2012-01-01T00:00:00Z")
    made.revisit(url, digest, url, "2015-06-01T00:00:00Z")
    reading(reading.write(made.data))
    (found,) = reading.answers
    assert (found.captured_at, found.body) == ("2015-06-01T00:00:00Z", make.png())


def test_a_repetition_of_another_address_is_followed_to_it(reading, warc, make):
    reading.lost(1)
    body, other = make.json(make.assertion(1)), f"{HOST}/original.json"
    made = warc()
    made.response(other, make.json(make.assertion(2)), "2014-01-01T00:00:00Z")
    digest = made.response(other, body)
    made.revisit(make.url(1), digest, other)
    made.revisit(make.url(1), "", make.url(1))
    reading(reading.write(made.data))
    (found,) = reading.answers
    assert found.body == body
    assert found.captured_at == "2015-06-01T00:00:00Z"


def test_a_redirect_is_followed_to_another_file(reading, warc, make):
    reading.lost(1)
    one, other = warc(), warc()
    one.response(make.url(1), b"", status="301 Moved", Location="/new/1.json")
    one.response(make.url(1), b"", status="302 Found")
    one.response(make.url(1), b"", status="302 Found", Location="http://[")
    one.revisit(make.url(1), "", make.url(1), block=b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n")
    other.response(f"{HOST}/new/1.json", make.json(make.assertion(1)))
    files = reading.write(other.data, "a.warc.gz"), reading.write(one.data, "b.warc.gz")
    tally = reading(*files)
    assert tally.count("recovered") == 1
    (found,) = reading.answers
    assert found.final_url == f"{HOST}/new/1.json"
    assert found.detail == "from a.warc.gz"


def test_redirects_in_circles_come_to_an_end(reading, warc, make):
    reading.lost(1)
    made = warc()
    for one, other in (("1", "2"), ("2", "3"), ("3", "1")):
        made.response(
            f"{HOST}/assertions/{one}.json", b"", status="302 Found",
            Location=f"/assertions/{other}.json",
        )  # fmt: skip
    assert reading(reading.write(made.data)).count("not_found") == 1


def test_a_broken_file_is_named_and_the_others_are_read(reading, site, warc, make):
    reading.lost(1, 2)
    whole, cut = site(), warc()
    cut.response(make.url(2), make.json(make.assertion(2)) + b" " * 60_000)
    files = [
        reading.write(cut.data[:-40], "cut.warc.gz"),
        reading.write(b"nothing of the sort", "notes.warc"),
        reading.write(whole.data),
    ]
    tally = reading(*files)
    assert (tally.count("recovered"), tally.count("not_found")) == (5, 1)
    assert [place for place, _ in tally.problems] == ["cut.warc.gz", "notes.warc"]
    assert "it ends in the middle" in tally.problems[0][1]
    assert "no WARC file" in tally.problems[1][1]


def test_a_package_without_warc_files_is_named(reading, make):
    reading.lost(1)
    path = reading.folder / "site.wacz"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("pages/pages.jsonl", "{}")
    tally = reading(path)
    assert tally.problems[0][0] == "site.wacz"
    assert "no WARC file in it" in tally.problems[0][1]


def test_packages_in_packages_and_locked_members_are_named(reading, make, site):
    reading.lost(1)
    inner, outer = reading.folder / "inner.zip", reading.folder / "outer"
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr("deep.zip", b"PK\x03\x04 broken")
        made.writestr("../up.warc", b"WARC/1.0")
    outer.mkdir()
    with zipfile.ZipFile(outer / "outer.zip", "w") as made:
        made.write(inner, "inner.zip")
        made.writestr("good.warc.gz", site().data)
    tally = reading(outer, inner)
    assert tally.count("recovered") == 5
    told = dict(tally.problems)
    assert "one such level" in told["outer/outer.zip!inner.zip"]
    assert "outside of the ZIP" in told["inner.zip!../up.warc"]


def test_many_problems_are_counted_not_listed(reading, warc, make, monkeypatch):
    monkeypatch.setattr(offline, "_LISTED", 2)
    reading.lost(1)
    files = [reading.write(b"x", f"{number}.warc") for number in range(5)]
    tally = reading(*files)
    assert (len(tally.problems), tally.more_problems) == (2, 3)


def test_a_file_that_is_not_there_is_said_before_anything_is_read(reading, make):
    with pytest.raises(SourceUnreadable, match="no file or folder named nothing"):
        reading(reading.folder / "nothing.warc")


def test_nothing_is_read_when_nothing_is_lost(reading):
    tally = reading(reading.write(b"no WARC at all"))
    assert (tally.addresses, tally.problems) == (0, ())


def test_what_a_web_archive_had_not_may_be_in_a_file(reading, site, make, archive):
    reading.lost(1)
    webanswers.keep(archive, [WebAnswer(make.url(1), "wayback", "assertion", "not_found")])
    path = reading.write(site().data)
    assert reading(path).count("recovered") == 5
    assert reading(path).count("recovered_before") == 5
    assert reading(path, again=True).count("recovered") == 5


def test_a_limit_leaves_the_rest(reading, site):
    reading.lost(1)
    tally = reading(reading.write(site().data), limit=2)
    assert (tally.count("recovered"), tally.count("left")) == (2, 3)


def test_a_stop_keeps_what_was_found_and_leaves_the_rest(reading, site, make):
    reading.lost(1)
    asked = []

    def stop():
        asked.append(1)
        return bool(reading.answers)

    tally = reading(reading.write(site().data), stop=stop)
    assert (tally.interrupted, tally.count("recovered"), tally.count("left")) == (True, 1, 1)


def test_a_stop_while_a_file_is_read_keeps_nothing_half(reading, site):
    reading.lost(1)
    calls = iter(range(1000))
    tally = reading(reading.write(site().data), stop=lambda: next(calls) > 3)
    assert tally.interrupted
    assert reading.answers == []
    assert tally.count("left") == 1


def test_a_chain_without_end_is_left(reading, site, monkeypatch):
    monkeypatch.setattr(offline, "MOST_ROUNDS", 1)
    reading.lost(1)
    tally = reading(reading.write(site().data))
    assert (tally.count("recovered"), tally.count("left")) == (1, 1)


def test_one_document_for_two_sorts_of_address_is_kept_for_each(reading, warc, make, archive):
    same = f"{HOST}/same"
    document = make.assertion(1, badge=same, image=same)
    reading.lost(1)
    made = warc()
    made.response(make.url(1), make.json(document))
    made.response(same, json.dumps(make.badge_class(1)).encode())
    tally = reading(reading.write(made.data))
    assert tally.count("recovered") >= 2


def test_a_damaged_copy_is_named(reading, warc, make):
    reading.lost(1)
    made = warc()
    wrong = {"WARC-Payload-Digest": "sha1:" + "A" * 32}
    made.response(make.url(1), make.json(make.assertion(1)), **wrong)
    tally = reading(reading.write(made.data))
    assert "its checksum does not fit" in tally.problems[0][1]
