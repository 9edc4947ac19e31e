from __future__ import annotations

import pytest

from migrator.archive import shelf
from migrator.destinations.base import Input
from migrator.sources.found import Found
from migrator.transfer.parcels import parcel, remote_ids, submissions


def forms(archive, badge):
    return [form for form, _ in submissions(archive, badge)]


def test_a_hosted_badge_goes_by_its_address_with_every_id_it_may_have(
    archive, reader, tmp_path, make
):
    document = make.assertion(1, id=make.url(1) + "?v=1_1")
    reader.outcomes(archive, tmp_path, [make.found(1, assertion=make.json(document))])
    badge = shelf.kept(archive, 1)
    assert forms(archive, badge) == [Input.URL]
    ready = parcel(archive, badge, Input.URL)
    assert (ready.url, ready.image, ready.assertion, ready.jws) == (
        badge.hosted_url,
        None,
        None,
        None,
    )
    assert ready.title == "Badge 1"
    assert make.url(1) in ready.open_badge_ids


def test_signed_badges_go_by_what_carries_the_signature(archive, reader, sample_zip):
    reader.file(archive, sample_zip)
    signed = [one for batch in shelf.all_kept(archive) for one in batch if one.jws]
    assert len(signed) == 2
    for badge in signed:
        assert forms(archive, badge) == [Input.IMAGE, Input.JWS]
        picture = parcel(archive, badge, Input.IMAGE)
        assert picture.image == shelf.image_file(archive, badge.image_id)
        assert parcel(archive, badge, Input.JWS).jws == badge.jws


def test_a_picture_that_does_not_carry_the_signature_is_not_sent_for_it(
    archive, reader, tmp_path, make, sample_zip
):
    reader.file(archive, sample_zip)
    jws = next(one.jws for batch in shelf.all_kept(archive) for one in batch if one.jws)
    reader.outcomes(
        archive,
        tmp_path,
        [
            Found("a", jws=jws.encode() + b"A", image=make.png()),
            Found("b", jws=jws.encode() + b"B", image=b"no picture"),
            Found("c", jws=jws.encode() + b"C"),
        ],
    )
    last = [one for batch in shelf.all_kept(archive) for one in batch][-3:]
    assert [forms(archive, one) for one in last] == [[Input.JWS]] * 3


def test_a_badge_without_an_address_goes_as_json(archive, reader, tmp_path, make):
    document = {"uid": "1", "recipient": "a@x.org", "badge": {"name": "B", "issuer": {"name": "I"}}}
    reader.outcomes(archive, tmp_path, [Found("a", assertion=make.json(document))])
    badge = shelf.kept(archive, 1)
    assert parcel(archive, badge, Input.ASSERTION).assertion == document
    with pytest.raises(ValueError, match="cannot be sent as url"):
        parcel(archive, badge, Input.URL)


@pytest.mark.parametrize("content", [b"[]", b"{", None])
def test_a_badge_with_nothing_readable_has_no_form(archive, reader, tmp_path, make, content):
    document = {"uid": "1", "recipient": "a@x.org", "badge": {"name": "B", "issuer": {"name": "I"}}}
    reader.outcomes(archive, tmp_path, [Found("a", assertion=make.json(document))])
    with archive.writing() as conn:
        if content is None:
            conn.execute("update assertion set document_id = null")
        conn.execute("update document set content = ? ", (content or b"",))
    assert forms(archive, shelf.kept(archive, 1)) == []


@pytest.mark.parametrize(
    ("key", "document", "jws", "ids"),
    [
        ("url:https://x.example/1", None, None, {"https://x.example/1"}),
        ("uid:https://x.example#1", b'{"id": "urn:uuid:7"}', None, {"urn:uuid:7"}),
        ("jws:00", None, "e30.e30.e30", {"jws:00"}),
        ("jws:00", None, "no jws", {"jws:00"}),
        (
            "jws:00",
            None,
            "e30.eyJpZCI6Imh0dHBzOi8vWC5leGFtcGxlLzE_dj0yXzAifQ.e30",
            {"https://x.example/1"},
        ),
        ("doc:00", b'{"id": 7}', None, {"doc:00"}),
        ("doc:00", b"\xff{", None, {"doc:00"}),
        (
            "url:https://x.example/1",
            b'{"id": "HTTPS://X.example:443/2?v=2_0#f"}',
            "",
            {"https://x.example/1", "https://x.example/2"},
        ),
    ],
)
def test_the_ids_a_destination_may_know_a_badge_by(key, document, jws, ids):
    assert remote_ids(key, document, jws) == ids
