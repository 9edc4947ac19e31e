from __future__ import annotations

import threading

import pytest

from migrator.archive import shelf
from migrator.sources.found import Found


def test_a_badge_is_taken_off_the_shelf_with_what_is_needed_to_send_it(
    archive, reader, tmp_path, make
):
    found = make.found(1, image=make.baked(1))
    reader.outcomes(archive, tmp_path, [found])
    badge = shelf.kept(archive, 1)
    assert (badge.title, badge.version, badge.verification) == ("Badge 1", "1.1", "hosted")
    assert (badge.hosted_url, badge.identity) == (make.url(1), f"url:{make.url(1)}")
    assert badge.document == found.assertion
    assert badge.jws is None
    assert shelf.image_file(archive, badge.image_id) == found.image


def test_a_badge_without_a_name_is_called_by_its_address(archive, reader, tmp_path, make):
    reader.outcomes(
        archive,
        tmp_path,
        [
            Found("line 1", hosted_url="https://x.example/1"),
            Found(
                "2", assertion=make.json({"recipient": "a@x.org", "badge": {"name": " ", "x": "é"}})
            ),
        ],
    )
    assert shelf.kept(archive, 1).title == "https://x.example/1"
    assert shelf.kept(archive, 2).title.startswith("doc:")


def test_what_is_not_there_is_a_key_error(archive):
    for ask in (shelf.kept, shelf.image_file):
        with pytest.raises(KeyError):
            ask(archive, 1)


def test_every_badge_is_given_out_once_in_batches(archive, reader, tmp_path, make):
    reader.outcomes(archive, tmp_path, [make.found(n) for n in range(23)])
    batches = list(shelf.all_kept(archive, 10))
    assert [len(batch) for batch in batches] == [10, 10, 3]
    assert [one.assertion_id for batch in batches for one in batch] == list(range(1, 24))
    assert shelf.count(archive) == 23


def test_documents_stand_where_they_stood_the_latest_found_first(archive, reader, tmp_path, make):
    odd = make.json(make.badge_class(1, description="né")).decode().encode("latin-1")
    reader.outcomes(archive, tmp_path, [make.found(1, badge_class=odd)])
    at = f"{make.host}/classes/1.json"
    assert shelf.document_at(archive, at) == odd
    newer = make.json(make.badge_class(1, description="newer"))
    reader.outcomes(archive, tmp_path, [make.found(4, badge_class=newer)])
    assert shelf.document_at(archive, at) == newer
    assert shelf.document_at(archive, make.url(1)) == make.found(1).assertion
    assert shelf.document_at(archive, "https://nowhere.example") is None


def test_what_was_found_stands_before_what_was_rebuilt(archive, reader, sample_dump):
    reader.file(archive, sample_dump)
    rebuilt = archive.all(
        "select url from sighting_document where origin = 'derived' and url <> ''"
    )
    assert rebuilt
    for (url,) in rebuilt:
        assert shelf.document_at(archive, url)


def test_a_picture_stands_at_the_address_the_badge_class_names(archive, reader, tmp_path, make):
    at = f"{make.host}/classes/1.png"
    reader.outcomes(archive, tmp_path, [make.found(4)])
    assert shelf.artwork_at(archive, at) is None
    reader.outcomes(archive, tmp_path, [make.found(1, image=make.baked(1))])
    assert shelf.artwork_at(archive, at) == (make.png(), "image/png")


def test_a_picture_stands_at_the_address_the_assertion_names(archive, reader, tmp_path, make):
    document = make.json(make.assertion(1, image="https://x.example/mine.png"))
    reader.outcomes(archive, tmp_path, [make.found(1, assertion=document, image=make.baked(1))])
    assert shelf.artwork_at(archive, "https://x.example/mine.png") == (make.png(), "image/png")


def test_the_archive_is_served_to_threads_with_media_types(archive, reader, tmp_path, make):
    reader.outcomes(
        archive,
        tmp_path,
        [
            make.found(1, image=make.baked(1)),
            make.found(2, badge_class=make.json(make.badge_class(2)) + b"x"),
        ],
    )
    served = shelf.ServedArchive(archive)
    addresses = {
        make.url(1): "application/json",
        f"{make.host}/classes/1.png": "image/png",
        f"{make.host}/issuer.json": "application/json",
    }
    answers = {}

    def ask(url):
        answers[url] = served.document_at(url)

    asking = [
        threading.Thread(target=ask, args=(url,)) for url in [*addresses, "https://no.example"]
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert answers.pop("https://no.example") is None
    assert {url: media_type for url, (_, media_type) in answers.items()} == addresses


def test_what_is_no_json_is_served_as_text(archive, reader, tmp_path, make):
    reader.outcomes(archive, tmp_path, [make.found(1)])
    with archive.writing() as conn:
        conn.execute("update document set content = 'gone' where kind = 'issuer'")
    body, media_type = shelf.ServedArchive(archive).document_at(f"{make.host}/issuer.json")
    assert (body, media_type) == (b"gone", "text/plain")


def test_a_signed_badge_keeps_its_signature(archive, reader, sample_zip):
    reader.file(archive, sample_zip)
    signed = [one for batch in shelf.all_kept(archive) for one in batch if one.jws]
    assert len(signed) == 2
    for one in signed:
        assert one.verification == "signed"
        assert one.jws.count(".") == 2
