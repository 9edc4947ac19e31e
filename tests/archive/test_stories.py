from __future__ import annotations

import pytest

from migrator.archive import accounts as accounts_store
from migrator.archive import ledger, stories, totals, verdicts
from migrator.openbadges.model import Addresses
from migrator.sources.found import FoundCollection, FoundLearner, Membership


@pytest.fixture
def told(archive, reader, tmp_path, make):
    """Ann has three badges, one of them sent twice; one badge is nobody's."""
    hashed = {"type": "email", "hashed": True, "identity": "sha256$" + "ab" * 32}
    nobodys = make.json(make.assertion(7) | {"recipient": hashed})
    reader.outcomes(
        archive,
        tmp_path,
        [
            FoundLearner("user 1", ("ann@example.org", "Ann_2@example.org"), "Ann O'Neil"),
            FoundLearner("user 2", ("zoe@example.org",), "Zoë 100%"),
            FoundCollection("group 1", "1", "ann@example.org", "Mine"),
            *(make.found(n, memberships=(Membership("1", n),)) for n in range(3)),
            make.found(7, holder=None, assertion=nobodys),
        ],
    )
    reader.outcomes(
        archive, tmp_path.parent, [make.found(1, locator=f"{tmp_path.parent.name}/b.png")]
    )
    saved = accounts_store.save_destination(archive, "memory", "https://x.example")
    account = accounts_store.save_account(
        archive, saved.id, "ann@example.org", Addresses(("ann@example.org",))
    )
    planned = [
        ledger.Planned(1, account.id, "import", "url", "planned", None, "", 0),
        ledger.Planned(2, account.id, None, None, "held", "host_dead", "x.example", 0),
    ]
    ledger.write_plan(archive, saved.id, planned)
    run = archive.begin_run("push")
    waiting = ledger.Result("waiting", "try_again", "rate_limited", "slow", due_at="2027")
    ledger.record(archive, run, 1, waiting)
    ledger.record(archive, run, 1, ledger.Result("done", "done", pending=True))
    return archive


def test_a_learners_story_says_everything_of_each_badge(told):
    (learner,) = stories.learners_like(told, "ANN@example.org")
    story = stories.story(told, learner)
    assert (story.name, story.addresses) == ("Ann O'Neil", ("ann@example.org", "Ann_2@example.org"))
    assert [badge.badge for badge in story.badges] == ["Badge 0", "Badge 1", "Badge 2"]
    first, second, third = story.badges
    assert (first.issuer, first.issued_on) == ("Issuer", "2015-04-30T10:00:00Z")
    assert first.collections == ("Mine",)
    (where,) = first.destinations
    assert (where.destination, where.account) == ("memory:https://x.example", "ann@example.org")
    assert (where.state, where.reason, where.pending) == ("done", None, True)
    assert [one.outcome for one in where.tries] == ["try_again", "done"]
    assert where.tries[0].reason == "rate_limited"
    (held,) = second.destinations
    assert (held.state, held.reason, held.detail) == ("held", "host_dead", "x.example")
    assert third.destinations == ()


def test_where_a_badge_was_found_names_the_source_once(told, tmp_path):
    (learner,) = stories.learners_like(told, "ann@example.org")
    _, second, _ = stories.story(told, learner).badges
    assert second.found_in == (f"{tmp_path.name}, badge 1", f"{tmp_path.parent.name}/b.png")


def test_a_learner_is_found_by_a_part_of_address_or_name(told):
    ann, zoe = 1, 2
    for text, found in (
        (" ann@example.org ", [ann]),
        ("ann_2@EXAMPLE.ORG", [ann]),
        ("o'neil", [ann]),
        ("example.org", [ann, zoe]),
        ("100%", [zoe]),
        ("n_", [ann]),
        ("_", [ann]),
        ("%", [zoe]),
        ("\\", []),
        ("nobody", []),
    ):
        assert stories.learners_like(told, text) == found, text
    assert len(stories.learners_like(told, "e", limit=1)) == 1


def test_a_learner_who_is_not_there_is_a_key_error(archive):
    with pytest.raises(KeyError):
        stories.story(archive, 1)


def test_badges_of_nobody_and_people_with_badges_are_listed(told):
    (nobodys,) = stories.unclaimed(told)
    assert (nobodys.learner_id, nobodys.name, nobodys.addresses) == (0, None, ())
    assert [badge.badge for badge in nobodys.badges] == ["Badge 1"]
    assert list(stories.learner_ids(told)) == [1]


def test_totals_count_everything_once(told):
    found = totals.totals(told)
    assert (found.badges, found.learners, found.collections, found.issuers) == (4, 2, 1, 1)
    assert [source.archived for source in found.sources] == [4, 0]
    (total,) = found.destinations
    assert (total.accounts, total.not_planned, total.badges, total.missing) == (1, 2, 4, 0)
    assert {(one.state, one.reason, one.badges) for one in total.states} == {
        ("done", None, 1),
        ("held", "host_dead", 1),
    }


def test_the_views_say_the_same(told):
    overview = told.all("select * from badge_overview order by assertion_id")
    assert [row["sightings"] for row in overview] == [1, 2, 1, 1]
    assert overview[0]["learner"] == "ann@example.org"
    assert overview[3]["learner"] is None
    status = told.all("select state, badges from transfer_status order by state")
    assert [tuple(row) for row in status] == [("done", 1), ("held", 1)]
    rows = told.all("select distinct address from learner_status order by address")
    assert [row[0] for row in rows] == ["Ann_2@example.org", "ann@example.org"]


def test_people_and_badges_are_found_by_their_words(told):
    found = told.all("select value from identity_fts where identity_fts match 'zoe'")
    assert [row[0] for row in found] == ["zoe@example.org"]
    assert (
        told.one("select count(*) from badge_class_fts where badge_class_fts match 'badge'")[0] == 3
    )


def test_a_verdict_is_kept_when_it_says_something_new(told, count):
    yes, no = verdicts.Row(True, None, ""), verdicts.Row(False, "host_dead", "x.example")
    for row in (yes, yes, no, no, yes):
        verdicts.append(told, "archive", [(1, 1, row), (2, None, row)])
    verdicts.append(told, "web", [(1, 1, yes), (1, None, yes)])
    rows = told.all("select accepted, asked from verdict where assertion_id = 1 and account_id = 1")
    assert [tuple(row) for row in rows] == [
        (1, "archive"),
        (0, "archive"),
        (1, "archive"),
        (1, "web"),
    ]
    assert count(told, "verdict") == 3 + 3 + 2
