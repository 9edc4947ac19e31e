"""Badges of Salava passports: originals as they were received, words where nothing else is left."""

from __future__ import annotations

import importlib.util
import json
from importlib import import_module
from pathlib import Path

import pytest

from migrator.openbadges.badge import Pieces, read_badge
from migrator.sources.division import read_place
from migrator.sources.found import Found, FoundLearner, Problem
from migrator.sources.place import open_place

Salava = import_module("migrator.adapters.salava").Salava


@pytest.fixture(scope="module")
def made():
    """The script that made the fixtures."""
    path = Path(__file__).parents[2] / "fixtures/salava/make.py"
    spec = importlib.util.spec_from_file_location("make_salava", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def read(tmp_path):
    def read(text, name="salava.sql"):
        (tmp_path / name).write_text(text)
        with open_place(tmp_path / name) as place:
            return list(read_place(place, Salava()))

    return read


def badges(outcomes):
    return [one for one in outcomes if isinstance(one, Found)]


def whole(found):
    pieces = Pieces(found.assertion, found.badge_class, jws=found.jws, hosted_url=found.hosted_url)
    return read_badge(pieces).assertion


def test_the_assertion_is_kept_as_it_was_received(made, read):
    (found,) = badges(read(made.since_2017(made.award(1))))
    assert found.assertion == made.assertion(1).encode()
    assert (found.hosted_url, found.holder) == (f"{made.HOST}/assertion/1.json", "ada@example.org")
    assert found.added_at == "2018-03-02T14:13:20Z"


def test_a_badge_class_that_is_only_named_has_the_texts_of_its_own_language(made, read):
    (found,) = badges(read(made.since_2017(made.award(1))))
    document = json.loads(found.badge_class)
    assert document["id"] == f"{made.HOST}/badge/1.json"
    assert document["madeFromRows"]["unread"] == {"language_code": "en", "image_file": "file/b.png"}
    badge_class = whole(found).badge_class
    assert (badge_class.name, badge_class.description) == ("Welder", "Welds well")
    assert badge_class.criteria_url == "https://school.example.org/c"
    assert badge_class.criteria_narrative == "Weld something."
    assert badge_class.issuer.name == "Example School"
    assert badge_class.alignment[0].target_name == "ISO 1"
    assert badge_class.tags == ("metal", "fire")


def test_a_badge_class_inside_the_assertion_stays_the_issuers_own(made, read):
    (found,) = badges(read(made.since_2017(made.award(2, json=made.assertion(2, inside=True)))))
    assert found.badge_class is None
    assert whole(found).badge_class.name == "Inside"


def test_a_signed_badge_is_kept_as_its_signature(made, read):
    signed = made.award(4, json=made.assertion(9), jws=made.JWS, url=None)
    (found,) = badges(read(made.since_2017(signed)))
    assert found.jws == made.JWS.encode()
    assert found.assertion is None


def test_where_only_words_are_left_they_are_told_as_such(made, read):
    words = made.award(3, json="", url=None, revoked=1)
    (found,) = badges(read(made.since_2017(words)))
    said = whole(found)
    assert said.revoked
    assert said.issued_on == "2018-03-01T00:00:00Z"
    assert said.evidence[0].url == "https://work.example.org/1"
    assert said.evidence[0].narrative == "I welded"
    assert "madeFromRows" in json.loads(found.assertion)


def test_the_same_badge_in_dump_and_personal_data_is_one_badge(made, read):
    words = made.award(3, json=None, url=None)
    (dumped,) = badges(read(made.since_2017(words)))
    first = badges(read(made.data(), "data.json"))[0]
    identities = {read_badge(Pieces(found.assertion)).identity for found in (dumped, first)}
    assert identities == {"row:salava b1 3"}


def test_before_2017_a_badge_was_one_row_with_its_links(made, read):
    (found,) = badges(read(made.before_2017(made.award(3, json=None, url=None))))
    badge_class = whole(found).badge_class
    assert badge_class.criteria_url == "https://school.example.org/old"
    assert badge_class.criteria_narrative == "<p>Weld</p>"
    assert whole(found).evidence[0].url == "https://work.example.org"


def test_an_original_that_was_cut_off_is_kept_beside_the_words(made, read):
    cut = made.assertion(1)[:100]
    (found,) = badges(read(made.before_2017(made.award(1, json=cut))))
    (warning,) = found.warnings
    assert (warning.code, warning.raw) == ("assertion_unreadable", cut.encode())
    assert found.hosted_url == f"{made.HOST}/assertion/1.json"


def test_addresses_of_a_person_come_from_everywhere(made, read):
    award = made.award(1)
    award[2] = "third@example.org "
    people = [one for one in read(made.since_2017(award)) if isinstance(one, FoundLearner)]
    (ada,) = people
    assert ada.addresses == ("ada@example.org", "second@example.org", "third@example.org")


def test_no_password_or_key_is_yielded_even_from_a_broken_row(made, read):
    text = made.since_2017(made.award(1)).replace("'user','$2a", "'user','x','$2a", 1)
    outcomes = read(text)
    assert "row_broken" in [one.code for one in outcomes if isinstance(one, Problem)]
    assert "SECRET" not in repr(outcomes)


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("CREATE TABLE `badge` (\n `remote_issuer_id` x,\n `default_language_code` x\n);", 94),
        ("CREATE TABLE `user_badge` (\n `assertion_url` x\n);", None),
        ('{"user_files": [], "user_pages": [', 80),
        ('{"user_badges": [{"badge_id": 1, "name": "x", "issued_on": 2}, {"badge_id":', 92),
        ('{"user_badges": []', None),
        ("hello", None),
    ],
)
def test_a_beginning_tells_what_it_is(tmp_path, text, confidence):
    (tmp_path / "file").write_text(text)
    with open_place(tmp_path / "file") as place:
        match = Salava().detect(place)
    assert (match and match.confidence) == confidence


def test_personal_data_may_have_its_assertions(made, read):
    badge = {"badge_id": "b", "name": "B", "issued_on": 1, "id": 1}
    texts = made.data(
        user_badges=[
            {**badge, "assertion_json": json.loads(made.assertion(1))},
            {**badge, "assertion_json": made.assertion(2)},
            {**badge, "assertion_jws": made.JWS},
        ],
        pending_badges=[],
    )
    parsed, written, signed = badges(read(texts, "data.json"))
    assert json.loads(parsed.assertion) == json.loads(made.assertion(1))
    assert written.assertion == made.assertion(2).encode()
    assert signed.jws == made.JWS.encode()


def test_personal_data_in_any_order_and_without_addresses(made, read):
    data = json.loads(made.data())
    turned = json.dumps(dict(reversed(data.items())))
    assert [found.holder for found in badges(read(turned, "data.json"))] == ["ada@example.org"] * 3
    nobody = json.dumps({"user_badges": data["user_badges"], "user": {"email": "-"}})
    assert [found.holder for found in badges(read(nobody, "data.json"))] == [None, None]
    assert badges(read('[{"name": "x"}]', "data.json")) == []
