"""Open Badges 3.0 read into the normal form: VC 1.1 and 2.0, JSON and JWT, CLR 2.0 around it."""

from __future__ import annotations

import base64
import json

import pytest

from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.credential import is_achievement, unwrap
from migrator.openbadges.model import (
    Alignment,
    Assertion,
    BadgeClass,
    Evidence,
    Issuer,
    Recipient,
    Verification,
    Version,
)
from migrator.openbadges.normal import read_assertion

ISSUER = {"id": "https://school.example.org/issuer", "type": ["Profile"], "name": "Example School"}
ACHIEVEMENT = {
    "id": "https://school.example.org/achievements/robotics",
    "type": ["Achievement"],
    "name": "Robotics",
    "description": "Builds robots.",
    "achievementType": "Badge",
    "criteria": {"id": "https://school.example.org/criteria", "narrative": "Build one."},
    "image": {"id": "https://school.example.org/robotics.png", "type": "Image", "caption": "A bot"},
    "alignment": [
        {
            "type": "Alignment",
            "targetName": "Robots",
            "targetUrl": "https://standards.example.org/r",
            "targetType": "ceterms:Competency",
        }
    ],
    "tag": ["robots", "metal"],
    "creator": {"id": "https://other.example.org", "type": ["Profile"], "name": "Somebody else"},
}
SUBJECT = {
    "id": "did:key:z6MkExample",
    "type": ["AchievementSubject"],
    "identifier": [
        {"type": "IdentityObject", "identityHash": "student 7", "identityType": "sourcedId"},
        {
            "type": "IdentityObject",
            "identityHash": "sha256$ab",
            "identityType": "emailAddress",
            "hashed": True,
            "salt": "deadsea",
        },
    ],
    "achievement": ACHIEVEMENT,
    "narrative": "Built a line follower.",
    "image": {"id": "https://school.example.org/mine.png", "type": "Image"},
}
V1 = {
    "@context": [
        "https://www.w3.org/2018/credentials/v1",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "https://school.example.org/credentials/7",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": ISSUER,
    "issuanceDate": "2022-06-01T10:00:00+02:00",
    "expirationDate": "2032-06-01T00:00:00Z",
    "name": "Robotics (Example School)",
    "credentialSubject": SUBJECT,
    "evidence": [
        {
            "id": "https://work.example.org/7",
            "type": ["Evidence"],
            "name": "The robot",
            "narrative": "It follows lines.",
            "genre": "Video",
        }
    ],
}
V2 = {
    **{key: value for key, value in V1.items() if key not in ("issuanceDate", "expirationDate")},
    "@context": ["https://www.w3.org/ns/credentials/v2", V1["@context"][1]],
    "validFrom": "2022-06-01T08:00:00Z",
    "validUntil": "2032-06-01T00:00:00Z",
}
READ = Assertion(
    version=Version.V3_0,
    recipient=Recipient("sha256$ab", "email", True, "deadsea"),
    id="https://school.example.org/credentials/7",
    uid="https://school.example.org/credentials/7",
    badge_class_id="https://school.example.org/achievements/robotics",
    badge_class=BadgeClass(
        "Robotics",
        "https://school.example.org/achievements/robotics",
        "Builds robots.",
        "https://school.example.org/robotics.png",
        "https://school.example.org/criteria",
        "Build one.",
        "https://school.example.org/issuer",
        Issuer("Example School", id="https://school.example.org/issuer"),
        (Alignment("Robots", "https://standards.example.org/r"),),
        ("robots", "metal"),
    ),
    issued_on="2022-06-01T08:00:00Z",
    expires="2032-06-01T00:00:00Z",
    image="https://school.example.org/mine.png",
    narrative="Built a line follower.",
    evidence=(
        Evidence("https://work.example.org/7", "It follows lines.", "The robot", None, "Video"),
    ),
)


def compact(payload, header=None):
    parts = (header or {"alg": "RS256", "typ": "JWT"}, payload)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts]
    return b".".join([*(part.rstrip(b"=") for part in encoded), b"c2lnbmF0dXJl"])


@pytest.mark.parametrize("document", [V1, V2], ids=["VC 1.1", "VC 2.0"])
def test_a_credential_says_the_same_in_both_data_models(document):
    assert read_assertion(document) == READ


def test_an_award_date_is_when_it_was_awarded():
    read = read_assertion({**V2, "awardedDate": "2021-12-24"})
    assert read.issued_on == "2021-12-24T00:00:00Z"


