"""What the rules do beyond the recordings: nobody asked, signatures, scopes, and any rubbish."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import RSAKey

from migrator.openbadges.baking import bake
from migrator.openbadges.model import Addresses
from migrator.reasons import PRECEDENCE, REASONS
from migrator.verify.answers import Answer
from migrator.verify.assess import Message, Submission, Verdict, assess

HOST = "http://badges.example.net"
DEAD = "http://dead.example.org"
ME = Addresses(("me@example.org",))
NOW = datetime(2026, 11, 20, tzinfo=UTC)
PEM = (Path(__file__).parents[2] / "fixtures" / "badgr" / "example-signing-key.pem").read_text()
KEY = RSAKey.import_key(PEM)


class Silence:
    def get(self, url):
        return Answer.unknown(url)


class Babble:
    """Gives the same answer to every question."""

    def __init__(self, answer):
        self.answer = answer

    def get(self, url):
        return self.answer


def names(verdict):
    return [message.name for message in verdict.messages]


def sign(payload, algorithm="RS256"):
    return jws.serialize_compact({"alg": algorithm}, json.dumps(payload), KEY)


@pytest.fixture
def signed(issued):
    """A signed 2.0 badge: badge class, issuer and key are hosted, the assertion is not."""
    badge = issued("2.0")
    badge.key_url = f"{HOST}/key.json"
    badge.a["id"] = "urn:uuid:a953081a-4bbc-4927-8653-7219bca00001"
    badge.a["verification"] = {"type": "SignedBadge", "creator": badge.key_url}
    badge.i["publicKey"] = badge.key_url
    badge.key = {
        "type": "CryptographicKey",
        "owner": badge.i["id"],
        "publicKeyPem": KEY.as_pem(private=False).decode(),
    }
    badge.web.serve(badge.key_url, badge.key)
    return badge


def test_every_reason_in_the_precedence_is_in_the_table():
    assert set(PRECEDENCE) <= set(REASONS)
    assert len(set(PRECEDENCE)) == len(PRECEDENCE)


def test_a_url_nobody_asked_is_assumed_to_be_well(now):
    verdict = assess(Submission(url=f"{HOST}/a.json"), Silence(), ME, now)
    assert verdict.accepted
    assert verdict.reason is None
    assert verdict.open_badge_id == f"{HOST}/a.json"
    assert verdict.assumed == (f"{HOST}/a.json",)


def test_json_nobody_asked_about_is_judged_as_it_stands(issued, now):
    badge = issued("2.0")
    badge.a["expires"] = "2018-01-01T00:00:00Z"
    verdict = assess(Submission(assertion=badge.a), Silence(), ME, now)
    assert verdict.reason == "expired"
    assert verdict.assumed == (f"{HOST}/a.json", f"{HOST}/b.json")
    assert verdict.assertion.expires == "2018-01-01T00:00:00Z"


def test_embedded_documents_with_ids_are_judged_when_nobody_asked(issued, now):
    badge = issued("2.0")
    del badge.b["description"]
    badge.a["badge"] = badge.b | {"issuer": badge.i}
    verdict = assess(Submission(assertion=badge.a), Silence(), ME, now)
    assert verdict.reason == "badge_class_incomplete"
    assert verdict.assumed == tuple(
        f"{HOST}/{name}" for name in ("a.json", "b.json", "i.json", "badge.png")
    )


def test_an_object_that_only_names_a_document_is_not_judged(issued, now):
    badge = issued("2.0")
    badge.a["badge"] = {"id": f"{HOST}/b.json", "type": "BadgeClass"}
    verdict = assess(Submission(assertion=badge.a), Silence(), ME, now)
    assert verdict.accepted
    bare = {"id": f"{HOST}/a.json"}
    assert assess(Submission(assertion=bare), Silence(), ME, now).assumed == (f"{HOST}/a.json",)


def test_documents_that_are_known_are_judged_among_others_that_are_not(issued, now):
    badge = issued("1.0")
    web = badge.served()
    web.silent = True
    del web.pages[f"{HOST}/i.json"]
    del web.pages[f"{HOST}/badge.png"]
    verdict = assess(Submission(url=badge.url), web, ME, now)
    assert verdict.accepted
    assert verdict.assumed == (f"{HOST}/i.json", f"{HOST}/badge.png")
    assert verdict.documents.badge_class == badge.b
    assert verdict.documents.issuer is None


def test_no_address_is_asked_twice(issued, now):
    badge = issued("2.0")
    badge.a["image"] = badge.b["image"]
    web = badge.served()
    assert assess(Submission(url=badge.url), web, ME, now).accepted
    assert len(web.asked) == len(set(web.asked)) == 4


def test_a_badge_for_another_spelling_names_the_spelling_to_add(issued, now):
    badge = issued("1.0")
    badge.a["recipient"]["identity"] = "ME@example.org"
    verdict = assess(Submission(url=badge.url), badge.served(), ME, now)
    assert verdict.reason == "wrong_recipient"
    assert verdict.spelling_to_add == "ME@example.org"
    assert verdict.recipient_address is None


def test_a_saved_variant_is_as_good_as_an_address(issued, now):
    badge = issued("1.0")
    badge.a["recipient"]["identity"] = "ME@example.org"
    addresses = Addresses(("me@example.org",), variants=("ME@example.org",))
    verdict = assess(Submission(url=badge.url), badge.served(), addresses, now)
    assert verdict.accepted
    assert not verdict.pending


def test_without_an_account_the_recipient_is_not_compared(issued, now):
    badge = issued("1.0")
    assert assess(Submission(url=badge.url), badge.served(), Addresses(), now).accepted
    badge.a["recipient"]["hashed"] = True
    verdict = assess(Submission(url=badge.url), badge.served(), Addresses(), now)
    assert verdict.reason == "recipient_unreadable"


def test_a_recipient_that_is_a_plain_word_in_a_10_badge_is_malformed(issued, now):
    badge = issued("1.0")
    badge.a["recipient"] = "me@example.org"
    verdict = assess(Submission(url=badge.url), badge.served(), ME, now)
    assert [(m.name, m.prop) for m in verdict.messages] == [("VALIDATE_PROPERTY", "recipient")]


def test_a_recipient_without_identity_is_not_compared(issued, now):
    badge = issued("1.0")
    badge.a["recipient"] = {"type": "email", "hashed": False}
    assert assess(Submission(url=badge.url), badge.served(), ME, now).accepted


def test_an_issuer_picture_on_a_dead_host_crashes_only_what_is_else_accepted(issued, now):
    badge = issued("1.0")
    badge.i["image"] = f"{DEAD}/logo.png"
    verdict = assess(Submission(url=badge.url), badge.served(), ME, now)
    assert (verdict.crash, verdict.accepted, verdict.reason) == (True, False, "issuer_image_dead")
    other = assess(Submission(url=badge.url), badge.served(), Addresses(("x@example.org",)), now)
    assert (other.crash, other.reason) == (False, "wrong_recipient")


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        ("dns", None, "host_dead"),
        ("timeout", None, "host_slow"),
        ("too_large", None, "document_gone"),
        ("", 503, "host_slow"),
        ("", 500, "document_gone"),
        ("", 200, "not_a_badge_any_more"),
    ],
)
def test_what_an_address_answers_gives_the_reason(error, status, reason, now):
    answer = Answer(f"{HOST}/a", status, "text/html", b"<html>", error)
    verdict = assess(Submission(url=f"{HOST}/a"), Babble(answer), ME, now)
    assert names(verdict) == ["FETCH_HTTP_NODE"]
    assert verdict.reason == reason


def test_the_address_of_a_badge_class_is_no_badge(issued, now):
    badge = issued("2.0")
    verdict = assess(Submission(url=f"{HOST}/b.json"), badge.served(), ME, now)
    assert names(verdict) == ["DETECT_AND_VALIDATE_NODE_CLASS"]
    assert verdict.reason == "not_a_badge_any_more"


def test_json_that_is_no_object_is_no_badge(issued, now):
    badge = issued("2.0")
    badge.web.serve(badge.url, ["a"])
    verdict = assess(Submission(url=badge.url), badge.web, ME, now)
    assert verdict.reason == "not_a_badge_any_more"


def test_two_inputs_or_none_are_refused(now):
    for submission in (Submission(), Submission(url="http://x.example", jws="a.b.c")):
        assert names(assess(submission, Silence(), ME, now)) == ["REQUEST"]


def test_a_page_that_serves_a_picture_without_badge_data_is_no_badge(issued, now):
    badge = issued("2.0").served()
    verdict = assess(Submission(url=f"{HOST}/badge.png"), badge, ME, now)
    assert names(verdict) == ["FETCH_HTTP_NODE"]


def test_a_picture_baked_with_other_text_is_refused(issued, now):
    image = bake(issued("2.0").web.images["badge.png"], "hello")
    verdict = assess(Submission(image=image), Silence(), ME, now)
    assert names(verdict) == ["DETECT_INPUT_TYPE"]


def test_an_open_badges_3_picture_has_nothing_for_the_server(issued, now):
    credential = '{"@context": ["https://www.w3.org/ns/credentials/v2"], "credentialSubject": {}}'
    image = bake(issued("2.0").web.images["badge.png"], credential)
    verdict = assess(Submission(image=image), Silence(), ME, now)
    assert (verdict.crash, verdict.reason) == (True, "version_unsupported")


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        (f"{DEAD}/context.json", "context_dead"),
        (f"{HOST}/missing.json", "context_dead"),
        (f"{HOST}/context.json", None),
        ("https://w3id.org/openbadges/extensions/x/context.json", None),
        ("https://purl.imsglobal.org/spec/ob/v3p0/context.json", "version_unsupported"),
    ],
)
def test_every_vocabulary_must_be_fetchable(context, reason, issued, now):
    badge = issued("2.0")
    badge.b["extensions:x"] = [{"@context": context, "type": ["Extension"]}]
    badge.web.serve(f"{HOST}/context.json", {"@context": {}})
    verdict = assess(Submission(url=badge.url), badge.served(), ME, now)
    assert verdict.reason == reason
    assert names(verdict) == (["JSONLD_COMPACT_DATA"] if reason else [])


def test_a_vocabulary_that_is_a_web_page_is_dead(issued, now):
    badge = issued("2.0")
    badge.a["@context"] = ["https://w3id.org/openbadges/v2", f"{HOST}/context"]
    page = {"status": 200, "type": "text/html", "text": "<html>"}
    badge.web.pages[f"{HOST}/context"] = page
    assert assess(Submission(url=badge.url), badge.served(), ME, now).reason == "context_dead"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"startsWith": f"{HOST}/"}, []),
        ({"startsWith": [f"{HOST}/else/"]}, ["HOSTED_ID_IN_VERIFICATION_SCOPE"]),
        ({"startsWith": "badges"}, ["VALIDATE_PROPERTY", "HOSTED_ID_IN_VERIFICATION_SCOPE"]),
        ({"allowedOrigins": ["badges.example.net"]}, []),
        ({"allowedOrigins": "other.example.net"}, ["HOSTED_ID_IN_VERIFICATION_SCOPE"]),
    ],
)
def test_an_issuer_may_name_where_its_badges_are_hosted(policy, expected, issued, now):
    badge = issued("2.0")
    badge.i["verification"] = {"type": "VerificationObject"} | policy
    verdict = assess(Submission(url=badge.url), badge.served(), ME, now)
    assert names(verdict) == expected


def test_issuer_without_name_and_url_is_incomplete(issued, now):
    badge = issued("2.0")
    del badge.i["name"]
    badge.i["url"] = "www.example.net"
    verdict = assess(Submission(url=badge.url), badge.served(), ME, now)
    assert [message.prop for message in verdict.messages] == ["name", "url"]
    assert verdict.reason == "issuer_incomplete"


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (["{host}/badge.png"], None),
        ({"id": "{host}/badge.png", "caption": "c"}, None),
        ("data:image/gif;base64,R0lG", "badge_image_unsupported"),
        ("{host}/page.html", "badge_image_missing"),
        ("badge.png", "relative_url"),
    ],
)
def test_badge_pictures(image, reason, issued, now):
    def placed(value):
        if isinstance(value, str):
            return value.replace("{host}", HOST)
        if isinstance(value, list):
            return [placed(item) for item in value]
        return {key: placed(item) for key, item in value.items()}

    badge = issued("2.0")
    badge.b["image"] = placed(image)
    badge.web.pages[f"{HOST}/page.html"] = {"status": 200, "type": "text/html", "text": "<html>"}
    assert assess(Submission(url=badge.url), badge.served(), ME, now).reason == reason


def test_a_signed_badge_is_accepted_as_jws_and_baked(signed, now):
    token = sign(signed.a)
    for submission in (
        Submission(jws=token),
        Submission(image=bake(signed.web.images["badge.png"], token)),
    ):
        verdict = assess(submission, signed.served(), ME, now)
        assert verdict.accepted, verdict.messages
        assert verdict.open_badge_id == signed.a["id"]


def test_a_signed_badge_without_creator_uses_the_issuers_key(signed, now):
    signed.a["verification"] = {"type": "SignedBadge"}
    assert assess(Submission(jws=sign(signed.a)), signed.served(), ME, now).accepted


def test_a_text_that_is_no_jws_is_refused(now):
    assert names(assess(Submission(jws="no.jws"), Silence(), ME, now)) == ["DETECT_INPUT_TYPE"]


def test_a_changed_payload_does_not_fit_its_signature(signed, now):
    one, two = sign(signed.a), sign(signed.a | {"narrative": "changed"})
    forged = ".".join([one.split(".")[0], two.split(".")[1], one.split(".")[2]])
    verdict = assess(Submission(jws=forged), signed.served(), ME, now)
    assert names(verdict) == ["VERIFY_JWS"]
    assert verdict.reason == "signature_invalid"


@pytest.mark.parametrize("prop", ["owner", "publicKeyPem"])
def test_an_incomplete_key_document_is_named(prop, signed, now):
    del signed.key[prop]
    verdict = assess(Submission(jws=sign(signed.a)), signed.served(), ME, now)
    assert [(m.name, m.prop) for m in verdict.messages] == [("VALIDATE_PROPERTY", prop)]
    assert verdict.reason == "signing_key_missing"


def test_a_key_the_issuer_does_not_list_is_refused(signed, now):
    signed.i["publicKey"] = [f"{HOST}/another.json"]
    verdict = assess(Submission(jws=sign(signed.a)), signed.served(), ME, now)
    assert names(verdict) == ["VERIFY_KEY_OWNERSHIP"]
    assert verdict.reason == "signing_key_missing"


def test_a_key_nobody_asked_for_is_assumed(signed, now):
    verdict = assess(Submission(jws=sign(signed.a)), Silence(), ME, now)
    assert verdict.accepted
    assert verdict.assumed == (f"{HOST}/b.json", signed.key_url)


@pytest.mark.parametrize(
    ("revoked", "expected"),
    [
        ([{"id": "urn:uuid:a953081a-4bbc-4927-8653-7219bca00001"}], "revoked"),
        (["urn:uuid:a953081a-4bbc-4927-8653-7219bca00001"], "revoked"),
        ([{"id": "urn:uuid:00000000-4bbc-4927-8653-7219bca00001"}], None),
        (None, None),
    ],
)
def test_the_revocation_list_of_the_issuer_counts(revoked, expected, signed, now):
    signed.i["revocationList"] = f"{HOST}/revoked.json"
    signed.web.serve(f"{HOST}/revoked.json", {"revokedAssertions": revoked})
    verdict = assess(Submission(jws=sign(signed.a)), signed.served(), ME, now)
    assert verdict.reason == expected


def test_a_dead_revocation_list_is_as_bad_as_a_dead_badge(signed, now):
    signed.i["revocationList"] = f"{DEAD}/revoked.json"
    verdict = assess(Submission(jws=sign(signed.a)), signed.served(), ME, now)
    assert verdict.reason == "host_dead"


def test_a_signed_payload_without_id_or_uid_is_a_blank_node(signed, now):
    del signed.a["id"], signed.a["uid"]
    verdict = assess(Submission(jws=sign(signed.a)), signed.served(), ME, now)
    assert verdict.accepted
    assert verdict.open_badge_id == "_:b0"


def test_the_most_telling_reason_wins():
    def message(reason):
        return Message("X", "x", reason)

    assert Verdict(messages=(message("badge_incomplete"), message("revoked"))).reason == "revoked"
    assert Verdict(messages=(message("bad_date"), message("expired"))).reason == "expired"
    assert (
        Verdict(messages=(message("badge_image_missing"), message("host_dead"))).reason
        == "host_dead"
    )
    assert Verdict(messages=(message("host_slow"), message("answer_lost"))).reason == "host_slow"
    assert Verdict(crash=True).reason == "server_error"
    assert Verdict().reason is None


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=8),
    st.sampled_from(
        [
            "http://badges.example.net/x",
            "http://[bad",
            "https://w3id.org/openbadges/v2",
            "https://w3id.org/openbadges/v1",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01T00:00:00+14:00",
            "2019-06-01T00:00:00",
            "data:,",
            "_:x",
            "sha256$00",
            "Assertion",
            "SignedBadge",
        ]
    ),
)
KEYS = st.sampled_from(
    (
        "@context",
        "id",
        "type",
        "uid",
        "recipient",
        "identity",
        "hashed",
        "salt",
        "badge",
        "issuer",
        "name",
        "description",
        "image",
        "criteria",
        "verify",
        "verification",
        "url",
        "creator",
        "issuedOn",
        "issued_on",
        "expires",
        "evidence",
        "revoked",
        "allowedOrigins",
        "startsWith",
        "publicKey",
        "publicKeyPem",
        "owner",
        "revocationList",
        "revokedAssertions",
        "origin",
        "x",
    )
)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=10)),
    max_leaves=25,
)


@pytest.mark.no_cover  # hundreds of examples of what other tests measure
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=st.dictionaries(KEYS, ANY_JSON, max_size=14), signed=st.booleans())
def test_any_json_gets_a_verdict(document, signed):
    body = json.dumps(document).encode()
    web = Babble(Answer("http://badges.example.net/x", 200, "application/json", body))
    submission = Submission(url="http://badges.example.net/x")
    if signed:
        submission = Submission(jws=sign(json.loads(json.dumps(document, allow_nan=True))))
    for source in (web, Silence()):
        verdict = assess(submission, source, ME, NOW)
        assert verdict.accepted is (verdict.reason is None)
        assert verdict.reason is None or verdict.reason in REASONS
        assert assess(Submission(assertion=document), source, ME, NOW) is not None


@pytest.mark.no_cover  # dozens of examples of what other tests measure
@settings(
    max_examples=80,
    deadline=None,
    # The fixture is a class; every example makes its own badge with it.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    version=st.sampled_from(["0.5", "1.0", "2.0"]),
    part=st.sampled_from("abi"),
    key=KEYS,
    value=ANY_JSON,
)
def test_a_good_badge_with_any_value_anywhere_gets_a_verdict(issued, version, part, key, value):
    badge = issued(version)
    getattr(badge, part)[key] = value
    verdict = assess(Submission(url=badge.url), badge.served(), ME, NOW)
    assert verdict.accepted is (verdict.reason is None)
    assert verdict.reason is None or verdict.reason in REASONS
    handed = {} if version == "0.5" else badge.a
    assert assess(Submission(assertion=handed), badge.served(), ME, NOW) is not None


@settings(max_examples=80, deadline=None)
@given(body=st.binary(max_size=60), kind=st.sampled_from(["image/png", "text/html", ""]))
def test_any_bytes_get_a_verdict(body, kind):
    web = Babble(Answer("http://x.example/x", 200, kind, body))
    assert assess(Submission(url="http://x.example/x"), web, ME, NOW).reason in REASONS
    assert assess(Submission(image=body), web, ME, NOW).reason in REASONS


def test_deep_json_and_long_numbers_get_a_verdict():
    deep = b'{"badge":' * 5000 + b"1" + b"}" * 5000
    long = b'{"recipient": {}, "badge": {}, "issuedOn": ' + b"9" * 5000 + b"}"
    for body in (deep, long):
        web = Babble(Answer("http://x.example/x", 200, "application/json", body))
        assert assess(Submission(url="http://x.example/x"), web, ME, NOW).reason in REASONS
    handed = {}
    for _ in range(5000):
        handed = {"badge": handed}
    handed["@context"] = "https://w3id.org/openbadges/v2"
    handed["id"] = "http://x.example/x"
    assert assess(Submission(assertion=handed), Silence(), ME, NOW) is not None
