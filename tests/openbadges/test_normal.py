import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.openbadges.model import (
    Alignment,
    Assertion,
    BadgeClass,
    Evidence,
    Issuer,
    Recipient,
    Unreadable,
    Verification,
    Version,
)
from migrator.openbadges.normal import read_assertion, read_badge_class, read_issuer

ONE = {
    "uid": "1",
    "recipient": {"type": "email", "hashed": False, "identity": "me@example.org"},
    "badge": "http://a.example.org/b",
    "verify": {"type": "hosted", "url": "http://a.example.org/1"},
}
OLD = {
    "recipient": "me@example.org",
    "badge": {
        "name": "N",
        "image": "/i.png",
        "criteria": "/c",
        "issuer": {"origin": "http://a.example.org/", "name": "I", "contact": "i@example.org"},
    },
}


def with_badge(**keys):
    return read_assertion({**ONE, "badge": keys}).badge_class


def test_addresses_of_old_badges_are_joined_one_after_the_other():
    read = read_assertion({**OLD, "evidence": "/e"})
    assert read.badge_class.image == "http://a.example.org//i.png"
    assert read.badge_class.criteria_url == "http://a.example.org//c"
    assert read.evidence == (Evidence(url="http://a.example.org//e"),)
    assert read.badge_class.issuer == Issuer(
        name="I", url="http://a.example.org/", email="i@example.org"
    )


def test_full_addresses_and_data_uris_of_old_badges_stay():
    badge = {**OLD["badge"], "image": "data:image/png;base64,AA", "criteria": "https://c.org/1"}
    read = read_assertion({**OLD, "badge": badge}).badge_class
    assert (read.image, read.criteria_url) == ("data:image/png;base64,AA", "https://c.org/1")


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("me@example.org", Recipient("me@example.org", salt="s")),
        ("SHA256$aB", Recipient("SHA256$aB", hashed=True, salt="s")),
        ({"identity": "a", "hashed": "true", "salt": "x"}, Recipient("a", hashed=True, salt="x")),
        ({"identity": "a", "hashed": False}, Recipient("a")),
        ({"identity": "md5$0f", "type": "email"}, Recipient("md5$0f", hashed=True)),
        ({"identity": "md5$0f", "hashed": False}, Recipient("md5$0f")),
        (
            [{"identity": "http://me.example.org", "type": ["url"]}],
            Recipient("http://me.example.org", "url"),
        ),
        ({"hashed": True}, None),
        (7, None),
        (None, None),
    ],
)
def test_recipients_are_read_in_every_shape(recipient, expected):
    assert read_assertion({**ONE, "recipient": recipient, "salt": "s"}).recipient == expected


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ("http://e.example.org", (Evidence(url="http://e.example.org"),)),
        ("I made a page.", (Evidence(narrative="I made a page."),)),
        (["http://e.example.org/1", {"id": "http://e.example.org/2", "narrative": "n"}],
         (Evidence(url="http://e.example.org/1"), Evidence("http://e.example.org/2", "n"))),
        ({"url": "http://e", "name": "x", "description": "d", "genre": "g", "audience": "a"},
         (Evidence("http://e", None, "x", "d", "g", "a"),)),
        ("", ()), (None, ()), ([], ()), ([None, 3.5, {}], ()),
    ],
)  # fmt: skip
def test_evidence_is_read_in_every_shape(evidence, expected):
    assert read_assertion({**ONE, "evidence": evidence}).evidence == expected


