"""The mapping: gathered from the archive, made at a rehearsal, saved, and safe to repeat."""

from __future__ import annotations

import json

import pytest

from migrator.archive import accounts, award_mapping
from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import Credentials, NotAccepted, TryLater
from migrator.destinations.issuing import OwnBadgeClass, OwnIssuer
from migrator.openbadges.baking import bake, unbake
from migrator.openbadges.model import Addresses
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions
from migrator.transfer.awards import mapping as award_map
from migrator.transfer.awards.counterpart import Action, Theirs, Wishes, decide
from migrator.transfer.awards.mapping import apply, gather, theirs
from migrator.transfer.awards.reaward import Choice

CAROL = "carol@school.example"
MAKE = Wishes(create_missing=True)


@pytest.fixture
def rehearsal():
    with serve(RehearsalOptions(accounts=(AccountOptions((CAROL,), "rehearsal"),))) as running:
        yield running


@pytest.fixture
def carol(rehearsal):
    session = Badgr(rehearsal.url).sign_in_to_award(Credentials(CAROL, password="rehearsal"))
    yield session
    session.close()


@pytest.fixture
def held(archive, reader, make):
    """Six badges of three badge classes, with pictures, that cannot be moved."""
    found = [make.found(number, image=make.baked(number)) for number in range(6)]
    reader.outcomes(archive, archive.path.parent, found)
    saved = accounts.save_destination(archive, "badgr", "https://backpack.example")
    hold(archive, saved)
    return saved


def hold(archive, saved):
    archive.conn.execute(
        "insert or ignore into transfer (assertion_id, destination_id, state, reason, changed_at)"
        " select id, ?, 'held', 'host_dead', '2026' from assertion",
        (saved.id,),
    )


def mapped(archive, saved, session, wishes=MAKE, there=None):
    groups = gather(archive, saved.id, Choice()).groups
    known = award_mapping.mapped(archive, saved.id)
    lines = decide(groups, known, there or theirs(session), wishes)
    return apply(archive, saved.id, session, lines, lambda line: None)


def test_badges_are_gathered_by_the_names_of_issuer_and_badge_class(archive, held):
    archive.conn.execute("update assertion set badge_class_id = null where id = 6")
    archive.conn.execute("update assertion set revoked = 1 where id = 1")
    gathered = gather(archive, held.id, Choice())
    assert [(one.issuer, one.badge_class, one.badges) for one in gathered.groups] == [
        ("Issuer", "Badge 0", 2),
        ("Issuer", "Badge 1", 2),
        ("Issuer", "Badge 2", 1),
    ]
    assert (gathered.badges, gathered.nameless) == (6, 1)
    assert gathered.groups[0].obstacles == (("revoked", 1),)
    assert gathered.groups[0].issuer_url == "https://issuer.example"
    assert gathered.groups[0].cannot_be_made == ""


def test_what_is_missing_is_made_with_the_archives_own_picture_and_nobodys_badge_in_it(
    archive, held, carol, rehearsal
):
    done = mapped(archive, held, carol)
    assert [one.action for one in done] == [Action.CREATE] * 3
    issuing = rehearsal.state.issuing
    (issuer,) = issuing.issuers.values()
    assert (issuer.name, issuer.url, issuer.email) == ("Issuer", "https://issuer.example", CAROL)
    assert {one.name for one in issuing.badge_classes.values()} == {"Badge 0", "Badge 1", "Badge 2"}
    for one in issuing.badge_classes.values():
        assert unbake(one.image).baked == ()
        assert one.description == "Made for a test"
        assert one.criteria_url.startswith("https://issuer.example/classes/")
    saved = award_mapping.mapped(archive, held.id).values()
    assert all(one.made and one.account == CAROL for one in saved)
    assert {one.remote_badge_class_id for one in saved} == set(issuing.badge_classes)


def test_mapping_again_makes_nothing_and_keeps_all(archive, held, carol, rehearsal):
    mapped(archive, held, carol)
    done = mapped(archive, held, carol)
    assert [one.action for one in done] == [Action.KEPT] * 3
    assert len(rehearsal.state.issuing.badge_classes) == 3
    assert all(one.made for one in award_mapping.mapped(archive, held.id).values())


def test_badge_classes_of_one_name_become_one(archive, held, carol, reader, make, rehearsal):
    other = make.json(make.badge_class(0, description="Another text", id="https://x.example/c"))
    assertion = make.json(make.assertion(9, badge="https://x.example/c"))
    found = [make.found(9, assertion=assertion, badge_class=other)]
    reader.outcomes(archive, archive.path.parent, found)
    hold(archive, held)
    done = mapped(archive, held, carol)
    assert len(done) == 3
    assert len(award_mapping.mapped(archive, held.id)) == 4
    assert len(rehearsal.state.issuing.badge_classes) == 3


