"""The judgement of single badges, and the tally of them all."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from migrator.archive.shelf import kept
from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.openbadges.model import Addresses
from migrator.openbadges.recipient import hash_identity
from migrator.verify.hosts.judgement import judge_badge
from migrator.verify.hosts.proof import check
from migrator.verify.hosts.survey import Scope
from migrator.verify.hosts.tally import judge_all
from migrator.verify.recorded import RecordedWeb

HOST = "https://issuer.example"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
ANN = Addresses(verified=("ann@example.org",))


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key):
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form).decode()


def sign(document, key):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    head = part(b'{"alg":"RS256"}') + b"." + part(json.dumps(document).encode())
    return (head + b"." + part(key.sign(head, padding.PKCS1v15(), hashes.SHA256()))).decode()


@pytest.fixture
def world(archive, reader, tmp_path, make):
    """One badge of the archive, and what the web is recorded to have said."""

    class World:
        def __init__(self):
            self.pages = {
                make.url(1): ("assertion", make.assertion(1)),
                f"{HOST}/classes/1.json": ("badge_class", make.badge_class(1)),
                f"{HOST}/issuer.json": ("issuer", make.issuer()),
                f"{HOST}/classes/1.png": ("image", make.png()),
            }
            self.outcomes = {}

        def read(self, **more):
            reader.outcomes(archive, tmp_path, [make.found(1, **more)])
            return self

        def serve(self, url, kind, document, outcome="alive", status=200):
            self.pages[url] = kind, document
            self.outcomes[url] = outcome, status
            return self

        def record(self):
            answers = []
            for url, (kind, document) in self.pages.items():
                outcome, status = self.outcomes.get(url, ("alive", 200))
                body = document if isinstance(document, bytes) else json.dumps(document).encode()
                media_type = "image/png" if kind == "image" else "application/json"
                answers.append(
                    WebAnswer(
                        *(url, "live", kind, outcome),
                        status=status,
                        media_type=media_type,
                        body=None if status is None else body,
                        detail=f"said {status}" if outcome != "alive" else None,
                    )
                )
            webanswers.keep(archive, answers)
            return self

        def judged(self, addresses=ANN, **more):
            return judge_badge(kept(archive, 1), RecordedWeb(archive), addresses, NOW, **more)

    return World()


def test_a_badge_of_which_everything_is_alive(world):
    judged = world.read().record().judged()
    assert (judged.fate, judged.sentences) == ("alive", ())
    assert judged.row.accepted
    assert judged.hosts == ("issuer.example",)


def test_a_badge_nobody_has_asked_about(world):
    judged = world.read().judged()
    assert (judged.fate, judged.row) == ("not_asked", None)


def test_a_badge_of_which_not_everything_was_asked(world):
    del world.pages[f"{HOST}/issuer.json"]
    assert world.read().record().judged().fate == "not_asked"


@pytest.mark.parametrize(
    ("url", "kind", "outcome", "status", "fate", "reason"),
    [
        (f"{HOST}/assertions/1.json", "assertion", "gone", 404, "gone", "document_gone"),
        (
            f"{HOST}/assertions/1.json",
            "assertion",
            "no_such_host",
            None,
            "no_such_host",
            "host_dead",
        ),
        (f"{HOST}/classes/1.json", "badge_class", "parked", 200, "parked", "not_a_badge_any_more"),
        (f"{HOST}/issuer.json", "issuer", "down", 503, "down", "host_slow"),
        (f"{HOST}/classes/1.png", "image", "gone", 404, "gone", "badge_image_missing"),
    ],
)
def test_the_part_that_is_missing_gives_the_fate(world, url, kind, outcome, status, fate, reason):
    judged = world.read().serve(url, kind, b"<html>", outcome, status).record().judged()
    assert (judged.fate, judged.row.reason) == (fate, reason)
    assert any(url in sentence for sentence in judged.sentences)
    assert judged.row.detail == "; ".join(judged.sentences)


def test_what_a_backpack_does_not_mind_is_said_and_is_no_fate(world, make):
    issuer = make.issuer(image=f"{HOST}/logo.png")
    world.serve(f"{HOST}/issuer.json", "issuer", issuer)
    world.serve(f"{HOST}/logo.png", "image", b"", "gone", 404)
    judged = world.read().record().judged()
    assert (judged.fate, judged.row.accepted) == ("alive", True)
    assert judged.sentences == (f"picture gone from its host (said 404): {HOST}/logo.png",)


def test_changed_and_moved_badges_are_no_dead_ones(world, make):
    world.serve(make.url(1), "assertion", make.assertion(1), "moved")
    world.serve(f"{HOST}/classes/1.json", "badge_class", make.badge_class(1), "changed")
    assert world.read().record().judged().fate == "changed"


@pytest.mark.parametrize(("body", "status"), [({"revoked": True}, 410), ({"revoked": True}, 200)])
def test_a_revocation_in_the_assertions_place(world, make, body, status):
    world.serve(make.url(1), "assertion", body, "revoked", status)
    judged = world.read().record().judged()
    assert (judged.fate, judged.row.reason) == ("revoked", "revoked")


def test_a_whole_badge_that_says_it_was_revoked(world, make):
    world.serve(make.url(1), "assertion", make.assertion(1, revoked=True), "revoked")
    judged = world.read().record().judged()
    assert (judged.fate, judged.row.accepted) == ("revoked", False)


def test_a_revocation_list_that_names_a_hosted_badge_by_its_address(world, make):
    issuer = make.issuer(revocationList={"id": f"{HOST}/revoked.json"})
    world.serve(f"{HOST}/issuer.json", "issuer", issuer)
    listing = {"revokedAssertions": [{"id": make.url(1), "revocationReason": "late"}]}
    world.serve(f"{HOST}/revoked.json", "revocation_list", listing)
    judged = world.read().record().judged()
    assert judged.fate == "revoked"
    assert judged.sentences[0] == "the issuer's revocation list names it: late"


def test_a_uid_in_a_list_is_not_taken_for_a_hosted_badge(world, make):
    issuer = make.issuer(revocationList=f"{HOST}/revoked.json")
    world.serve(f"{HOST}/issuer.json", "issuer", issuer)
    world.serve(f"{HOST}/revoked.json", "revocation_list", {"1": "late"})
    assert world.read().record().judged().fate == "alive"


def test_a_list_that_cannot_be_read_revokes_nobody(world, make):
    world.serve(f"{HOST}/issuer.json", "issuer", make.issuer(revocationList=f"{HOST}/r.json"))
    world.serve(f"{HOST}/r.json", "revocation_list", b"<html>", "parked")
    assert world.read().record().judged().fate == "alive"


def test_the_spelling_that_is_missing_is_named(world, make):
    identity = hash_identity("Ann@Example.Org", "sha256", "s")
    recipient = {"type": "email", "hashed": True, "salt": "s", "identity": identity}
    document = make.assertion(1) | {"recipient": recipient}
    world.serve(make.url(1), "assertion", document)
    judged = world.read(assertion=make.json(document)).record().judged()
    assert (judged.spelling, judged.row.reason) == ("Ann@Example.Org", "wrong_recipient")
    assert "the account must have the address spelled Ann@Example.Org" in judged.sentences
    other = world.judged(Addresses(verified=("ben@example.org",)))
    assert (other.spelling, other.row.reason) == (None, "wrong_recipient")
    assert "it was awarded to an address that is not known here" in other.sentences
    assert world.judged(Addresses()).row.accepted


def test_one_host_alone_is_judged_by_its_parts(world, make):
    other = "https://other.example/c.json"
    document = make.assertion(1) | {"badge": other}
    world.serve(make.url(1), "assertion", document)
    judged = world.read(assertion=make.json(document)).record().judged()
    assert judged.fate == "not_asked"
    assert world.judged(host="issuer.example").fate == "alive"
    assert world.judged(host="third.example").fate == "no_address"


def test_a_badge_without_an_address_is_one(archive, reader, tmp_path, make):
    old = make.assertion(1)
    del old["id"], old["verify"]
    found = make.found(1, assertion=make.json(old), hosted_url=None)
    reader.outcomes(archive, tmp_path, [found])
    with archive.writing() as conn:
        conn.execute("update assertion set hosted_url = null, document_id = null")
    judged = judge_badge(kept(archive, 1), RecordedWeb(archive), ANN, NOW)
    assert judged.fate == "no_address"
    assert judged.row is None


# -- signed badges ---------------------------------------------------------------------------


@pytest.fixture
def signed(make):
    def document(version):
        found = make.assertion(1)
        if version == "1.x":
            return found | {"verify": {"type": "signed", "url": f"{HOST}/key.pem"}}
        del found["verify"]
        verification = {"type": "SignedBadge", "creator": f"{HOST}/key"}
        found |= {
            "verification": verification,
            "id": "urn:uuid:" + "0" * 8 + "-0000-0000-0000-" + "0" * 12,
        }
        return found | {"@context": "https://w3id.org/openbadges/v2"}

    return document


def answers(archive, *pages):
    rows = [
        WebAnswer(url, "live", kind, "alive", status=200, body=body) for url, kind, body in pages
    ]
    webanswers.keep(archive, rows)
    return RecordedWeb(archive)


def test_a_signature_of_2_0_is_checked_with_the_published_key(archive, signed, key):
    token = sign(signed("2.0"), key)
    document = json.dumps({"id": f"{HOST}/key", "publicKeyPem": pem(key)}).encode()
    web = answers(archive, (f"{HOST}/key", "key", document))
    proof = check(token, web)
    assert (proof.holds, proof.key_url) == (True, f"{HOST}/key")
    forged = sign(signed("2.0") | {"narrative": "more"}, rsa.generate_private_key(65537, 2048))
    assert check(forged, web).holds is False


def test_a_signature_of_1_x_needs_a_key_on_the_issuers_own_host(archive, signed, key):
    document = signed("1.x")
    web = answers(
        archive,
        (f"{HOST}/key.pem", "key", pem(key).encode()),
        ("https://thief.example/key.pem", "key", pem(key).encode()),
    )
    assert check(sign(document, key), web).holds is True
    stolen = document | {"verify": {"type": "signed", "url": "https://thief.example/key.pem"}}
    proof = check(sign(stolen, key), web)
    assert proof.holds is False
    assert "is not the issuer's" in proof.sentence
    odd = document | {"badge": "https://[bad/"}
    assert check(sign(odd, key), web).holds is False


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"publicKeyPem": 7}', b"[]"])
def test_without_the_key_nobody_can_say(archive, signed, key, body):
    web = answers(archive, (f"{HOST}/key.pem", "key", body))
    proof = check(sign(signed("1.x"), key), web)
    assert proof.holds is None
    assert "cannot be had" in proof.sentence


def test_what_names_no_key_or_is_no_signature(archive, make, key):
    web = RecordedWeb(archive)
    bare = {name: value for name, value in make.assertion(1).items() if name != "verify"}
    assert "which key" in check(sign(bare, key), web).sentence
    assert "cannot be read" in check("a.b.c", web).sentence
    gone = WebAnswer(f"{HOST}/key.pem", "live", "key", "gone", status=404)
    webanswers.keep(archive, [gone])
    signed = bare | {"verify": {"type": "signed", "url": f"{HOST}/key.pem"}}
    assert check(sign(signed, key), web).holds is None


def test_a_signed_badge_on_a_1_x_list_is_revoked_by_its_uid(world, make, signed, key):
    token = sign(signed("1.x"), key).encode()
    world.serve(f"{HOST}/key.pem", "key", pem(key).encode())
    world.serve(f"{HOST}/issuer.json", "issuer", make.issuer(revocationList=f"{HOST}/r.json"))
    world.serve(f"{HOST}/r.json", "revocation_list", {"1": "cheated"})
    world.read(assertion=None, badge_class=None, issuer=None, jws=token, hosted_url=None)
    judged = world.record().judged()
    assert judged.fate == "revoked"
    assert judged.sentences[0].endswith("cheated")
    assert f"its signature fits the key at {HOST}/key.pem" in judged.sentences


# -- the tally -------------------------------------------------------------------------------


def test_every_badge_has_exactly_one_fate_and_verdicts_are_not_repeated(
    world, archive, reader, tmp_path, make
):
    world.read().record()
    reader.outcomes(archive, tmp_path, [make.found(2), make.found(3, holder="ben@example.org")])
    webanswers.keep(archive, [WebAnswer(make.url(2), "live", "assertion", "gone", status=404)])
    counts = []
    tally = judge_all(archive, Scope(), NOW, counts.append)
    assert tally.balances
    assert tally.fates == {"alive": 1, "gone": 1, "not_asked": 1}
    assert tally.reasons == {"document_gone": 1}
    assert [one.fate for one in tally.listed] == ["alive", "gone", "not_asked"]
    assert counts == [3]
    rows = archive.all("select assertion_id, account_id, asked, accepted, reason from verdict")
    assert [tuple(row) for row in rows] == [
        (1, None, "web", 1, None),
        (2, None, "web", 0, "document_gone"),
    ]
    judge_all(archive, Scope(), NOW, counts.append)
    assert len(archive.all("select 1 from verdict")) == 2


def test_one_learner_or_one_host_alone(world, archive, reader, tmp_path, make):
    world.read().record()
    reader.outcomes(archive, tmp_path, [make.found(3, holder="ben@example.org")])
    ben = archive.one("select learner_id from identity where value = 'ben@example.org'")[0]
    assert judge_all(archive, Scope(learner=ben), NOW, lambda _: None).badges == 1
    assert judge_all(archive, Scope(host="issuer.example"), NOW, lambda _: None).badges == 2
    assert judge_all(archive, Scope(host="x.example"), NOW, lambda _: None).badges == 0


def test_badges_are_named_by_what_their_issuer_serves(world, archive, make):
    world.read(badge_class=None, issuer=None).record()
    (one,) = judge_all(archive, Scope(), NOW, lambda _: None).listed
    assert one.title == "Badge 1"
    assert kept(archive, 1).title == "Badge 1"
