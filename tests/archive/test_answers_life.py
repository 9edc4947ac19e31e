"""What the web answered lives as long as the badges it is about: joined, checked, forgotten."""

from __future__ import annotations

import pytest

from migrator.archive.archive import Archive
from migrator.archive.life import union
from migrator.archive.life.forgetting import forget
from migrator.archive.proof import manifest
from migrator.archive.proof.check import check
from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer, keep

HOST = "https://issuer.example"
ANN, BEN = "ann@example.org", "ben@example.org"


def answer(path, kind="assertion", body=None, **more):
    url = path if "://" in path else f"{HOST}/{path}"
    return WebAnswer(url, more.pop("origin", "live"), kind, "alive", body=body, **more)


@pytest.fixture
def known(archive, reader, tmp_path, make):
    own = make.json(make.badge_class(7, id=f"{HOST}/classes/own.json", image=f"{HOST}/own.png"))
    reader.outcomes(
        archive,
        tmp_path,
        [
            make.found(1, ANN),
            make.found(2, BEN),
            make.found(4, ANN, badge_class=own),
            make.found(5, ANN, assertion=make.json(make.assertion(5, ANN, image=f"{HOST}/5.png"))),
        ],
    )
    keep(
        archive,
        [
            answer("assertions/1.json", body=b'{"hers": "of the live web, at her own address"}'),
            answer(
                "assertions/1.json", body=b'{"hers": "of the wayback machine"}', origin="wayback"
            ),
            answer("assertions/2.json", body=b'{"his": 1}'),
            answer("assertions/4.json", body=b'{"the same": "for both"}'),
            answer("classes/1.json", "badge_class", b'{"class": 1}'),
            answer("classes/2.json", "badge_class", b'{"the same": "for both"}'),
            answer("classes/own.json", "badge_class", b'{"class": "hers alone"}'),
            answer("own.png", "image", b"\x89PNG hers"),
            answer("5.png", "image", b"\x89PNG hers too"),
            answer("issuer.json", "issuer", b'{"issuer": 1}'),
            answer("gone.json", "page"),
            answer("https://elsewhere.example/?for=ann%40example.org", "page", b"a page of hers"),
            answer("moved.json", "page", final_url="https://x.example/ann@example.org"),
        ],
    )
    return archive


def damages(archive):
    found = []
    check(archive, found.append, lambda seen: None)
    return found


def urls(archive):
    return {row[0].removeprefix(f"{HOST}/") for row in archive.all("select url from web_answer")}


def test_a_document_that_only_an_answer_refers_to_is_no_orphan(known):
    assert damages(known) == []
    with known.writing() as conn:
        conn.execute("delete from web_answer where url like '%/classes/1.json'")
    (left,) = damages(known)
    assert (left.code, left.table) == ("orphan", "document")


def test_the_badges_that_hang_on_an_answers_document_are_named(known):
    for url, badges in (("assertions/1.json", 1), ("classes/own.json", 1), ("classes/2.json", 3)):
        (number,) = known.one(
            "select document_id from web_answer where url = ? and origin = 'live'", f"{HOST}/{url}"
        )
        with known.writing() as conn:
            conn.execute("update document set digest = zeroblob(32) where id = ?", (number,))
        (damage,) = damages(known)
        assert (damage.table, damage.badges) == ("document", badges), url
        with known.writing() as conn:
            conn.execute("delete from web_answer where document_id = ?", (number,))
            conn.execute("delete from document where id = ?", (number,))


def test_what_only_her_badges_name_goes_and_what_others_need_stays(known):
    forget(known, ANN, lambda what: None)
    assert urls(known) == {"assertions/2.json", "classes/2.json", "issuer.json", "gone.json"}
    bodies = {webanswers.latest(known, f"{HOST}/{url}").body for url in urls(known)}
    assert bodies == {b'{"his": 1}', b'{"the same": "for both"}', b'{"issuer": 1}', None}
    assert damages(known) == []


def test_answers_are_joined_once_with_what_came(known, tmp_path):
    with Archive.open(tmp_path / "all.db") as other:
        for _ in range(2):
            union.join(other, known.path, lambda done: None)
            assert len(other.all("select 1 from web_answer")) == 13
        for url in urls(known):
            full = url if "://" in url else f"{HOST}/{url}"
            assert webanswers.latest(other, full) == webanswers.latest(known, full)
        assert damages(other) == []


def test_what_came_is_in_the_manifest(known):
    entries = {entry.digest for entry, _ in manifest.entries(known.conn)}
    rows = known.all("select digest from document where id in (select document_id from web_answer)")
    assert len(rows) == 10
    assert {row[0] for row in rows} <= entries
