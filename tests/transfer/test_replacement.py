"""What a new badge says of itself and of the one it replaces."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from migrator.archive.awards import Legacy
from migrator.archive.holdings import HeldEvidence
from migrator.destinations.issuing import Awarded, Proof
from migrator.openbadges.model import Recipient
from migrator.openbadges.recipient import hash_identity
from migrator.transfer.awards.replacement import award, obstacle, recipient, replaces, statement

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANN = "Ann@Example.org"


def legacy(**more):
    facts = {
        "assertion_id": 1,
        "digest": bytes(range(16)),
        "badge_class_id": 7,
        "badge": "Welder",
        "issuer": "Old School",
        "hosted_url": "https://old.example/1.json",
        "issued_on": "2014-05-01T10:00:00Z",
        "expires": None,
        "recipient": Recipient(ANN),
        "learner_id": 1,
        "revoked": False,
        "deleted": False,
        "state": "held",
    }
    return Legacy(**facts | more)


def as_found(made):
    """The award as a destination lists it."""
    return Awarded("r1", "https://new.example/r1", made.recipient, made.narrative, made.evidence)


def test_an_award_says_openly_what_it_replaces_and_links_to_it():
    made = award(
        legacy(), ANN, "Great welds", [HeldEvidence("https://ev.example/1", None, None, None)]
    )
    assert made.recipient == ANN
    assert made.issued_on == "2014-05-01T10:00:00Z"
    assert made.narrative.startswith("Great welds\n\nThis is a new badge. It replaces")
    assert '"Welder" that Old School issued on 2014-05-01' in made.narrative
    assert "Its address was https://old.example/1.json." in made.narrative
    assert made.evidence[0] == Proof("https://ev.example/1", None)
    assert made.evidence[-1].url == "https://old.example/1.json"


def test_an_award_is_known_again_by_the_digest_of_the_original():
    made = award(legacy(), ANN, None, ())
    assert replaces(as_found(made)) == bytes(range(16))
    assert replaces(Awarded("r2", "", ANN, "a badge of theirs", (Proof(None, "essay"),))) is None


def test_a_badge_that_was_a_replacement_itself_is_told_apart_from_the_one_before():
    first = award(legacy(digest=b"\1" * 16), ANN, None, ())
    carried = [HeldEvidence(one.url, one.narrative, None, None) for one in first.evidence]
    second = award(legacy(digest=b"\2" * 16), ANN, first.narrative, carried)
    assert replaces(as_found(second)) == b"\2" * 16


def test_what_the_original_does_not_say_is_not_made_up():
    made = award(legacy(issued_on=None, issuer="", hosted_url=None), ANN, "  ", ())
    assert made.issued_on is None
    assert made.narrative == (
        'This is a new badge. It replaces the badge "Welder".'
        " The original does not say when it was issued."
    )
    assert made.evidence[-1].url is None


@pytest.mark.parametrize(
    "url", ["ev/1.html", "ftp://ev.example/1", "https://ev.example/a b", f"https://e.x/{'a' * 300}"]
)
def test_evidence_at_what_no_server_takes_for_an_address_becomes_words(url):
    proof = award(legacy(), ANN, None, [HeldEvidence(url, "essay", "Essay", "")]).evidence[0]
    assert proof.url is None
    assert proof.narrative.startswith("Essay\n\nessay\n\n")
    assert url[:200] in proof.narrative


def test_evidence_that_says_nothing_is_left_out():
    assert len(award(legacy(), ANN, None, [HeldEvidence(None, None, "", None)]).evidence) == 1


def test_the_date_of_expiry_goes_along():
    assert award(legacy(expires="2020-01-01T00:00:00Z"), ANN, None, ()).expires.startswith("2020")


def test_a_plain_recipient_is_who_it_says():
    assert recipient(legacy(recipient=Recipient(f" {ANN} ")), ()) == ANN
    assert recipient(legacy(recipient=Recipient("+1555", "telephone")), ()) == "+1555"
    assert recipient(legacy(recipient=Recipient("no address")), ()) is None
    assert recipient(legacy(recipient=None), (ANN,)) is None


def test_a_hashed_recipient_is_recognised_by_any_spelling_of_the_learners_addresses():
    hashed = Recipient(hash_identity(ANN.lower(), "sha256", "salt"), hashed=True, salt="salt")
    assert recipient(legacy(recipient=hashed), ("x@y.org", ANN)) == ANN.lower()
    assert recipient(legacy(recipient=hashed), ("x@y.org",)) is None
    assert recipient(legacy(recipient=hashed), ()) is None


@pytest.mark.parametrize(
    ("more", "to", "why"),
    [
        ({}, ANN, None),
        ({"revoked": True}, ANN, "revoked"),
        ({"deleted": True}, ANN, "deleted_by_learner"),
        ({"badge_class_id": None}, ANN, "nameless"),
        ({}, None, "holder_unknown"),
        ({"issued_on": "2027-01-01T00:00:00Z"}, ANN, "issued_in_future"),
    ],
)
def test_what_stands_against_an_award(more, to, why):
    assert obstacle(legacy(**more), to, is_mapped=True, now=NOW) == why


def test_a_badge_class_without_counterpart_stands_against_it_last():
    assert obstacle(legacy(), ANN, is_mapped=False, now=NOW) == "not_mapped"
    assert obstacle(legacy(revoked=True), ANN, is_mapped=False, now=NOW) == "revoked"


def test_the_statement_claims_no_more_than_is_true():
    assert "moved" not in statement(legacy())
