"""Accounts as a file tells of them, and how they are matched with learners."""

from __future__ import annotations

import pytest

from migrator.archive import accounts as store
from migrator.archive import ledger, matching
from migrator.archive.ledger import Planned
from migrator.archive.life import forgetting, union
from migrator.archive.matching import State
from migrator.archive.told import Line, Telling
from migrator.openbadges.model import Addresses
from migrator.sources.found import FoundLearner

ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"


@pytest.fixture
def saved(archive, reader, make, tmp_path):
    """Ann has two badges (and an older address), Bob and Eve one each; Joe has none."""
    reader.outcomes(
        archive,
        tmp_path,
        [
            FoundLearner("ann", (ANN, "ann@old.example")),
            FoundLearner("joe", ("joe@example.org",)),
            make.found(1, ANN),
            make.found(2, "ann@old.example"),
            make.found(3, BOB),
            make.found(4, EVE),
        ],
    )
    return store.save_destination(archive, "memory", "https://x.example")


def tell(archive, saved, *lines):
    telling = Telling(archive, saved.id)
    telling.take([Line(n, name, tuple(said)) for n, (name, *said) in enumerate(lines, 2)], print)
    told = telling.keep()
    assert told.balances
    return told


def counts(told):
    return told.new, told.changed, told.known


def matched(archive, saved):
    found = matching.match(archive, saved.id)
    assert found.balances
    rows = list(matching.accounts(archive))
    assert len(rows) == sum(found.accounts.values())
    assert len(list(matching.unmatched(archive))) == found.without
    return found, {one.username: one for one in rows}


def told_of(archive):
    rows = archive.all(
        "select account.username, value from account_address join account"
        " on account.id = account_id order by account.id, value"
    )
    return [tuple(row) for row in rows]


def test_a_second_import_adds_nothing(archive, saved):
    lines = [("ann", ANN, "ann@old.example"), ("bob", BOB)]
    assert counts(tell(archive, saved, *lines)) == (2, 0, 0)
    before = archive.all("select * from account_address"), archive.all("select * from account")
    assert counts(tell(archive, saved, *lines)) == (0, 0, 2)
    assert counts(tell(archive, saved, ("BOB", BOB), ("Ann", "ann@old.example", ANN))) == (0, 0, 2)
    after = archive.all("select * from account_address"), archive.all("select * from account")
    assert [[tuple(row) for row in rows] for rows in before] == [
        [tuple(row) for row in rows] for rows in after
    ]


def test_lines_of_one_account_belong_together(archive, saved):
    assert counts(tell(archive, saved, ("ann", ANN), ("bob", BOB), ("ANN", "ann@old.example"))) == (
        2,
        0,
        0,
    )
    assert told_of(archive) == [("ann", ANN), ("ann", "ann@old.example"), ("bob", BOB)]


def test_a_changed_line_is_brought_up_to_date_and_named(archive, saved):
    tell(archive, saved, ("ann", ANN, "typo@example.org"), ("bob", BOB))
    told = tell(archive, saved, ("ann", ANN, "ann@old.example"), ("bob", BOB))
    assert counts(told) == (0, 1, 1)
    (change,) = told.changes
    assert (change.line, change.username) == (2, "ann")
    assert (change.added, change.removed) == (("ann@old.example",), ("typo@example.org",))
    assert told_of(archive) == [("ann", ANN), ("ann", "ann@old.example"), ("bob", BOB)]


def test_another_spelling_is_a_change(archive, saved):
    tell(archive, saved, ("ann", ANN))
    (change,) = tell(archive, saved, ("ann", "Ann@Example.org")).changes
    assert (change.added, change.removed) == (("Ann@Example.org",), (ANN,))
    assert told_of(archive) == [("ann", "Ann@Example.org")]


def test_addresses_may_change_places_within_a_file(archive, saved):
    tell(archive, saved, ("one", ANN), ("two", BOB))
    assert counts(tell(archive, saved, ("one", BOB), ("two", ANN))) == (0, 2, 0)
    assert told_of(archive) == [("one", BOB), ("two", ANN)]
    _, rows = matched(archive, saved)
    assert (rows["one"].learners, rows["two"].learners) == ((BOB,), (ANN,))


