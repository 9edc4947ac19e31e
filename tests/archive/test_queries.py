"""Every query that runs once a badge, an account or an address must find its rows by an index."""

from __future__ import annotations

import re

import pytest

from migrator.archive import accounts as accounts_store
from migrator.archive import (
    collections,
    compared,
    dossier,
    kinds,
    ledger,
    pace,
    portrait,
    recipients,
    search,
    shelf,
    stories,
    totals,
    verdicts,
)
from migrator.archive.web import answers as webanswers
from migrator.archive.web import kept_at as kept
from migrator.openbadges.model import Addresses
from migrator.sources.found import FoundCollection, FoundLearner, Membership

# Of a full-text table a scan says how it is found; "0:" is all of it.
_SCAN = re.compile(r"SCAN (?!CONSTANT ROW|\(subquery|\S+ VIRTUAL TABLE INDEX (?!0:$))")


@pytest.fixture
def watched(archive, reader, tmp_path, make):
    """An archive with some of everything; `plans` explains what was asked since it was cleared."""
    groups = [FoundCollection(f"group {n}", str(n), f"p{n}@x.org", "C") for n in range(5)]
    found = [
        make.found(
            n, f"p{n % 5}@x.org", image=make.baked(n), memberships=(Membership(str(n % 5), n),)
        )
        for n in range(40)
    ]
    reader.outcomes(archive, tmp_path, [*groups, *found])
    saved = accounts_store.save_destination(archive, "memory", "https://x.example")
    account = accounts_store.save_account(archive, saved.id, "p0@x.org", Addresses(("p0@x.org",)))
    ledger.write_plan(
        archive,
        saved.id,
        [
            ledger.Planned(n, account.id, "import", "url", "planned", None, "", 0)
            for n in range(1, 41)
        ],
    )
    return Watched(archive, account)


class Watched:
    def __init__(self, archive, account):
        self.archive, self.account = archive, account

    def scans(self, work):
        """Return the table scans in everything that `work` asks."""
        asked = []
        self.archive.conn.set_trace_callback(lambda sql: asked.append(sql.strip().lower()))
        work()
        self.archive.conn.set_trace_callback(None)
        asked = [sql for sql in asked if sql.startswith(("select", "update", "delete"))]
        assert asked, "nothing was asked"
        found = []
        for sql in asked:
            plan = self.archive.all(f"explain query plan {sql}")
            found += [f"{row['detail']}: {sql}" for row in plan if _SCAN.match(row["detail"])]
        return found


def test_the_check_itself_sees_a_scan(watched):
    archive = watched.archive
    assert watched.scans(lambda: archive.all("select * from learner where name = 'x'"))
    assert not watched.scans(lambda: archive.all("select * from learner where id = 1"))


def test_reading_a_badge_again_needs_no_scan(watched, reader, tmp_path, make):
    known = make.found(1, "p1@x.org", image=make.baked(1), memberships=(Membership("1", 1),))
    again = make.found(1, "p1@x.org", locator="elsewhere")

    def read():
        reader.outcomes(watched.archive, tmp_path, [known, again])

    assert watched.scans(read) == []


def test_joining_two_learners_needs_no_scan(watched, reader, tmp_path):
    both = FoundLearner("user", ("p1@x.org", "p2@x.org"))
    scans = watched.scans(lambda: reader.outcomes(watched.archive, tmp_path, [both]))
    assert scans == []


