from __future__ import annotations

import pytest

from migrator import errors
from migrator.archive import accounts, ledger
from migrator.archive.ledger import Planned
from migrator.archive.life import learners
from migrator.openbadges.model import Addresses
from migrator.openbadges.recipient import hash_identity
from migrator.sources.found import Found, FoundCollection, FoundLearner, Membership

ANN, HOME, BOB = "ann@example.org", "ann@home.example", "bob@example.net"


def hashed(make, number, address, **more):
    identity = hash_identity(address, "sha256", "salt")
    recipient = {"type": "email", "hashed": True, "salt": "salt", "identity": identity}
    return make.json(make.assertion(number, recipient=recipient) | {"recipient": recipient} | more)


@pytest.fixture
def people(archive, reader, tmp_path, make):
    """Ann under two addresses, one account and two collections; Bob; a plan for everybody."""
    reader.outcomes(archive, tmp_path, [
        FoundLearner("1", (ANN, HOME), "Ann"),
        FoundCollection("collection 1", "c1", HOME, "All from home"),
        FoundCollection("collection 2", "c2", ANN, "Mixed"),
        FoundCollection("collection 3", "c3", ANN, "Empty"),
        make.found(1, ANN, memberships=(Membership("c2", 1),)),
        make.found(2, HOME.title(), memberships=(Membership("c1", 1), Membership("c2", 2))),
        make.found(3, BOB),
        make.found(4, HOME, assertion=make.json(make.assertion(4, recipient=ANN))),
        make.found(5, ANN, assertion=hashed(make, 5, HOME.upper())),
        Found("6 at home", hosted_url=make.url(6), holder=HOME),
        Found("7 at home", hosted_url=make.url(7), holder=HOME),
        Found("7 at work", hosted_url=make.url(7), holder=ANN),
    ])  # fmt: skip
    where = accounts.save_destination(archive, "badgr", "https://backpack.example")
    account = accounts.save_account(archive, where.id, ANN, Addresses(verified=(ANN,)))
    ledger.write_plan(archive, where.id, [
        Planned(number, account.id, "import", "url", "planned", None, "", 0)
        for number in (1, 2, 4, 5, 6, 7)
    ] + [Planned(3, None, None, None, "held", "no_account", "", 0)])  # fmt: skip
    archive.conn.execute("update transfer set state = 'done', remote_id = 'r' where id = 1")
    archive.conn.execute("update transfer set state = 'sending' where id = 2")
    archive.conn.execute("update transfer set state = 'refused', reason = 'gone' where id = 3")
    return archive


def held_by(archive, address):
    (learner,) = learners.known(archive, address)
    rows = archive.all(
        "select hosted_url from assertion where learner_id = ? order by 1", learner.id
    )
    return [int(row[0].rpartition("/")[2].removesuffix(".json")) for row in rows]


def test_a_learner_is_found_by_a_part_of_the_address_or_name(people):
    (ann,) = learners.known(people, "ann@ex")
    assert (ann.name, ann.addresses, ann.badges) == ("Ann", (ANN, HOME, HOME.title()), 6)
    assert (ann.collections, ann.accounts) == (3, 1)
    assert [one.name for one in learners.known(people, "an")] == ["Ann"]
    assert len(learners.known(people, "@")) == 2
    assert learners.known(people, "carla") == []


def test_an_address_is_split_off_with_the_badges_awarded_to_it_or_found_under_it(
    people, check_books
):
    change = learners.split(people, HOME.upper())
    old, new = change.learners
    assert (old.addresses, new.addresses) == ((ANN,), (HOME, HOME.title()))
    assert (change.done, change.badges) == (True, 3)
    assert held_by(people, HOME) == [2, 5, 6]
    assert held_by(people, ANN) == [1, 4, 7]  # 4 was awarded to Ann, 7 was found under both
    assert (old.accounts, new.accounts) == (1, 0)
    collections = people.all("select name from collection where learner_id = ?", new.id)
    assert [row[0] for row in collections] == ["All from home"]
    check_books(people)


def test_what_is_under_way_or_there_stays_and_the_rest_is_planned_anew(people):
    change = learners.split(people, HOME)
    assert change.planned_anew == 4
    rows = people.all("select state, account_id, input, reason from transfer order by id")
    assert [row["state"] for row in rows] == ["done", "sending", *["held"] * 4, "held"]
    assert [tuple(row)[1:] for row in rows[2:6]] == [(None, None, None)] * 4
    assert rows[6]["reason"] == "no_account"


@pytest.mark.parametrize(
    "work",
    [
        lambda archive, keep: learners.split(archive, HOME, keep=keep),
        lambda archive, keep: learners.merge(archive, BOB, ANN, keep=keep),
        lambda archive, keep: learners.add_address(archive, BOB, "b@new.example", keep=keep),
    ],
)
def test_what_is_shown_is_what_is_done_once_and_showing_writes_nothing(people, contents, work):
    before = contents(people)
    shown = work(people, keep=False)
    assert contents(people) == before
    assert work(people, keep=True) == shown
    assert shown.done
    after = contents(people)
    assert after != before
    assert not work(people, keep=True).done
    assert contents(people) == after


def test_two_learners_become_one_with_everything(people, check_books):
    change = learners.merge(people, BOB, HOME)
    (ann,) = change.learners
    assert (ann.badges, change.badges) == (7, 1)
    assert set(ann.addresses) == {ANN, HOME, HOME.title(), BOB}
    assert change.planned_anew == 5
    assert ann.name == "Ann"
    check_books(people)


def test_splitting_undoes_a_merging(people, contents):
    before = held_by(people, BOB), held_by(people, ANN)
    learners.merge(people, ANN, BOB)
    learners.split(people, BOB)
    assert (held_by(people, BOB), held_by(people, ANN)) == before


def test_an_account_goes_with_its_name_or_its_only_confirmed_address(people):
    where = accounts.destinations(people)[0]
    for name, verified in ((HOME, (ANN, HOME)), ("me", (HOME,)), ("we", (ANN, HOME))):
        accounts.save_account(people, where.id, name, Addresses(verified=verified))
    people.conn.execute("update account set addresses = '[]' where username = ?", (ANN,))
    _, new = learners.split(people, HOME).learners
    rows = people.all("select username from account where learner_id = ? order by 1", new.id)
    assert [row[0] for row in rows] == [HOME, "me"]


@pytest.mark.parametrize("new", ["carla", "c arla@x.example", "c\x00@x.example", ""])
def test_what_is_no_address_is_not_added(people, new):
    with pytest.raises(errors.Usage, match="is no e-mail address"):
        learners.add_address(people, ANN, new)


def test_an_address_of_somebody_else_is_not_taken_away(people):
    with pytest.raises(errors.Usage, match="belongs to another") as raised:
        learners.add_address(people, ANN, BOB.upper())
    assert f"learner merge {ANN} {BOB.upper()}" in raised.value.next_step


def test_another_spelling_is_added_to_the_same_person(people):
    change = learners.add_address(people, ANN, ANN.upper())
    assert change.learners[0].addresses[-1] == ANN.upper()


@pytest.mark.parametrize(
    "work",
    [
        lambda archive: learners.split(archive, "who@x.example"),
        lambda archive: learners.merge(archive, ANN, "who@x.example"),
        lambda archive: learners.add_address(archive, "who@x.example", "new@x.example"),
    ],
)
def test_an_address_that_is_nobodys_is_said_to_be_so(people, work):
    with pytest.raises(errors.Usage, match=r"Nobody .* who@x\.example") as raised:
        work(people)
    assert "status PART-OF-IT" in raised.value.next_step