def test_a_mistyped_account_that_nobody_used_is_removed(archive, saved):
    tell(archive, saved, ("tpyo", ANN), ("bob", BOB))
    account = store.find_account(archive, saved.id, "tpyo")
    ledger.write_plan(
        archive, saved.id, [Planned(1, account.id, "import", "url", "planned", None, "", 0)]
    )
    told = tell(archive, saved, ("typo", ANN))
    assert (counts(told), told.left) == ((1, 0, 0), ("tpyo",))
    assert told_of(archive) == [("bob", BOB), ("typo", ANN)]
    assert [tuple(row) for row in archive.all("select state, account_id from transfer")] == [
        ("held", None)
    ]
    assert archive.all("pragma foreign_key_check") == []


def test_an_account_that_was_used_stays_though_its_addresses_went(archive, saved):
    tell(archive, saved, ("old", ANN))
    store.save_account(archive, saved.id, "old", Addresses(("other@example.org",)))
    assert tell(archive, saved, ("new", ANN)).left == ()
    assert {one.username for one in store.accounts(archive, saved.id)} == {"old", "new"}


def test_two_lines_may_not_give_one_address_to_two_accounts(archive, saved):
    telling = Telling(archive, saved.id)
    met = []

    def lines():
        for line in (Line(2, "a", (ANN,)), Line(3, "b", (BOB, "ANN@example.org"))):
            met.append(telling.conflict(line))
            if met[-1] is None:
                yield line

    telling.take(lines(), print)
    assert met == [None, ("ANN@example.org", 2)]
    assert telling.keep().accounts == 1


def test_everybody_is_matched_or_named(archive, saved):
    tell(
        archive,
        saved,
        ("ann", "ANN@example.org"),
        ("second", "ann@old.example"),
        ("both", BOB, EVE),
        ("joe", "joe@example.org"),
        ("nobody", "nobody@example.org"),
    )
    found, rows = matched(archive, saved)
    assert {name: one.state for name, one in rows.items()} == {
        "ann": State.MATCHED,
        "second": State.SECOND,
        "both": State.SEVERAL,
        "joe": State.NOBODY,
        "nobody": State.NOBODY,
    }
    assert rows["ann"].by == (ANN,)
    assert rows["second"].first == "ann"
    assert rows["both"].learners == (BOB, EVE)
    assert rows["both"].badges == 2
    assert next(iter(rows)) == "both", "those that need a decision come first"
    assert (found.learners, found.with_account, found.undecided, found.without) == (3, 1, 2, 0)
    assert (found.badges_with_account, found.badges_undecided) == (2, 2)
    owners = {one.username: one.learner_id for one in store.accounts(archive, saved.id)}
    assert owners["ann"] == owners["second"] is not None
    assert owners["both"] is owners["joe"] is owners["nobody"] is None


def test_learners_without_an_account_are_named_the_most_badges_first(archive, saved):
    tell(archive, saved, (BOB, BOB))
    found, _ = matched(archive, saved)
    assert (found.without, found.badges_without) == (2, 3)
    first, second = matching.unmatched(archive)
    assert (first.addresses, first.badges) == ((ANN, "ann@old.example"), 2)
    assert second.addresses == (EVE,)
    assert len(list(matching.unmatched(archive, 1))) == 1


def test_an_accounts_own_name_is_an_address_of_its_learner(archive, saved):
    tell(archive, saved, (BOB, "bob@nowhere.example"))
    _, rows = matched(archive, saved)
    assert rows[BOB].state is State.MATCHED


def test_what_was_planned_for_another_learners_account_is_put_back(archive, saved):
    tell(archive, saved, ("x", ANN))
    account = store.find_account(archive, saved.id, "x")
    ledger.write_plan(
        archive,
        saved.id,
        [Planned(n, account.id, "import", "url", "planned", None, "", 0) for n in (1, 2)],
    )
    tell(archive, saved, ("x", BOB))
    rows = archive.all("select state, account_id, detail from transfer")
    assert {tuple(row) for row in rows} == {
        ("held", None, "whose account it is was changed: plan again")
    }