def test_a_proof_is_a_signature_and_such_a_badge_has_no_host():
    read = read_assertion({**V1, "proof": [{"type": "DataIntegrityProof"}]})
    assert read.verification is Verification.SIGNED
    assert read.hosted_url is None


def test_the_creator_only_names_an_issuer_that_is_a_bare_id():
    creator = {**ISSUER, "url": "https://school.example.org"}
    subject = {**SUBJECT, "achievement": {**ACHIEVEMENT, "creator": creator}}
    named = read_assertion({**V2, "issuer": ISSUER["id"], "credentialSubject": subject})
    assert named.badge_class.issuer.name == "Example School"
    other = read_assertion({**V2, "issuer": ISSUER["id"]})
    assert other.badge_class.issuer is None
    assert other.badge_class.issuer_id == ISSUER["id"]


@pytest.mark.parametrize(
    ("subject", "recipient"),
    [
        ({"id": "MAILTO:me@example.org"}, Recipient("me@example.org")),
        ({"identifier": [{"identityHash": "me@example.org", "identityType": "emailAddress"}]},
         Recipient("me@example.org")),
        ({"identifier": [{"identityHash": ""}, "me"], "id": "did:x:1"}, Recipient("did:x:1", "id")),
        ({"identifier": {"identityHash": "7", "identityType": "sourcedId"}},
         Recipient("7", "sourcedId")),
    ],
)  # fmt: skip
def test_the_recipient_is_the_email_address_among_the_identifiers(subject, recipient):
    assert read_assertion({**V2, "credentialSubject": subject}).recipient == recipient


def test_a_credential_without_an_achievement_has_its_own_name():
    read = read_assertion({**V2, "credentialSubject": {"id": "did:x:1"}})
    assert read.badge_class.name == "Robotics (Example School)"
    assert not is_achievement({**V2, "credentialSubject": {"id": "did:x:1"}})
    assert is_achievement(V2)


def test_a_jwt_of_vc_1_1_says_in_its_claims_what_its_credential_leaves_out():
    left = ("id", "issuer", "issuanceDate", "expirationDate")
    inside = {key: value for key, value in V1.items() if key not in left}
    bare = {key: value for key, value in SUBJECT.items() if key != "id"}
    claims = {
        "iss": ISSUER["id"],
        "jti": V1["id"],
        "sub": "did:key:z6MkExample",
        "nbf": 1654070400,
        "exp": 1969660800,
    }
    told = unwrap({**claims, "vc": {**inside, "credentialSubject": bare}})
    assert told["credentialSubject"]["id"] == "did:key:z6MkExample"
    assert told["issuer"] == ISSUER["id"]
    read = read_assertion(told)
    assert (read.id, read.issued_on, read.expires) == (V1["id"], READ.issued_on, READ.expires)


def test_a_claim_never_overrules_the_credential():
    claims = {"iss": "https://x.example.org", "jti": "x", "sub": "x", "nbf": 1, "exp": 2}
    assert unwrap({**claims, "vc": V1}) == V1
    nameless = {key: value for key, value in ISSUER.items() if key != "id"}
    told = unwrap({**claims, "vc": {**V1, "issuer": nameless}})
    assert told["issuer"] == {"id": "https://x.example.org", **nameless}


@pytest.mark.parametrize("payload", [{}, {"uid": "1", "iss": "x"}, {"vc": "text"}, {"vc": {}}])
def test_a_payload_without_a_credential_comes_back_as_it_is(payload):
    inside = payload.get("vc")
    assert unwrap(payload) == (inside if isinstance(inside, dict) else payload)


@pytest.mark.parametrize(
    "payload", [{"vc": V1}, {**V2, "iss": ISSUER["id"]}], ids=["vc claim", "bare"]
)
def test_a_signed_credential_is_known_by_its_signature(payload):
    jws = compact(payload)
    badge = read_badge(Pieces(jws=jws))
    assert badge.identity.startswith("jws:")
    assert badge.assertion.verification is Verification.SIGNED
    assert badge.assertion.badge_class == READ.badge_class
    assert [(one.kind, one.data) for one in badge.documents] == [("jws", jws)]


def test_the_same_proven_credential_from_two_sources_is_one_badge():
    proven = {**V2, "proof": {"type": "DataIntegrityProof"}}
    one = read_badge(Pieces(assertion=json.dumps(proven).encode()))
    other = read_badge(Pieces(assertion=json.dumps(proven, indent=2).encode()))
    assert one.identity == other.identity == f"uid:{ISSUER['id']}#{V1['id']}"
