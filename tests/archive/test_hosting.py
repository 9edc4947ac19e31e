from __future__ import annotations

import pytest

from migrator.archive import accounts, ledger
from migrator.archive.hosting import Hosted, hosted_by_sources, is_any_live
from migrator.openbadges.model import Addresses

OLD, NEW = "https://api.badges.parchment.eu", "https://badgr.example.org"
NAMES = {"eu": OLD, "api.eu.badgr.io": OLD, "us": "https://api.badges.parchment.com"}


@pytest.fixture
def planned(archive, reader, make, tmp_path):
    """Badges read from a live account; returns what plans some of them at a destination."""

    def read(*urls, place=f"{OLD} ann@example.org", to=NEW):
        found = []
        for number, url in enumerate(urls):
            document = make.assertion(number, id=url, verify={"type": "hosted", "url": url})
            found.append(make.found(number, assertion=make.json(document), hosted_url=url))
        reader.outcomes(archive, tmp_path, found)
        with archive.writing() as conn:
            conn.execute("update source set place = ?", (place,))
        saved = accounts.save_destination(archive, "badgr", to)
        account = accounts.save_account(archive, saved.id, "ann@x.org", Addresses(("ann@x.org",)))
        plan = [
            ledger.Planned(row[0], account.id, "import", "url", "planned", None, "", 0)
            for row in archive.all("select id from assertion")
        ]
        ledger.write_plan(archive, saved.id, plan)
        return saved

    return read


def test_badges_that_live_where_they_were_read_are_counted_under_any_name_of_it(archive, planned):
    saved = planned(
        f"{OLD}/public/assertions/1",
        "http://api.badges.parchment.eu/public/assertions/2",
        "https://api.eu.badgr.io/public/assertions/3",
        "https://api.badges.parchment.eu.evil.example/public/assertions/4",
        "https://issuer.example/5",
    )
    assert is_any_live(archive)
    assert hosted_by_sources(archive, saved, NAMES) == [Hosted("api.badges.parchment.eu", 3)]
    assert hosted_by_sources(archive, saved, {}) == [Hosted("api.badges.parchment.eu", 2)]
    with archive.writing() as conn:
        conn.execute("update transfer set state = 'done' where id = 1")
    assert hosted_by_sources(archive, saved, {}) == [Hosted("api.badges.parchment.eu", 1)]


def test_what_stays_on_its_host_or_was_read_from_files_is_no_trouble(archive, planned):
    saved = planned(f"{OLD}/public/assertions/1", to=OLD)
    assert hosted_by_sources(archive, saved, NAMES) == []
    with archive.writing() as conn:
        conn.execute("update source set place = '/home/ann/badges.zip'")
    assert not is_any_live(archive)
