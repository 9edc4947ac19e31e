"""A badge read whole: a folder of pieces in, one badge out; a new folder is a new test."""

import base64
import dataclasses
import json
from pathlib import Path

import pytest

from migrator.openbadges.badge import Badge, Pieces, read_badge
from migrator.openbadges.baking import bake, unbake
from migrator.openbadges.documents import as_backpack_wrote, parse_object
from migrator.openbadges.franken import invert
from migrator.openbadges.jws import payload
from migrator.openbadges.model import Assertion, BadgeClass, Issuer, Unreadable, Verification
from migrator.sources.rowdocument import row_document

FIXTURES = Path(__file__).parents[2] / "fixtures" / "openbadges"
FOLDERS = sorted(folder.parent for folder in FIXTURES.glob("*/*/expected.json"))


def pieces_of(folder):
    def read(name):
        path = folder / name
        return path.read_bytes() if path.exists() else None

    url = read("hosted_url.txt")
    return Pieces(
        assertion=read("assertion.json"),
        badge_class=read("badge_class.json"),
        issuer=read("issuer.json"),
        jws=read("jws.txt"),
        hosted_url=url.decode().strip() if url else None,
        image=read("image.png") or read("image.svg"),
    )


def said(value):
    """A dataclass as JSON, without what was not said."""
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: said(one) for key, one in value.items() if one not in (None, (), False)}
    if isinstance(value, tuple):
        return [said(one) for one in value]
    return value


def summary(pieces):
    try:
        badge = read_badge(pieces)
    except Unreadable as error:
        return {"unreadable": str(error)}
    return {
        "identity": badge.identity,
        "hosted_url": badge.hosted_url,
        "signed": badge.jws is not None,
        "media_type": badge.media_type,
        "baked": badge.baked.kind if badge.baked else None,
        "warnings": [code for code, _sentence in badge.warnings],
        "documents": [said(dataclasses.replace(one, data=b"")) for one in badge.documents],
        "assertion": said(badge.assertion),
    }


@pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}"
)
def test_every_folder_reads_as_it_says(folder):
    found = json.loads(json.dumps(summary(pieces_of(folder)), default=lambda data: data.decode()))
    assert found == json.loads((folder / "expected.json").read_text())


def test_folders_are_named_by_what_they_give():
    for folder in FOLDERS:
        expected = json.loads((folder / "expected.json").read_text())
        assert (folder.parent.name == "bad") == ("unreadable" in expected)
        assert (folder.parent.name == "warn") == bool(expected.get("warnings"))


BACKPACK = [folder for folder in FOLDERS if folder.name.startswith("backpack-")]
ORIGINAL_IN_IMAGE = ("1.0-hosted", "1.0-svg", "1.0-japanese", "1.0-endpoint-cut", "1.1-hosted")


@pytest.mark.parametrize("folder", BACKPACK, ids=lambda folder: folder.name)
def test_the_backpacks_own_text_is_written_again_letter_by_letter(folder):
    body = (folder / "assertion.json").read_bytes()
    assert as_backpack_wrote(parse_object(body)) == body


@pytest.mark.parametrize("name", [*ORIGINAL_IN_IMAGE, "1.1-extension"])
def test_a_body_is_inverted_to_exactly_what_the_issuer_served(name):
    pieces = pieces_of(next(folder for folder in BACKPACK if folder.name == f"backpack-{name}"))
    inverted = as_backpack_wrote(invert(parse_object(pieces.assertion)).assertion)
    assert inverted.decode() == unbake(pieces.image).baked[0].text
    assert inverted != pieces.assertion


@pytest.mark.parametrize("name", ["signed-png", "signed-svg"])
def test_a_signed_body_is_inverted_to_exactly_what_was_signed(name):
    pieces = pieces_of(next(folder for folder in BACKPACK if folder.name == f"backpack-{name}"))
    original = invert(parse_object(pieces.assertion)).assertion
    assert as_backpack_wrote(original) == as_backpack_wrote(payload(pieces.jws.decode()))
    assert unbake(pieces.image).baked[0].text == pieces.jws.decode()


def test_an_old_body_is_what_the_image_carries_without_verify():
    folder = FIXTURES / "good" / "backpack-0.5-with-verify-baked"
    pieces = pieces_of(folder)
    baked = parse_object(unbake(pieces.image).baked[0].text.encode())
    assert as_backpack_wrote(invert(baked).assertion) == pieces.assertion


