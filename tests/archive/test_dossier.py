from __future__ import annotations

from hashlib import sha256

import pytest

from migrator.archive import dossier
from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.openbadges.recipient import hash_identity
from migrator.sources.found import FoundLearner

ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def shelf(archive, reader, tmp_path, make):
    badges = [make.found(1, image=make.baked(1)), make.found(2), make.found(3, BOB)]
    reader.outcomes(archive, tmp_path, [*badges, FoundLearner("u", (BOB,), "Bob Builder")])
    return archive


def numbers(archive, text):
    return [one.assertion_id for one in dossier.meant(archive, text)]


def test_a_badge_is_meant_by_number_address_or_words(shelf, make):
    assert numbers(shelf, " 2 ") == [2]
    assert numbers(shelf, make.url(3)) == [3]
    assert numbers(shelf, "badge ann@example") == [1, 2]
    assert numbers(shelf, "Badge 1") == [1]
    assert numbers(shelf, "builder") == [3]
    assert dossier.meant(shelf, "3")[0].learner == BOB


def test_a_badge_is_meant_by_all_that_status_finds_it_by(shelf, make):
    assert numbers(shelf, "HTTPS://issuer.example/assertions/3.json?v=2_0") == [3]
    assert numbers(shelf, "https://issuer.example/classes/1.png") == [1]
    assert numbers(shelf, "ANN@example.org") == [1, 2]
    assert numbers(shelf, f"badge {make.url(3)}") == [3]


def test_a_badge_is_meant_by_its_hashed_recipient(archive, reader, tmp_path, make):
    hashed = hash_identity(BOB, "sha256", "salt")
    told = make.assertion(1) | {"recipient": {"type": "email", "hashed": True, "identity": hashed}}
    reader.outcomes(archive, tmp_path, [make.found(1, assertion=make.json(told)), make.found(2)])
    assert numbers(archive, hashed) == [1]


def test_an_address_that_another_begins_with_is_one_learner_alone(archive, reader, tmp_path, make):
    others = [make.found(1, "joann@example.org"), make.found(2, ANN)]
    reader.outcomes(archive, tmp_path, others)
    assert numbers(archive, ANN) == [2]
    assert numbers(archive, "ann@example") == [1, 2]


@pytest.mark.parametrize("text", ["", "  ", "99", "https://nowhere.example/", "%", "_", "\\"])
def test_nothing_is_meant_by_what_fits_nothing(shelf, text):
    assert numbers(shelf, text) == []


def test_what_fits_much_is_cut(archive, reader, tmp_path, make):
    reader.outcomes(archive, tmp_path, [make.found(n) for n in range(dossier.MOST + 5)])
    assert len(dossier.meant(archive, "badge")) == dossier.MOST


def test_everything_held_of_a_badge_is_listed_with_its_digest(shelf, make):
    pieces = {(one.kind, one.url): one for one in dossier.pieces(shelf, 1)}
    document = make.json(make.assertion(1))
    assert pieces["assertion", make.url(1)].digest == sha256(document).hexdigest()
    assert pieces["image", None].digest == sha256(make.baked(1)).hexdigest()
    assert {kind for kind, _ in pieces} == {"assertion", "badge_class", "issuer", "image"}
    (seen,) = dossier.seen(shelf, 1)
    assert seen.place.endswith("badge 1")


def test_what_the_web_gave_is_listed_once_a_digest_newest_first(shelf, make):
    url = make.url(1)
    old = WebAnswer(url, "wayback", "assertion", "recovered", captured_at="2015-01-01T00:00:00Z")
    live = WebAnswer(url, "live", "assertion", "alive", status=200, body=b"{}")
    saved = WebAnswer(**{name: getattr(old, name) for name in old.__slots__} | {"body": b"[]"})
    webanswers.keep(shelf, [saved, live, live, WebAnswer(url, "live", "assertion", "gone")])
    found = [(one.origin, one.digest, one.at) for one in dossier.heard(shelf, url)]
    assert found == [
        ("live", sha256(b"{}").hexdigest(), shelf.now()),
        ("wayback", sha256(b"[]").hexdigest(), "2015-01-01T00:00:00Z"),
    ]
