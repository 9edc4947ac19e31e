"""Exports of Badgr's: what the derived documents say, nothing lost, nothing secret, settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from migrator.adapters.badgr_exports import BadgrExports

from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.model import Evidence
from migrator.sources.found import Found, FoundFile, Problem
from migrator.sources.place import open_place

FIXTURES = Path(__file__).parents[2] / "fixtures" / "badgr-exports"


def read(path, **settings):
    with open_place(path) as place:
        place.settings = settings
        return list(BadgrExports().read(place))


def badges(path, **settings):
    found = [one for one in read(path, **settings) if isinstance(one, Found)]
    return [read_badge(Pieces(one.assertion, hosted_url=one.hosted_url)).assertion for one in found]


def unread(found):
    return json.loads(found.assertion)["madeFromRows"]["unread"]


def test_a_row_says_everything_and_unknown_columns_are_kept():
    outcomes = read(FIXTURES / "good" / "awards" / "awards.csv")
    first, second = [one for one in outcomes if isinstance(one, Found)]
    read_first, read_second = badges(FIXTURES / "good" / "awards" / "awards.csv")
    assert unread(first)["Department"] == "Metal"
    assert read_first.narrative == 'Welds, and "well"'
    assert read_first.evidence == (Evidence("https://work.example.org/1", "photo"),)
    assert read_first.badge_class.issuer.name == "Example School"
    assert (read_second.revoked, read_second.expires) == (True, "2029-09-18T00:00:00Z")
    assert second.holder == "bob@example.net"


def test_ids_become_addresses_below_the_host_a_person_names():
    path = FIXTURES / "good" / "issuer-of-rows" / "issuer.json"
    without, _ = badges(path)
    assert without.hosted_url is None
    named, _ = badges(path, host="https://api.badgr.example.org/")
    assert named.id == "https://api.badgr.example.org/public/assertions/I4eaA9LARAaODuDaxt9D1"


def test_a_host_gives_bulk_rows_their_badge_class():
    path = FIXTURES / "warn" / "bulk-award" / "bulk.csv"
    first, phone = badges(path, host="https://api.badgr.example.org")
    expected = "https://api.badgr.example.org/public/badges/2TfNNqMLT8CoAhfGKqSv"
    assert first.badge_class_id == expected
    assert phone.recipient.type == "telephone"
    without = [one for one in read(path) if isinstance(one, Found)]
    assert unread(without[0])["badge class id"] == "2TfNNqMLT8CoAhfGKqSv"


def test_entries_know_the_badge_class_and_issuer_around_them():
    for case in ("issuer-of-rows", "issuer-of-records"):
        first, second = badges(FIXTURES / "good" / case / "issuer.json")
        for one in (first, second):
            assert (one.badge_class.name, one.badge_class.criteria_narrative) == ("Welder", "Weld")
            assert one.badge_class.issuer.name == "Example School"
    assert len(badges(FIXTURES / "good" / "issuer-of-rows" / "issuer.json")[0].evidence) == 2


def test_what_stands_around_entries_is_kept_also_badge_classes_without_awards():
    outcomes = read(FIXTURES / "good" / "issuer-of-records" / "issuer.json")
    (around,) = [one for one in outcomes if isinstance(one, FoundFile)]
    assert b"Painter" in around.content


def test_dates_are_read_as_a_person_says_and_else_kept_as_they_stand():
    path = FIXTURES / "warn" / "ambiguous-dates" / "awards.csv"
    assert [one.issued_on for one in badges(path, dates="dmy")] == [
        "2015-04-03T00:00:00Z",
        "2015-06-05T00:00:00Z",
    ]
    kept = [unread(one)["issued on"] for one in read(path) if isinstance(one, Found)]
    assert kept == ["03/04/2015", "05/06/2015"]


def test_no_secret_of_a_row_or_an_entry_is_kept(tmp_path):
    told = read(FIXTURES / "bad" / "rows" / "awards.csv")
    path = tmp_path / "a.json"
    entry = {"badgeClassName": "Welder", "recipientEmail": "", "password": "hunter2"}
    around = {"apiToken": "hunter2", "badgeClasses": [{"name": "W", "assertions": [entry]}]}
    path.write_text(json.dumps(around))
    for one in (*told, *read(path)):
        kept = (
            getattr(one, "raw", b"")
            + getattr(one, "content", b"")
            + (getattr(one, "assertion", b"") or b"")
        )
        assert b"hunter2" not in kept


@pytest.mark.parametrize(
    ("identifier", "kind"),
    [
        ("ada@example.org", "email"),
        ("mailto:ada@example.org", "email"),
        ("https://people.example.org/ada", "url"),
        ("+49 30 1234567", "telephone"),
        ("sha256$00ff", "email"),
    ],
)
def test_recipients_are_what_they_look_like(tmp_path, identifier, kind):
    path = tmp_path / "a.csv"
    path.write_text(f"Identifier,Badge Class Name,Evidence\n{identifier},Welder,I wrote it\n")
    (one,) = badges(path)
    assert one.recipient.type == kind
    assert one.recipient.hashed == identifier.startswith("sha256$")
    assert one.evidence == (Evidence(narrative="I wrote it"),)


def test_a_packed_table_that_is_cut_says_so(tmp_path):
    import gzip  # noqa: PLC0415 # for this test alone

    rows = "".join(f"p{n}@example.org,Welder {n * 7919}\n" for n in range(5000))
    data = gzip.compress(f"Recipient Email,Badge Class Name\n{rows}".encode())
    path = tmp_path / "a.csv.gz"
    path.write_bytes(data[: len(data) // 2])
    outcomes = read(path)
    assert isinstance(outcomes[-1], Problem)
    assert outcomes[-1].code == "file_damaged"
    path.write_bytes(gzip.compress(b'{"badgeClasses": [' + data.hex().encode())[:-40])
    assert {one.code for one in read(path) if isinstance(one, Problem)} >= {"unreadable"}