def derived(badge):
    return {one.kind: one.data for one in badge.documents if one.derived}


def test_a_franken_image_alone_gives_the_three_original_documents():
    badge = read_badge(pieces_of(FIXTURES / "warn" / "image-only-franken"))
    body = parse_object((FIXTURES / "good/backpack-franken-1.0-baked/assertion.json").read_bytes())
    originals = invert(body)
    assert derived(badge) == {
        "assertion": as_backpack_wrote(originals.assertion),
        "badge_class": as_backpack_wrote(originals.badge_class),
        "issuer": as_backpack_wrote(originals.issuer),
    }
    assert badge.documents[0].data == badge.baked.text.encode()
    assert not badge.documents[0].derived


ASSERTION = {
    "uid": "1",
    "recipient": {"type": "email", "hashed": False, "identity": "me@example.org"},
    "badge": "http://a.example.org/b",
    "verify": {"type": "hosted", "url": "http://a.example.org/1"},
    "issuedOn": 1395112143,
}
OLD = {
    "recipient": "me@example.org",
    "badge": {"name": "N", "issuer": {"origin": "http://a.example.org", "name": "I"}},
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'


def data(document):
    return json.dumps(document).encode()


def codes(badge: Badge):
    return [code for code, _sentence in badge.warnings]


def picture(*texts):
    image = (FIXTURES / "bad" / "picture-without-data" / "image.png").read_bytes()
    for text in texts:
        baked = bake(image, text)
        image = baked if len(texts) == 1 else image[:33] + chunk_of(baked) + image[33:]
    return image


def chunk_of(image):
    baked = unbake(image).baked[0]
    return image[baked.start : baked.end]


def test_a_given_document_is_completed_by_a_franken_image():
    folder = FIXTURES / "good" / "backpack-franken-1.0-baked"
    original = invert(parse_object((folder / "assertion.json").read_bytes())).assertion
    badge = read_badge(Pieces(assertion=data(original), image=pieces_of(folder).image))
    assert badge.assertion.badge_class.issuer.name == "Franken Issuer"
    assert set(derived(badge)) == {"assertion", "badge_class", "issuer"}


def test_a_signature_in_the_image_completes_a_body_that_lacks_it():
    pieces = pieces_of(FIXTURES / "good" / "backpack-signed-png")
    badge = read_badge(Pieces(assertion=pieces.assertion, image=pieces.image))
    assert badge.jws == pieces.jws.decode()
    assert badge.identity.startswith("jws:")


def test_a_signed_body_without_its_signature_is_known_by_issuer_and_uid():
    pieces = pieces_of(FIXTURES / "good" / "backpack-signed-png")
    badge = read_badge(Pieces(assertion=pieces.assertion))
    assert badge.identity == "uid:https://signed.example.org/issuer.json#sg-1"
    assert badge.assertion.verification is Verification.SIGNED


def test_a_file_that_holds_a_signature_is_read_as_one():
    pieces = pieces_of(FIXTURES / "good" / "backpack-signed-png")
    badge = read_badge(Pieces(assertion=pieces.jws + b"\n"))
    assert badge.jws == pieces.jws.decode()
    assert [one.kind for one in badge.documents] == ["jws"]


def test_a_signature_for_something_else_wins_over_the_document_beside_it():
    pieces = pieces_of(FIXTURES / "good" / "backpack-signed-png")
    badge = read_badge(Pieces(assertion=data(ASSERTION), jws=pieces.jws))
    assert codes(badge) == ["jws_differs"]
    assert badge.assertion.uid == "sg-1"


def test_a_broken_signature_leaves_the_document():
    badge = read_badge(Pieces(assertion=data(ASSERTION), jws=b"a.b.c"))
    assert codes(badge) == ["jws_unreadable"]
    assert badge.jws is None


def test_an_issuer_that_salts_anew_does_not_make_another_badge():
    def salted(salt):
        recipient = {"type": "email", "hashed": True, "identity": "sha256$" + salt, "salt": salt}
        return {**ASSERTION, "recipient": recipient}

    image = picture(json.dumps(salted("bb")))
    assert codes(read_badge(Pieces(assertion=data(salted("aa")), image=image))) == []


def test_a_picture_with_a_strangers_address_does_not_move_the_badge():
    badge = read_badge(Pieces(assertion=data(ASSERTION), image=picture("http://x.example.org/9")))
    assert codes(badge) == ["baked_assertion_differs"]
    assert badge.hosted_url == "http://a.example.org/1"


def test_an_old_document_takes_the_address_its_picture_carries():
    badge = read_badge(Pieces(assertion=data(OLD), image=picture("http://a.example.org/9")))
    assert badge.identity == "url:http://a.example.org/9"
    assert badge.assertion.hosted_url == "http://a.example.org/9"
    assert codes(badge) == []


def test_an_address_beside_a_rewritten_document_is_the_identity():
    rewritten = {**OLD, "verify": {"type": "hosted", "url": "http://a.example.org/1"}}
    image = picture("http://a.example.org/2", json.dumps(rewritten))
    badge = read_badge(Pieces(image=image))
    assert badge.identity == "url:http://a.example.org/2"
    assert codes(badge) == ["several_chunks", "baked_url_differs", "franken"]
    assert badge.baked.kind == "json"


def test_an_address_beside_an_original_document_is_not():
    image = picture("http://a.example.org/2", json.dumps(ASSERTION))
    badge = read_badge(Pieces(image=image))
    assert badge.identity == "url:http://a.example.org/1"
    assert "baked_url_differs" in codes(badge)


def test_the_address_where_it_was_found_is_asked_and_the_declared_one_names_it():
    found = "https://new.example.org/1"
    badge = read_badge(Pieces(assertion=data(ASSERTION), hosted_url=found))
    assert badge.hosted_url == found
    assert badge.identity == "url:http://a.example.org/1"
    assert codes(badge) == ["hosted_url_differs"]


def test_the_query_by_which_badgr_names_a_version_is_no_difference():
    badge = read_badge(
        Pieces(
            assertion=data({**ASSERTION, "verify": {"url": "http://a.example.org/1?v=2_0"}}),
            hosted_url="http://a.example.org/1",
        )
    )
    assert badge.identity == "url:http://a.example.org/1"
    assert codes(badge) == []


def test_an_address_cut_by_the_database_is_completed_from_the_picture():
    whole = "http://a.example.org/" + "a" * 300
    pieces = Pieces(assertion=data(OLD), hosted_url=whole[:255], image=picture(whole))
    badge = read_badge(pieces)
    assert badge.hosted_url == whole
    assert codes(badge) == ["hosted_url_cut"]
    alone = read_badge(Pieces(hosted_url=whole[:255], image=picture(whole)))
    assert alone.hosted_url == whole


def test_an_address_alone_is_a_badge_of_unknown_version():
    badge = read_badge(Pieces(hosted_url="HTTP://A.example.org/1#x"))
    assert badge.identity == "url:http://a.example.org/1"
    assert badge.assertion.version is None
    assert badge.documents == ()


def test_two_addresses_and_nothing_else_are_reported():
    badge = read_badge(
        Pieces(hosted_url="http://a.example.org/1", image=picture("http://x.example.org/1"))
    )
    assert codes(badge) == ["baked_url_differs"]
    assert badge.hosted_url == "http://a.example.org/1"


def test_what_cannot_be_read_beside_an_address_becomes_warnings():
    pieces = Pieces(assertion=b"<html>", hosted_url="http://a.example.org/1", image=b"\x89PNG")
    badge = read_badge(pieces)
    assert codes(badge) == ["document_unreadable", "image_unreadable"]


def test_a_badge_class_that_cannot_be_read_is_left_out():
    badge = read_badge(Pieces(assertion=data(ASSERTION), badge_class=b"[]", issuer=b"{"))
    assert codes(badge) == ["document_unreadable"] * 2
    assert [one.kind for one in badge.documents] == ["assertion"]
    assert badge.assertion.badge_class is None


def test_a_given_issuer_wins_over_an_embedded_one():
    badge = read_badge(Pieces(assertion=data(OLD), issuer=data({"name": "Given"})))
    assert badge.assertion.badge_class.issuer.name == "Given"


def test_the_hash_and_the_address_of_one_person_agree():
    hashed = {"type": "email", "hashed": True, "identity": "md5$0"}
    image = picture(json.dumps({**ASSERTION, "verify": None, "recipient": hashed}))
    badge = read_badge(Pieces(assertion=data({**ASSERTION, "verify": None}), image=image))
    assert codes(badge) == ["baked_assertion_differs"]


def test_one_uid_and_person_at_two_addresses_are_one_badge():
    moved = {**ASSERTION, "verify": {"type": "hosted", "url": "https://b.example.org/1"}}
    badge = read_badge(Pieces(assertion=data(ASSERTION), image=picture(json.dumps(moved))))
    assert codes(badge) == []
    other = {**moved, "uid": None}
    badge = read_badge(Pieces(assertion=data(ASSERTION), image=picture(json.dumps(other))))
    assert codes(badge) == ["baked_assertion_differs"]


def test_a_document_without_address_or_uid_is_known_by_its_content():
    one = read_badge(Pieces(assertion=data(OLD)))
    other = read_badge(Pieces(assertion=json.dumps(OLD, indent=2, sort_keys=True).encode()))
    assert one.identity.startswith("doc:")
    assert one.identity == other.identity


def test_an_svg_with_json_and_address_is_no_second_badge():
    image = bake(SVG, json.dumps(ASSERTION), verify="http://a.example.org/1")
    badge = read_badge(Pieces(image=image))
    assert codes(badge) == []
    assert badge.media_type == "image/svg+xml"
    assert image[: badge.baked.start] + image[badge.baked.end :] == SVG


def test_a_signature_that_calls_itself_hosted_is_signed():
    def part(value):
        return base64.urlsafe_b64encode(data(value)).rstrip(b"=")

    jws = b".".join((part({"alg": "RS256"}), part(ASSERTION), b"AAAA"))
    badge = read_badge(Pieces(jws=jws, badge_class=data({"name": "C"})))
    assert badge.assertion.verification is Verification.SIGNED
    assert badge.hosted_url is None
    assert badge.identity.startswith("jws:")
    assert badge.assertion.badge_class.name == "C"


def test_a_picture_of_another_badge_beside_an_address_is_not_read():
    image = picture(json.dumps(ASSERTION))
    badge = read_badge(Pieces(hosted_url="http://other.example.org/7", image=image))
    assert codes(badge) == ["baked_assertion_differs"]
    assert badge.identity == "url:http://other.example.org/7"
    assert badge.documents == ()
    same = read_badge(Pieces(hosted_url="https://a.example.org/1", image=image))
    assert same.assertion.uid == "1"
    assert codes(same) == ["hosted_url_differs"]


def test_a_picture_that_carries_a_badge_class_gives_its_address_only():
    image = picture("http://a.example.org/1", json.dumps({"name": "n", "criteria": "c"}))
    badge = read_badge(Pieces(image=image))
    assert badge.identity == "url:http://a.example.org/1"
    assert badge.assertion.version is None


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        ({"identity": "md5$AB", "hashed": True}, {"identity": "md5$ab", "hashed": True}, False),
        ({"identity": "md5$ab", "hashed": True}, {"identity": "md5$cd", "hashed": True}, True),
        ({"identity": "md5$ab", "hashed": True}, {"identity": "sha1$cd", "hashed": True}, False),
        ({"identity": "Me@a.org"}, {"identity": "me@A.org"}, False),
        ({"identity": "me@a.org"}, {"identity": "you@a.org"}, True),
        (None, {"identity": "you@a.org"}, False),
    ],
)
def test_two_recipients_contradict_each_other_or_not(one, other, differs):
    old = {**OLD, "recipient": one}
    image = picture(json.dumps({**OLD, "recipient": other}))
    badge = read_badge(Pieces(assertion=data(old), image=image))
    assert ("baked_assertion_differs" in codes(badge)) is differs


def test_an_unreadable_picture_with_data_says_what_it_carries():
    with pytest.raises(Unreadable, match="neither address, assertion nor signature"):
        read_badge(Pieces(image=picture(json.dumps({"name": "n", "criteria": "c"}))))


def test_rows_say_what_an_original_leaves_to_addresses():
    badge_class = BadgeClass("Welder", "http://a.example.org/b", issuer=Issuer("School"))
    rows = row_document(Assertion(id="http://a.example.org/1", badge_class=badge_class), "a list")
    original = {"id": "http://a.example.org/1", "type": "Assertion", "badge": badge_class.id}
    picture = (FIXTURES / "bad" / "picture-without-data" / "image.png").read_bytes()
    image = bake(picture, json.dumps({**original, "verification": {"type": "HostedBadge"}}))
    badge = read_badge(Pieces(assertion=rows, image=image))
    assert badge.assertion.badge_class.name == "Welder"
    assert badge.assertion.badge_class.issuer.name == "School"
    assert [one.derived for one in badge.documents] == [False, True]