def test_until_it_signs_in_an_account_has_the_addresses_that_were_told(archive, saved):
    tell(archive, saved, ("ann", ANN, "ann@old.example"))
    (account,) = store.accounts(archive, saved.id)
    assert not account.signed_in
    assert account.addresses == Addresses((ANN, "ann@old.example"))
    store.save_account(archive, saved.id, "ann", Addresses(("ann@new.example",)))
    (account,) = store.accounts(archive, saved.id)
    assert account.signed_in
    assert account.addresses == Addresses(("ann@new.example",))


def test_a_sign_in_with_a_new_address_leaves_the_account_with_its_learner(archive, saved):
    tell(archive, saved, ("ann", ANN))
    before = store.find_account(archive, saved.id, "ann").learner_id
    after = store.save_account(archive, saved.id, "ann", Addresses(("ann@new.example",)))
    assert after.learner_id == before
    _, rows = matched(archive, saved)
    assert rows["ann"].state is State.MATCHED


def test_a_sign_in_never_joins_two_holders_on_an_admins_word_alone(archive, saved):
    tell(archive, saved, ("x", ANN))
    store.save_account(archive, saved.id, "x", Addresses((BOB,)))
    found, rows = matched(archive, saved)
    assert rows["x"].state is State.SEVERAL
    assert found.learners == 3


def test_a_refusal_is_noted_until_the_account_signs_in(archive, saved):
    tell(archive, saved, (ANN, ANN))
    account = store.find_account(archive, saved.id, ANN)
    store.note_refusal(archive, account.id, "It is wrong.")
    assert "It is wrong." in store.account(archive, account.id).refusal
    _, rows = matched(archive, saved)
    assert "It is wrong." in rows[ANN].refusal
    store.save_account(archive, saved.id, ANN, Addresses((ANN,)))
    assert store.account(archive, account.id).refusal is None


def test_archives_are_joined_in_any_order_with_what_was_told(archive, other, saved, meaning):
    there = store.save_destination(other, "memory", "https://x.example")
    tell(other, there, ("ann", ANN), ("bob", BOB))
    tell(archive, saved, ("ann", "ann@old.example"), ("bobby", BOB))
    store.note_refusal(other, 1, "It is wrong.")

    def joined(into, path):
        union.join(into, path, lambda badges: None)
        return meaning(into)

    one = joined(archive, other.path)
    assert joined(archive, other.path) == one
    assert joined(other, archive.path) == one
    assert {value for _, value in told_of(archive)} == {ANN, BOB, "ann@old.example"}


def test_a_forgotten_person_takes_along_what_was_told(archive, saved):
    tell(archive, saved, ("x1", ANN, "ann@third.example"), ("x2", BOB), ("x3", "no@example.org"))
    forgetting.forget(archive, ANN, lambda what: None)
    assert told_of(archive) == [("x2", BOB), ("x3", "no@example.org")]
    forgetting.forget(archive, "no@example.org", lambda what: None)
    assert [one.username for one in store.accounts(archive, saved.id)] == ["x2"]


def test_twice_as_many_accounts_take_twice_as_many_steps(archive, saved):
    def steps(first, number):
        taken = 0

        def count():
            nonlocal taken
            taken += 1

        lines = [(f"a{n}", f"p{n}@x.example") for n in range(first, first + number)]
        with archive.writing() as conn:
            for _, address in lines:
                learner = conn.execute("insert into learner (name) values (null)").lastrowid
                conn.execute(
                    "insert into identity (learner_id, value) values (?, ?)", (learner, address)
                )
                conn.execute(
                    "insert into assertion (digest, own_identity, verification, learner_id,"
                    " richness) values (?, ?, 'hosted', ?, 1)",
                    (address.encode(), address, learner),
                )
        archive.conn.set_progress_handler(count, 100)
        try:
            assert tell(archive, saved, *lines).new == number
            matched(archive, saved)
        finally:
            archive.conn.set_progress_handler(None, 0)
        return taken

    assert steps(0, 500) * 6 > steps(1_000, 1_500), "it grows with the square of the accounts"
