"""The mapping and the ledger of awards within an archive's life: joined, forgotten, counted."""

from __future__ import annotations

import pytest

from migrator.archive import accounts, award_mapping, awards
from migrator.archive.archive import Archive
from migrator.archive.award_mapping import Mapped
from migrator.archive.life.forgetting import forget
from migrator.archive.life.union import join

ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def saved(archive, reader, make):
    reader.outcomes(archive, archive.path.parent, [make.found(0, ANN), make.found(1, BOB)])
    return accounts.save_destination(archive, "badgr", "https://backpack.example")


def line(badge_class=1, remote="b1", account="carol@school.example", made=False):
    return Mapped(badge_class, account, "i1", "School", remote, "Badge", made)


def test_what_is_saved_again_gives_way_to_the_new(archive, saved, text_clock):
    award_mapping.save(archive, saved.id, [line(remote=None, made=True)])
    text_clock.advance(5)
    award_mapping.save(archive, saved.id, [line(made=True)])
    (found,) = award_mapping.mapped(archive, saved.id).values()
    assert (found.remote_badge_class_id, found.made) == ("b1", True)
    assert found.decided_at == archive.now()
    assert award_mapping.awarders(archive) == [
        ("badgr:https://backpack.example", "carol@school.example")
    ]


def test_forgetting_a_person_takes_the_mapping_of_what_was_only_theirs(archive, saved):
    award_mapping.save(archive, saved.id, [line(1), line(2)])
    forget(archive, ANN, lambda what: None)
    assert list(award_mapping.mapped(archive, saved.id)) == [2]


def test_forgetting_who_awarded_leaves_the_mapping_without_a_name(archive, saved):
    award_mapping.save(archive, saved.id, [line(2, account=ANN)])
    forget(archive, ANN, lambda what: None)
    (found,) = award_mapping.mapped(archive, saved.id).values()
    assert found.account == "(removed)"


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_mappings_the_made_one_stays_then_the_later(
    tmp_path, text_clock, reader, make, first
):
    def made(name, remote, seconds):
        with Archive.open(tmp_path / name, text_clock) as opened:
            reader.outcomes(opened, tmp_path, [make.found(0, ANN)])
            to = accounts.save_destination(opened, "badgr", "https://backpack.example")
            text_clock.advance(seconds)
            award_mapping.save(opened, to.id, [line(1, remote)])

    paths = ["early.db", "late.db", "begun.db"]
    made("early.db", "b1", 0)
    made("late.db", "b2", 60)
    made("begun.db", None, 60)
    order = paths if first else paths[::-1]
    with Archive.open(tmp_path / "all.db", text_clock) as joined:
        for _ in range(2):
            for one in order:
                join(joined, tmp_path / one, lambda done: None)
        (found,) = award_mapping.mapped(joined, 1).values()
    assert found.remote_badge_class_id == "b2"


def test_awards_are_counted_by_state_and_badge_class(archive, saved):
    digest = archive.one("select digest from assertion where id = 1")[0]
    counts = awards.settle(archive, saved.id, [(digest, "r1", "https://new/1"), (b"?", "r2", "")])
    assert counts == {"already_there": 1}
    assert awards.settle(archive, saved.id, [(digest, "r1", "https://new/1")]) == {}
    assert awards.states(archive, saved.id) == {("already_there", "awarded_anew"): 1}
    assert awards.made_of(archive, saved.id) == {1: 1}
    assert awards.under_way_since(archive, saved.id) is None


def test_what_push_is_sending_is_not_settled_here(archive, saved):
    archive.conn.execute(
        "insert into transfer (assertion_id, destination_id, route, state, changed_at)"
        " values (1, ?, 'import', 'sending', '2026')",
        (saved.id,),
    )
    digest = archive.one("select digest from assertion where id = 1")[0]
    assert awards.settle(archive, saved.id, [(digest, "r1", "")]) == {}
