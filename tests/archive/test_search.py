from __future__ import annotations

import pytest

from migrator.archive import accounts
from migrator.archive import search as search_module
from migrator.archive.archive import Archive
from migrator.archive.search import search
from migrator.archive.vocabulary import words
from migrator.openbadges.model import Addresses
from migrator.openbadges.recipient import hash_identity
from migrator.sources.found import FoundLearner

ANN, BOB, ZOE = 1, 2, 3
HASHED = hash_identity("bob.old@example.net", "sha256", "salt")
UNSALTED = hash_identity("Old@example.net", "sha1", None)


@pytest.fixture
def filled(archive, reader, make, tmp_path):
    """Three people; Bob's badges were awarded to hashed and to older addresses."""

    def awarded(number, recipient, name):
        return make.found(
            number,
            "bob@school.example.edu",
            assertion=make.json(make.assertion(number) | {"recipient": recipient}),
            badge_class=make.json(make.badge_class(number, name=name, id=f"{make.host}/{number}")),
        )

    reader.outcomes(
        archive,
        tmp_path,
        [
            FoundLearner("user 1", ("ann@example.org", "Ann.Smith@work.example"), "Ann Smith"),
            FoundLearner("user 2", ("bob@school.example.edu",), "Bob García"),
            FoundLearner("user 3", ("zoe_s@example.org",), "Zoë Smith 100%"),
            make.found(1),
            awarded(2, {"type": "email", "hashed": True, "identity": HASHED}, "Robot Driver"),
            awarded(3, {"type": "email", "hashed": False, "identity": "B@old.net"}, "Web Basics"),
            awarded(4, {"type": "email", "hashed": True, "identity": UNSALTED}, "Web Editing"),
        ],
    )
    saved = accounts.save_destination(archive, "memory", "https://x.example")
    accounts.save_account(
        archive, saved.id, "zoe@backpack.example", Addresses(("zoe_s@example.org",))
    )
    with Archive.read(archive.path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "learners"),
    [
        (" ann@example.org ", [ANN]),
        ("ANN.smith@WORK.example", [ANN]),
        ("zoe@backpack.example", [ZOE]),
        ("smith", [ANN, ZOE]),
        ("ann smith", [ANN]),
        ("smi", [ANN, ZOE]),
        ("garcia", [BOB]),
        ("GARCÍA", [BOB]),
        ("school", [BOB]),
        ("100%", [ZOE]),
        ("zoe", [ZOE]),
    ],
)
def test_people_are_found_by_address_and_name(filled, text, learners):
    found = search(filled, text)
    assert (sorted(found.learners), found.badges, found.spelled) == (learners, (), True)


@pytest.mark.parametrize(
    ("text", "learners"),
    [
        ("smiht", [ANN, ZOE]),
        ("Bob Garzia", [BOB]),
        ("bbo garcia", [BOB]),
        ("ann@exampel.org", [ANN]),
        ("ann@school.exmple.org", []),
    ],
)
def test_the_spelling_need_not_be_quite_right(filled, text, learners):
    found = search(filled, text)
    assert (sorted(found.learners), found.spelled) == (learners, False)


def test_badge_classes_and_issuers_are_found_by_title(filled):
    assert len(search(filled, "web").badge_classes) == 2
    assert len(search(filled, "basics web").badge_classes) == 1
    assert len(search(filled, "robot lessons").badge_classes) == 0
    assert len(search(filled, "robbot drivr").badge_classes) == 1
    assert len(search(filled, "isuer").issuers) == 1


@pytest.mark.parametrize(
    "text",
    [
        "https://issuer.example/assertions/3.json",
        "HTTPS://issuer.example/assertions/3.json?v=2_0",
        HASHED,
        HASHED.upper().replace("SHA256", "sha256"),
        "b@OLD.net",
        "old@example.net",
    ],
)
def test_a_badge_is_found_by_its_address_or_recipient(filled, text):
    found = search(filled, text)
    assert len(found.badges) == 1
    assert not found.learners


def test_a_badge_is_found_by_what_belongs_to_it(filled):
    # The address of a badge class and of its picture.
    assert search(filled, "https://issuer.example/classes/1.png").badges
    assert search(filled, "https://issuer.example/issuer.json").badges
    assert not search(filled, "https://elsewhere.example/")


@pytest.mark.parametrize(
    "text", ["", "   ", "%", '"', "nobody", "nobody@nowhere.example", "§§", "x"]
)
def test_nothing_is_found_where_nothing_is_meant(filled, text):
    assert not search(filled, text)


@pytest.mark.parametrize(
    "text", ['" OR "a', "ann AND", "NEAR(ann smith)", "name:ann", "ann*", "-ann"]
)
def test_no_sign_means_anything_to_the_index(filled, text):
    search(filled, text)


def test_words_are_compared_without_case_accents_and_signs():
    assert words("Zoë_O'Neil, 100% ÅNGSTRÖM") == ["zoe", "o", "neil", "100", "angstrom"]
    assert len(words("a " * 1000)) == 8


@pytest.mark.parametrize("sql", [search_module._UNSALTED, search_module._RECIPIENT])
def test_recipients_are_found_by_an_index_of_their_own(archive, sql):
    plan = archive.all(f"explain query plan {sql}", "sha256$" + "0" * 64, 20)
    assert [row["detail"].split("(")[0].strip() for row in plan] in (
        ["SEARCH assertion USING INDEX assertion_hashed"],
        ["SEARCH assertion USING INDEX assertion_recipient"],
    )
