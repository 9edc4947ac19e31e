"""The agenda of a run: every address the badges name, once; and what the archive holds of each."""

from __future__ import annotations

import pytest

from migrator.archive import recipients
from migrator.archive.web.agenda import Agenda, signed_documents
from migrator.archive.web.answers import WebAnswer, keep, marks
from migrator.archive.web.kept_at import kept_at

HOST = "https://issuer.example"


@pytest.fixture
def filled(archive, reader, tmp_path, make):
    found = [make.found(n, image=make.baked(n)) for n in range(4)]
    found.append(make.found(9, holder="ben@example.org"))
    reader.outcomes(archive, tmp_path, found)
    return archive


@pytest.fixture
def agenda(filled):
    made = Agenda(filled)
    yield made
    made.close()


def waiting(agenda):
    return {
        one.url: one.kind
        for host in iter(lambda: agenda.next_host(""), None)
        for one in agenda.take(host, 100)
    }


def test_every_address_is_there_once_with_its_kind(agenda, make):
    agenda.fill()
    assert waiting(agenda) == {
        **{make.url(n): "assertion" for n in (0, 1, 2, 3, 9)},
        **{f"{HOST}/classes/{n}.json": "badge_class" for n in range(3)},
        **{f"{HOST}/classes/{n}.png": "image" for n in range(3)},
        f"{HOST}/issuer.json": "issuer",
    }


def test_a_learners_addresses_alone(agenda, make, filled):
    ben = filled.one("select learner_id from identity where value = 'ben@example.org'")[0]
    agenda.fill(ben)
    assert sorted(waiting(agenda)) == [
        make.url(9),
        f"{HOST}/classes/0.json",
        f"{HOST}/classes/0.png",
        f"{HOST}/issuer.json",
    ]


def test_one_hosts_addresses_alone(filled):
    agenda = Agenda(filled, "Other.example")
    agenda.fill()
    assert agenda.add([("https://other.example/1", "page"), ("https://a.example/1", "page")]) == 1
    assert agenda.books.addresses == 1
    agenda.close()


def test_what_is_no_place_is_not_put_down(agenda):
    named = [("data:image/png;base64,AA", "image"), ("/image.png", "image"), ("file:///x", "image")]
    assert agenda.add(named) == 1
    assert agenda.next_host("") == ""


def test_fresh_answers_are_skipped_but_for_those_to_be_asked_again(agenda, filled, make):
    rows = [
        WebAnswer(make.url(0), "live", "assertion", "gone", "2026-11-20T00:00:00Z"),
        WebAnswer(make.url(1), "live", "assertion", "down", "2026-11-20T00:00:00Z"),
        WebAnswer(make.url(2), "live", "assertion", "gone", "2026-11-01T00:00:00Z"),
        WebAnswer(make.url(3), "wayback", "assertion", "recovered", "2026-11-20T00:00:00Z"),
        WebAnswer(make.url(9), "live", "assertion", "down", "2026-11-19T00:00:00Z"),
        WebAnswer(make.url(9), "live", "assertion", "alive", "2026-11-20T00:00:00Z"),
    ]
    keep(filled, rows)
    agenda.fill()
    agenda.skip_fresh("2026-11-16T00:00:00Z", {"down"})
    assert {one.url for one in agenda.fresh()} == {make.url(0), make.url(9)}
    assert agenda.books.fresh == 2
    assert agenda.outcomes() == {"gone": 2, "down": 1, "alive": 1}


def test_the_books_balance_whatever_becomes_of_the_addresses(agenda):
    agenda.fill()
    some = agenda.take("issuer.example", 4)
    agenda.asked(some[:1])
    agenda.spared(some[1:2])
    agenda.leave(some[2:3])
    books = agenda.books
    assert (books.asked, books.spared, books.left) == (1, 1, books.addresses - 2)
    assert books.balances
    assert agenda.to_ask == books.addresses - 4
    agenda.leave_host("issuer.example")
    assert agenda.to_ask == 0
    assert agenda.hosts() == 1


def test_hosts_come_in_the_order_of_the_alphabet_and_from_the_start_again(archive):
    agenda = Agenda(archive)
    agenda.add((f"https://{name}.example/1", "page") for name in "bca")
    assert agenda.next_host("a.example") == "b.example"
    assert agenda.next_host("c.example") == "a.example"
    agenda.add([("http://a.example/1", "page")])
    assert agenda.hosts() == 3
    agenda.close()
    agenda.close()


def test_signed_badges_are_found_by_their_signature(archive, reader, tmp_path, make):
    reader.outcomes(archive, tmp_path, [make.found(1)])
    assert list(signed_documents(archive)) == []
    with archive.writing() as conn:
        conn.execute("update assertion set jws_id = document_id")
    assert len(list(signed_documents(archive))) == 1
    assert list(signed_documents(archive, 99)) == []


def test_what_is_kept_of_an_address(filled, make):
    assert kept_at(filled, make.url(1), "assertion") == (make.json(make.assertion(1)),)
    assert kept_at(filled, f"{HOST}/classes/1.json", "badge_class") == (
        make.json(make.badge_class(1)),
    )
    assert kept_at(filled, f"{HOST}/nothing.json", "issuer") == ()
    (artwork,) = kept_at(filled, f"{HOST}/classes/1.png", "image")
    assert artwork == make.png()
    assert kept_at(filled, f"{HOST}/nothing.png", "image") == ()


def test_a_badges_own_picture_is_kept_with_and_without_the_badge(archive, reader, tmp_path, make):
    more = {"image": f"{HOST}/1.png"}
    baked = make.baked(1, **more)
    reader.outcomes(archive, tmp_path, [make.found(1, assertion=None, image=baked)])
    assert kept_at(archive, f"{HOST}/1.png", "image") == (make.png(), baked)


def test_several_documents_of_one_address_are_all_kept(archive, reader, tmp_path, make):
    other = make.json(make.badge_class(1, name="Other"))
    found = [make.found(1), make.found(4, badge_class=other)]
    reader.outcomes(archive, tmp_path, found)
    kept = kept_at(archive, f"{HOST}/classes/1.json", "badge_class")
    assert set(kept) == {other, make.json(make.badge_class(1))}


def test_only_marks_of_good_answers_are_sent_back(archive):
    url = f"{HOST}/1"
    assert marks(archive, url, {"alive"}) == {}
    keep(archive, [WebAnswer(url, "live", "page", "alive", etag='"e"', last_modified="then")])
    assert marks(archive, url, {"alive"}) == {"If-None-Match": '"e"', "If-Modified-Since": "then"}
    assert marks(archive, url, {"moved"}) == {}
    keep(archive, [WebAnswer(url, "live", "page", "alive", etag='"f"')])
    assert marks(archive, url, {"alive"}) == {"If-None-Match": '"f"'}


def test_a_learners_addresses_and_badges(filled):
    learner = filled.one("select learner_id from identity where value = 'ben@example.org'")[0]
    assert recipients.of_learner(filled, learner) == ("ben@example.org",)
    assert len(recipients.badges_of(filled, learner)) == 1