@pytest.mark.parametrize(
    ("criteria", "url", "narrative"),
    [
        ("http://c.example.org", "http://c.example.org", None),
        ("Do all of it.", None, "Do all of it."),
        ({"narrative": "Do it."}, None, "Do it."),
        ({"id": "http://c.example.org", "narrative": "Do it."}, "http://c.example.org", "Do it."),
        ([{"narrative": "a b"}, "http://c", "c d"], "http://c", "a b\n\nc d"),
        (None, None, None), ({}, None, None), (True, None, None),
    ],
)  # fmt: skip
def test_criteria_are_read_in_every_shape(criteria, url, narrative):
    read = with_badge(name="n", criteria=criteria)
    assert (read.criteria_url, read.criteria_narrative) == (url, narrative)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("http://i.example.org", "http://i.example.org"),
        ({"id": "http://i.example.org", "caption": "c"}, "http://i.example.org"),
        (["", "http://i.example.org"], "http://i.example.org"),
        ({"caption": "c"}, None), (5, None), ([], None),
    ],
)  # fmt: skip
def test_images_are_read_in_every_shape(image, expected):
    assert with_badge(name="n", image=image).image == expected
    assert read_assertion({**ONE, "image": image}).image == expected
    assert read_issuer({"name": "i", "image": image}).image == expected


@pytest.mark.parametrize("key", ["alignment", "alignments"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"name": "n", "url": "u", "description": "d"}], (Alignment("n", "u", "d"),)),
        ({"targetName": "n", "targetUrl": "u", "targetCode": "c", "targetFramework": "f"},
         (Alignment("n", "u", None, "f", "c"),)),
        ("http://s.example.org", (Alignment(None, "http://s.example.org"),)),
        ([None, {}, 3], ()),
    ],
)  # fmt: skip
def test_alignments_are_read_in_every_shape(key, value, expected):
    assert with_badge(name="n", **{key: value}).alignment == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [(["a", "b", None, {}], ("a", "b")), ("a, b", ("a", "b")), (None, ()), ([3], ("3",))],
)
def test_tags_are_read_in_every_shape(tags, expected):
    assert with_badge(name="n", tags=tags).tags == expected


@pytest.mark.parametrize(
    ("verify", "kind", "url"),
    [
        ({"verify": {"type": "signed", "url": "http://k"}}, Verification.SIGNED, "http://k"),
        ({"verification": {"type": "SignedBadge", "creator": "http://k"}}, Verification.SIGNED, "http://k"),
        ({"verification": {"type": ["VerificationObject", "signed"]}}, Verification.SIGNED, None),
        ({"verification": {"type": "HostedBadge"}}, Verification.HOSTED, None),
        ({"verify": "http://a"}, Verification.HOSTED, "http://a"),
        ({"verify": None}, Verification.HOSTED, None),
    ],
)  # fmt: skip
def test_verification_is_read_in_every_shape(verify, kind, url):
    read = read_assertion({"uid": "1", "recipient": "a", "badge": "http://b", **verify})
    assert (read.verification, read.verification_url) == (kind, url)


def test_a_number_is_a_uid_and_a_language_map_is_a_name():
    assert read_assertion({**ONE, "uid": 7}).uid == "7"
    assert read_badge_class({"name": {"@value": "n", "@language": "en"}}).name == "n"
    assert read_badge_class({"name": {"de": "N"}}).name == "N"
    assert read_badge_class({"name": ["n"]}).name == "n"
    assert read_badge_class({"name": True}) == BadgeClass(name="")


def test_a_revoked_assertion_says_so():
    read = read_assertion({**ONE, "revoked": "true", "revocationReason": "error"})
    assert (read.revoked, read.revocation_reason) == (True, "error")


def test_dates_are_read_under_both_names_and_null_is_none():
    assert read_assertion({**ONE, "issuedOn": 1395112143}).issued_on == "2014-03-18T03:09:03Z"
    assert read_assertion({**ONE, "issued_on": "2014-03-18"}).issued_on == "2014-03-18T00:00:00Z"
    assert read_assertion({**ONE, "issuedOn": "soon", "expires": None}).expires is None


def test_separate_documents_win_over_embedded_ones():
    embedded = {**ONE, "badge": {"id": "http://b", "name": "old", "issuer": {"name": "old"}}}
    read = read_assertion(
        embedded, badge_class={"name": "new"}, issuer={"name": "I", "id": "http://i"}
    )
    assert read.badge_class == BadgeClass(
        name="new", issuer_id="http://i", issuer=Issuer("I", id="http://i")
    )
    assert read.badge_class_id == "http://b"