@pytest.mark.parametrize("sort", ["none", "baked", "jpeg", "broken-uri"])
def test_without_a_picture_that_can_be_used_it_cannot_be_made(archive, held, make, sort):
    if sort == "none":
        archive.conn.execute("update assertion set image_id = null")
    if sort == "baked":
        still_baked = bake(make.png(), json.dumps(make.assertion(1)))
        archive.conn.execute("update artwork set content = ?", (still_baked,))
    if sort == "jpeg":
        archive.conn.execute("update artwork set content = ?", (b"\xff\xd8\xff\xe0",))
    if sort == "broken-uri":
        archive.conn.execute("update assertion set image_id = null")
        archive.conn.execute("update badge_class set image = 'data:image/png;base64,%%'")
    groups = gather(archive, held.id, Choice()).groups
    assert all("no PNG or SVG picture" in one.cannot_be_made for one in groups)
    lines = decide(groups, {}, Theirs(), MAKE)
    assert all(one.action is Action.NONE for one in lines)


def test_a_picture_inside_the_badge_class_will_do(archive, held, make):
    import base64  # noqa: PLC0415 - for this one picture

    data = base64.b64encode(make.png()).decode()
    archive.conn.execute("update assertion set image_id = null")
    archive.conn.execute("update badge_class set image = ?", (f"data:image/png;base64,{data}",))
    classes = [award_mapping.legacy_class(archive, 1)]
    assert award_map.picture(archive, classes) == make.png()


def test_a_picture_that_cannot_be_read_is_not_used(archive, held, monkeypatch, make):
    broken = make.png()[:20]
    archive.conn.execute("update artwork set content = ?", (broken,))
    classes = [award_mapping.legacy_class(archive, 1)]
    assert award_map.picture(archive, classes) is None


def test_what_the_legacy_badge_class_does_not_say_is_not_made_up(archive, held, carol, rehearsal):
    archive.conn.execute(
        "update badge_class set description = ' ', criteria_url = 'half', criteria_narrative = null"
    )
    archive.conn.execute(
        "insert into alignment (badge_class_id, target_name, target_url)"
        " values (1, 'ISO', 'https://iso.example'), (1, 'odd', 'odd'), (1, null, 'https://x.y')"
    )
    archive.conn.execute("insert into tag (badge_class_id, name) values (1, 'hot')")
    mapped(archive, held, carol)
    made = {one.name: one for one in rehearsal.state.issuing.badge_classes.values()}["Badge 0"]
    assert made.description == "Badge 0"
    assert made.criteria_url is None
    assert made.criteria_narrative == "The criteria of the original badge are not known."
    assert [one["targetName"] for one in made.alignments] == ["ISO"]
    assert made.tags == ["hot"]


def test_who_cannot_get_a_badge_is_named(archive, held):
    archive.conn.execute("update assertion set revoked = 1 where id = 2")
    ((badge, why),) = award_map.hindered(archive, held.id, Choice())
    assert (badge.hosted_url, why) == ("https://issuer.example/assertions/1.json", "revoked")


def test_a_legacy_badge_class_that_is_not_there_is_a_key_error(archive):
    with pytest.raises(KeyError):
        award_mapping.legacy_class(archive, 1)


class Maker:
    """A session that makes things, and goes wrong in its own ways."""

    addresses = Addresses((CAROL,))
    credentials = Credentials(CAROL)

    def __init__(self, fault=None):
        self.fault, self.made_issuers, self.made_classes = fault, [], []

    def issuers(self):
        return self.made_issuers

    def badge_classes(self):
        return self.made_classes

    def create_issuer(self, new):
        return self._make("issuer", self.made_issuers, OwnIssuer("i1", new.name))

    def create_badge_class(self, issuer_id, new):
        number = len(self.made_classes)
        return self._make(
            "class", self.made_classes, OwnBadgeClass(f"b{number}", new.name, issuer_id)
        )

    def _make(self, what, kept, thing):
        fault, self.fault = self.fault, None
        if fault == f"{what} refused":
            raise NotAccepted("No.", "Mend it.")
        if fault == f"{what} away":
            raise TryLater("Away.", "Later.")
        if fault is not None and not fault.startswith(what):
            self.fault = fault
        kept.append(thing)
        if fault == f"{what} lost":
            raise TryLater("Lost.", "Later.", sent=True)
        return thing


@pytest.mark.parametrize("what", ["issuer", "class"])
def test_a_lost_answer_is_looked_for_and_nothing_is_made_twice(archive, held, what):
    session = Maker(f"{what} lost")
    done = mapped(archive, held, session, there=Theirs())
    assert len(done) == 3
    assert len(session.made_issuers) == 1
    assert len({one.name for one in session.made_classes}) == len(session.made_classes) == 3


@pytest.mark.parametrize("what", ["issuer", "class"])
def test_a_destination_that_is_away_stops_the_making_and_the_next_one_goes_on(archive, held, what):
    session = Maker(f"{what} away")
    with pytest.raises(TryLater):
        mapped(archive, held, session, there=Theirs())
    begun = award_mapping.mapped(archive, held.id)
    assert [one.remote_badge_class_id for one in begun.values()] == [None]
    done = mapped(archive, held, session)
    assert len(done) == len(session.made_classes) == 3
    assert len(session.made_issuers) == 1


def test_what_the_destination_will_not_have_stops_nothing_else(archive, held):
    done = mapped(archive, held, Maker("class refused"), there=Theirs())
    assert [one.action for one in done] == [Action.NONE, Action.CREATE, Action.CREATE]
    assert done[0].why == "No. Mend it."
