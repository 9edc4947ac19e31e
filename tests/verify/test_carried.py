"""What a destination says that fetches nothing, or takes Open Badges 3.0 as it is handed over."""

from __future__ import annotations

import base64
import json

import pytest

from migrator.openbadges.model import Addresses
from migrator.openbadges.recipient import hash_identity
from migrator.verify.carried import (
    CREDENTIAL_RULES,
    RULES,
    assess,
    rules_of,
)
from migrator.verify.profile import BADGR, FILES, OPEN_BADGES_3, OPEN_EDUCATIONAL_BADGES
from migrator.verify.rules import RULES as FETCHING
from migrator.verify.rules import Answered, applied
from migrator.verify.verdict import Submission

ANN = Addresses(("ann@example.org",), variants=("Ann@Example.org",))
NOBODY = Addresses(())


def credential(**more):
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "id": "urn:uuid:1",
        "issuer": {"id": "https://dead.example.org", "name": "School"},
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {
            "identifier": [
                {
                    "identityType": "emailAddress",
                    "identityHash": hash_identity("Ann@Example.org", "sha256", "s"),
                    "hashed": True,
                    "salt": "s",
                }
            ],
            "achievement": {"name": "Art", "id": "urn:achievement:1"},
        },
        **more,
    }


def token(document):
    encoded = (
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode()
        for one in ({"alg": "EdDSA"}, document, {"signature": 1})
    )
    return ".".join(encoded)


def document(**more):
    return Submission(document=json.dumps(credential(**more)).encode())


@pytest.mark.parametrize(
    ("submission", "reason"),
    [
        (document(proof={"type": "DataIntegrityProof"}), None),
        (document(proof=[{}, {}]), None),
        (Submission(jws=token(credential())), None),
        (Submission(jws=token({"vc": credential(), "iss": "x"})), None),
        (Submission(assertion=credential(proof={})), None),
        (document(), "no_proof"),
        (document(proof="yes"), "no_proof"),
        (Submission(document=b'{"type": "Assertion", "badge": {}}'), "older_version"),
        (Submission(jws=token({"uid": "1", "badge": "https://x.example"})), "older_version"),
        (document(credentialSubject={"name": "no achievement"}), "older_version"),
        (Submission(document=b"["), "badge_incomplete"),
        (Submission(jws="no jws"), "badge_incomplete"),
        (Submission(), "older_version"),
    ],
)
def test_a_host_of_open_badges_3_takes_what_proves_itself(submission, reason):
    verdict = assess(submission, OPEN_BADGES_3, NOBODY)
    assert (verdict.reason, verdict.accepted) == (reason, reason is None)
    if reason is None:
        assert verdict.open_badge_id == "urn:uuid:1"
        assert verdict.assertion.badge_class.name == "Art"


def test_a_revoked_credential_is_told_to_be_revoked():
    assert assess(document(proof={}, revoked=True), OPEN_BADGES_3, NOBODY).assertion.revoked


def test_a_folder_takes_everything():
    for submission in (Submission(document=b"["), Submission(url="x"), Submission(image=b"")):
        assert assess(submission, FILES, NOBODY).accepted


@pytest.mark.parametrize(
    ("submission", "addresses", "reason"),
    [
        (document(), ANN, None),
        (document(), NOBODY, None),
        (document(), Addresses(("bob@example.org",)), "wrong_recipient"),
        (document(validFrom=None), ANN, "version_unsupported"),
        (document(**{"@context": "https://www.w3.org/ns/credentials/v2"}), ANN, "badge_incomplete"),
        (document(issuer="https://dead.example.org"), ANN, "badge_incomplete"),
        (document(credentialSubject={"achievement": {"name": "Art"}}), ANN, "badge_incomplete"),
        (Submission(document=b"\xff"), ANN, "badge_incomplete"),
    ],
)
def test_open_educational_badges_asks_for_a_date_and_a_hashed_recipient(
    submission, addresses, reason
):
    verdict = assess(submission, OPEN_EDUCATIONAL_BADGES, addresses)
    assert verdict.reason == reason
    if reason is None:
        assert verdict.recipient_address == ("Ann@Example.org" if addresses.all else None)


def test_an_explanation_goes_through_the_rules_that_were_asked():
    assert rules_of(BADGR, as_handed_over=False) is FETCHING
    assert rules_of(OPEN_EDUCATIONAL_BADGES, as_handed_over=True) is CREDENTIAL_RULES
    assert rules_of(FILES, as_handed_over=True) == ()
    rules = rules_of(OPEN_BADGES_3, as_handed_over=True)
    told = [one.answered for one in applied(assess(document(), OPEN_BADGES_3, ANN), rules=rules)]
    assert rules is RULES
    assert told == [Answered.PASSED, Answered.PASSED, Answered.FAILED]