def test_an_issuer_profile_is_read_with_its_revocation_list():
    read = read_issuer({"@id": "http://i", "name": "I", "url": ["http://u"], "email": ["a@b.org"],
                        "revocationList": {"id": "http://r"}, "description": "d"})  # fmt: skip
    assert read == Issuer("I", "http://u", "http://i", "d", "a@b.org", None, "http://r")


def test_the_backpacks_form_is_read_as_what_it_was():
    franken = {
        **ONE,
        "recipient": "sha256$00",
        "badge": {"name": "N", "_location": "http://a.example.org/b",
                  "issuer": {"name": "I", "_location": "http://a.example.org/i"}},
        "_originalRecipient": {"type": "email", "hashed": False, "identity": "me@example.org"},
    }  # fmt: skip
    read = read_assertion(franken)
    assert read.version is Version.V1_0
    assert read.recipient == Recipient("me@example.org")
    assert read.badge_class_id == "http://a.example.org/b"
    assert read.badge_class.issuer_id == "http://a.example.org/i"
    assert read.hosted_url == "http://a.example.org/1"


def test_the_backpacks_form_without_addresses_keeps_what_is_embedded():
    franken = {**ONE, "badge": {"name": "N"}, "_originalRecipient": ONE["recipient"], "salt": "own"}
    assert read_assertion(franken).badge_class.name == "N"


def test_an_old_badge_with_an_added_verify_keeps_its_address():
    read = read_assertion({**OLD, "verify": {"type": "hosted", "url": "http://a.example.org/1"}})
    assert read.version is Version.V0_5
    assert read.hosted_url == "http://a.example.org/1"


VC = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential"],
    "issuer": "https://i.example.org",
    "validFrom": "2023-01-02T03:04:05Z",
}


@pytest.mark.parametrize(
    ("subject", "recipient"),
    [
        ({"id": "did:key:z6"}, Recipient("did:key:z6", "id")),
        ({"id": "mailto:me@example.org"}, Recipient("me@example.org")),
        ({"identifier": {"identityHash": "sha256$ab", "hashed": True, "salt": "s"}},
         Recipient("sha256$ab", "email", True, "s")),
        ({"achievement": {}}, None),
    ],
)  # fmt: skip
def test_recipients_of_credentials_are_read(subject, recipient):
    assert read_assertion({**VC, "credentialSubject": subject}).recipient == recipient


def test_a_credential_is_recognised_and_named():
    subject = {"achievement": {"id": "http://c", "name": "N", "criteria": {"narrative": "c c"}}}
    read = read_assertion({**VC, "credentialSubject": [subject], "proof": [{"type": "x"}]})
    assert read == Assertion(
        version=Version.V3_0,
        id="urn:uuid:1",
        uid="urn:uuid:1",
        badge_class_id="http://c",
        badge_class=BadgeClass(
            "N", "http://c", criteria_narrative="c c", issuer_id="https://i.example.org"
        ),
        verification=Verification.SIGNED,
        issued_on="2023-01-02T03:04:05Z",
    )


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["http://x.org/1", "true", "sha256$00", "2014-01-01", "/p", "signed"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "url", "type", "name", "identity", "issuer", "origin", "badge",
                         "narrative", "_location", "achievement", "identifier"]),
        inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
KEYS = ["@context", "type", "id", "uid", "recipient", "badge", "verify", "verification", "issuedOn",
        "issued_on", "expires", "evidence", "image", "salt", "revoked", "narrative", "criteria",
        "alignment", "tags", "issuer", "_originalRecipient", "credentialSubject", "url",
        "proof"]  # fmt: skip


@pytest.mark.no_cover  # hundreds of examples of what other tests measure
@settings(max_examples=120, deadline=1000)
@given(st.dictionaries(st.sampled_from(KEYS), ANY))
def test_no_value_whatever_makes_reading_fail(document):
    read_badge_class(document)
    read_issuer(document)
    try:
        read_assertion(document, badge_class=document, issuer=document)
        read_assertion(document)
    except Unreadable:
        pass