@pytest.mark.parametrize(
    "work",
    [
        lambda archive, account: ledger.due(archive, account.id, 0),
        lambda archive, account: ledger.count_due(archive, account.id),
        lambda archive, account: ledger.open_identities(archive, account.id),
        lambda archive, account: list(compared.known(archive, account.id)),
        lambda archive, account: compared.is_elsewhere(archive, account, "https://x/1", "r1"),
        lambda archive, account: compared.send_again(archive, account.id),
        lambda archive, account: compared.note_new_id(archive, account.id, 1),
        lambda archive, account: ledger.states(archive, account.destination_id),
        lambda archive, account: ledger.accounts_with_work(archive, account.destination_id),
        lambda archive, account: ledger.record(archive, 1, 1, ledger.Result("done", "done")),
        lambda archive, account: shelf.kept(archive, 7),
        lambda archive, account: list(shelf.all_kept(archive, 7)),
        lambda archive, account: shelf.image_file(archive, 7),
        lambda archive, account: shelf.document_at(
            archive, "https://issuer.example/classes/1.json"
        ),
        lambda archive, account: shelf.document_at(archive, "https://nowhere.example/"),
        lambda archive, account: shelf.artwork_at(archive, "https://issuer.example/classes/1.png"),
        lambda archive, account: shelf.artwork_at(archive, "https://nowhere.example/"),
        lambda archive, account: kept.kept_at(
            archive, "https://issuer.example/classes/1.json", "badge_class"
        ),
        lambda archive, account: kept.kept_at(
            archive, "https://issuer.example/none.json", "assertion"
        ),
        lambda archive, account: kept.kept_at(archive, "https://issuer.example/1.png", "image"),
        lambda archive, account: webanswers.latest(archive, "https://issuer.example/1"),
        lambda archive, account: webanswers.marks(archive, "https://issuer.example/1", {"alive"}),
        lambda archive, account: recipients.of_learner(archive, 3),
        lambda archive, account: recipients.badges_of(archive, 3),
        lambda archive, account: stories.learners_like(archive, "P3@x.org"),
        lambda archive, account: stories.story(archive, 3),
        lambda archive, account: stories.badge_story(archive, 3),
        lambda archive, account: search.search(archive, "P3@x.org"),
        lambda archive, account: search.search(archive, "nobody@nowhere.example"),
        lambda archive, account: search.search(archive, "https://issuer.example/assertions/3.json"),
        lambda archive, account: search.search(archive, "https://nowhere.example/"),
        lambda archive, account: dossier.meant(archive, "P3@x.org"),
        lambda archive, account: dossier.meant(archive, "https://issuer.example/assertions/3.json"),
        lambda archive, account: dossier.meant(archive, "https://nowhere.example/"),
        lambda archive, account: kinds.badge_class_found(archive, 1),
        lambda archive, account: kinds.issuer_found(archive, 1),
        lambda archive, account: kinds.learner_found(archive, 1),
        lambda archive, account: portrait.portrait(archive, 3),
        lambda archive, account: list(stories.unclaimed(archive)),
        lambda archive, account: recipients.unassigned(archive),
        lambda archive, account: collections.to_make(archive, account.id),
        lambda archive, account: verdicts.append(
            archive, "archive", [(1, account.id, verdicts.Row(True, None, ""))]
        ),
        lambda archive, account: accounts_store.save_account(
            archive, account.destination_id, "p0@x.org", Addresses(("p0@x.org", "p1@x.org"))
        ),
    ],
)
def test_what_is_asked_for_each_badge_or_person_needs_no_scan(watched, work):
    assert watched.scans(lambda: work(watched.archive, watched.account)) == []


def test_only_a_hash_that_is_asked_for_itself_is_looked_for_in_all_badges(watched):
    (scan,) = watched.scans(lambda: search.search(watched.archive, "sha256$" + "ab" * 32))
    assert "recipient_salt is not null" in scan


def test_the_pace_of_a_push_needs_no_scan_but_of_its_leases(watched):
    scans = watched.scans(lambda: pace.pace(watched.archive, watched.account.destination_id, ()))
    assert all(scan.startswith("SCAN lease:") for scan in scans)


def test_documents_of_a_shared_address_need_no_sorting(watched):
    asked = []
    watched.archive.conn.set_trace_callback(asked.append)
    assert shelf.document_at(watched.archive, "https://issuer.example/classes/1.json")
    watched.archive.conn.set_trace_callback(None)
    plan = [
        row["detail"] for sql in asked for row in watched.archive.all(f"explain query plan {sql}")
    ]
    assert plan
    assert not any("TEMP B-TREE" in step for step in plan)


def test_totals_of_the_archive_are_counted_once_each(watched):
    # Whole-table counts are what totals are for; nothing may be scanned within a scan.
    for scan in watched.scans(lambda: totals.totals(watched.archive)):
        assert "CORRELATED" not in scan
