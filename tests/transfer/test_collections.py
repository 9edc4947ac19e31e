from __future__ import annotations

import pytest

from migrator import errors
from migrator.archive import accounts, ledger
from migrator.archive.lease import leased
from migrator.sources.found import FoundCollection, Membership
from migrator.transfer.collections import Made, make_collections


def collected(desk, make, *names, badges=range(3), **more):
    """Read badges that are in collections of these names."""
    groups = [
        FoundCollection(f"group {key}", str(key), "ann@example.org", name, **more)
        for key, name in enumerate(names)
    ]
    memberships = tuple(Membership(str(key), 0) for key in range(len(names)))
    desk.read([*groups, *(make.found(n, memberships=memberships) for n in badges)])
    desk.plan()


def made(desk, publish=False):
    return make_collections(desk.archive, desk.account, desk.session(), publish=publish)


def there(desk):
    return [
        (name, len(badges), published)
        for name, badges, published in desk.backpack.accounts[
            "ann@example.org"
        ].collections.values()
    ]


@pytest.fixture
def ann(desk):
    return desk.backpack.accounts["ann@example.org"]


def test_a_collection_is_made_once_with_its_badges_in_order(desk, make, ann):
    group = FoundCollection("group 1", "1", "ann@example.org", "Mine")
    desk.read([group, *(make.found(n, memberships=(Membership("1", 9 - n),)) for n in range(3))])
    desk.plan()
    desk.push()
    assert made(desk) == [Made("Mine", 3, 0, new=True)]
    expected = tuple(f"remote {make.url(n)}" for n in (2, 1, 0))
    assert list(ann.collections.values()) == [("Mine", expected, False)]
    assert made(desk) == [Made("Mine", 3, 0, new=False)]
    assert ann.fills == 1
    assert desk.archive.one("select filled from remote_collection")[0] == 3


def test_a_collection_is_refilled_when_more_badges_have_come(desk, make, ann):
    collected(desk, make, "Mine")
    desk.push("ok", "refused")
    assert made(desk) == [Made("Mine", 2, 1, new=True)]
    collected(desk, make, "Mine", badges=range(3, 5))
    desk.push()
    assert made(desk) == [Made("Mine", 4, 1, new=False)]
    assert there(desk) == [("Mine", 4, False)]


def test_what_the_learner_has_added_over_there_stays_in(desk, make, ann):
    collected(desk, make, "Mine")
    desk.push(badges=1)
    made(desk)
    name, badges, published = ann.collections["collection 1"]
    ann.collections["collection 1"] = ("Renamed by her", (*badges, "her own"), published)
    desk.push()
    made(desk)
    name, badges, _ = ann.collections["collection 1"]
    assert (name, len(badges)) == ("Renamed by her", 4)
    assert "her own" in badges


def test_a_collection_none_of_whose_badges_arrived_is_not_made(desk, make):
    collected(desk, make, "Mine", "Also mine")
    desk.push("refused", "refused", "refused")
    assert made(desk) == []
    assert there(desk) == []


def test_collections_of_the_same_name_stay_two(desk, make):
    collected(desk, make, "Mine", "Mine")
    desk.push()
    assert [one.new for one in made(desk)] == [True, True]
    assert there(desk) == [("Mine", 3, False)] * 2
    assert [one.new for one in made(desk)] == [False, False]
    assert there(desk) == [("Mine", 3, False)] * 2


def test_a_collection_of_that_name_that_is_there_already_is_filled(desk, make, ann):
    ann.collections["hers"] = ("Mine", ("her own",), True)
    collected(desk, make, "Mine")
    desk.push()
    assert made(desk) == [Made("Mine", 3, 0, new=False)]
    assert there(desk) == [("Mine", 4, True)]


def test_what_the_learner_has_added_does_not_hide_that_a_badge_is_left_to_sort_in(desk, make, ann):
    ann.collections["hers"] = ("Mine", ("her own",), True)
    collected(desk, make, "Mine")
    desk.push(badges=2)
    made(desk)
    desk.push()  # and then the program is stopped, before the collections
    (account,) = accounts.accounts(desk.archive, 1)
    assert ledger.accounts_with_work(desk.archive, 1) == [account.id]
    made(desk)
    assert ledger.accounts_with_work(desk.archive, 1) == []


@pytest.mark.parametrize("names", [("Mine",), ("Mine", "Mine")])
def test_a_crash_between_making_and_noting_makes_no_second_one(desk, make, killed, names):
    collected(desk, make, *names)
    desk.push()
    desk.backpack.faults = ["killed"]
    with pytest.raises(killed):
        made(desk)
    desk.backpack.faults = []
    made(desk)
    assert there(desk) == [("Mine", 3, False)] * len(names)


def test_one_deleted_over_there_is_made_again(desk, make, ann):
    collected(desk, make, "Mine")
    desk.push()
    made(desk)
    ann.collections.clear()
    assert made(desk) == [Made("Mine", 3, 0, new=True)]


def test_one_the_destination_will_not_have_does_not_stop_the_others(desk, make, ann):
    ann.forbidden.add("Bad")
    collected(desk, make, "Bad", "Good")
    desk.push()
    first, second = made(desk)
    assert (first.name, first.trouble) == ("Bad", "Bad is not allowed. Rename it.")
    assert second == Made("Good", 3, 0, new=True)
    assert there(desk) == [("Good", 3, False)]


@pytest.mark.parametrize(("publish", "public"), [(True, True), (True, False), (False, True)])
def test_only_what_was_public_is_published_and_only_when_asked(desk, make, publish, public):
    collected(desk, make, "Mine", public=public)
    desk.push()
    made(desk, publish=publish)
    assert there(desk) == [("Mine", 3, publish and public)]


def test_collections_are_not_made_by_two_processes_at_once(desk, make):
    collected(desk, make, "Mine")
    desk.push()
    work = leased(desk.archive, f"push:{desk.account.id}", "push to ann")
    with work, pytest.raises(errors.ArchiveLocked):
        made(desk)


def test_collections_are_their_learners_alone(desk, make):
    collected(desk, make, "Mine")
    bob = desk.login("bob@example.org", "bob@example.org")
    desk.push()
    assert make_collections(desk.archive, bob, desk.session(bob), publish=False) == []
