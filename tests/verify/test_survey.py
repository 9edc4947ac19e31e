"""The survey, on real servers of this computer: once, politely, resumably, and with books."""

from __future__ import annotations

import base64
import json
import socket
import threading

import pytest
from werkzeug import Response

from migrator import errors
from migrator.archive.lease import leased
from migrator.archive.web import answers as webanswers
from migrator.net import Client
from migrator.openbadges.baking import bake
from migrator.verify.hosts.lines import Manners
from migrator.verify.hosts.survey import Asker, Scope, survey


def client(**more):
    return Client(allow_private=True, connect_timeout=2, read_timeout=2, **more)


def asker(**more):
    manners = Manners(**{"free": lambda _host: True} | more)
    return Asker(client(), manners, online=lambda: True)


@pytest.fixture
def local(make, httpserver):
    """Makes badges whose issuer is the test's own server."""
    made = type(make)()
    made.host = httpserver.url_for("").rstrip("/")
    return made


@pytest.fixture
def ask(archive):
    def run(scope=None, by=None, stop=lambda: False):
        seen = []
        surveyed = survey(
            archive, by or asker(), scope or Scope(), lambda *counts: seen.append(counts), stop
        )
        assert surveyed.books.balances
        return surveyed

    return run


@pytest.fixture
def issued(archive, reader, tmp_path, local, httpserver):
    """An archive of four badges, and their issuer with everything at its place."""
    reader.outcomes(archive, tmp_path, [local.found(n) for n in range(4)])
    pages = {f"/assertions/{n}.json": local.assertion(n) for n in range(4)}
    pages |= {f"/classes/{n}.json": local.badge_class(n) for n in range(3)}
    pages["/issuer.json"] = local.issuer()
    for path, document in pages.items():
        httpserver.expect_request(path).respond_with_json(document)
    for n in range(3):
        httpserver.expect_request(f"/classes/{n}.png").respond_with_data(
            local.png(), content_type="image/png"
        )
    return httpserver


def asked(server):
    return sorted(request.path for request, _ in server.log)


def outcomes(archive):
    rows = archive.all("select url, outcome from web_answer order by id")
    return {row["url"].rpartition("/")[2]: row["outcome"] for row in rows}


def test_every_address_is_asked_once_however_many_badges_share_it(issued, ask, archive):
    surveyed = ask()
    paths = asked(issued)
    assert len(paths) == len(set(paths)) == 11
    assert surveyed.books.asked == surveyed.books.addresses == 11
    assert surveyed.outcomes == {"alive": 11}
    assert (surveyed.hosts, surveyed.unchanged, surveyed.interrupted) == (1, 0, False)
    assert set(outcomes(archive).values()) == {"alive"}


def test_a_second_run_asks_nothing_and_says_so(issued, ask):
    ask()
    issued.clear_log()
    books = ask().books
    assert (books.asked, books.fresh, books.addresses) == (0, 11, 11)
    assert asked(issued) == []


def test_what_is_old_enough_is_asked_again(issued, ask, text_clock):
    ask()
    text_clock.advance(3 * 86_400)
    assert ask(Scope(max_age=4)).books.asked == 0
    assert ask(Scope(max_age=2)).books.asked == 11


def test_a_re_check_asks_only_for_what_has_changed(
    archive, reader, tmp_path, local, httpserver, ask
):
    reader.outcomes(archive, tmp_path, [local.found(1, badge_class=None, issuer=None)])
    body = json.dumps(local.assertion(1)).encode()
    seen = []

    def answer(request):
        seen.append(
            (request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"))
        )
        if seen[-1][0] == '"v1"':
            return Response(status=304)
        headers = {"ETag": '"v1"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"}
        return Response(body, headers=headers, content_type="application/json")

    httpserver.expect_request("/assertions/1.json").respond_with_handler(answer)
    ask()
    surveyed = ask(Scope(again=True))
    assert surveyed.unchanged == 1
    assert seen == [(None, None), ('"v1"', "Mon, 23 Nov 2026 10:00:00 GMT")]
    rows = archive.all("select * from web_answer where url = ? order by id", local.url(1))
    first, second = (dict(row) | {"id": 0} for row in rows)
    assert second == first
    assert webanswers.latest(archive, local.url(1)).body == body


def test_a_picture_that_is_held_is_not_kept_twice_and_can_be_unchanged(
    archive, reader, tmp_path, local, httpserver, ask
):
    reader.outcomes(archive, tmp_path, [local.found(1, image=local.baked(1))])

    def answer(request):
        if request.headers.get("If-None-Match"):
            return Response(status=304)
        return Response(local.png(), headers={"ETag": '"p"'}, content_type="image/png")

    httpserver.expect_request("/classes/1.png").respond_with_handler(answer)
    documents = len(archive.all("select 1 from document"))
    ask()
    assert len(archive.all("select 1 from document")) == documents
    ask(Scope(again=True))
    rows = archive.all("select outcome, status, document_id from web_answer where kind = 'image'")
    assert [tuple(row) for row in rows] == [("alive", 200, None)] * 2


def test_what_documents_refer_to_is_asked_too(archive, reader, tmp_path, local, httpserver, ask):
    reader.outcomes(archive, tmp_path, [local.found(1, badge_class=None, issuer=None)])
    httpserver.expect_request("/assertions/1.json").respond_with_json(local.assertion(1))
    httpserver.expect_request("/classes/1.json").respond_with_json(local.badge_class(1))
    httpserver.expect_request("/issuer.json").respond_with_json(
        local.issuer(revocationList=f"{local.host}/revoked.json")
    )
    httpserver.expect_request("/revoked.json").respond_with_json({"1": "late"})
    ask()
    assert {name for name, outcome in outcomes(archive).items() if outcome == "alive"} == {
        *("1.json", "issuer.json", "revoked.json")
    }
    assert "/classes/1.png" in asked(httpserver)


def test_an_interrupted_run_is_gone_on_with(issued, ask, archive):
    calls = 0

    def stop():
        nonlocal calls
        calls += 1
        return calls > 2

    first = ask(by=asker(threads=1, free=lambda _host: False), stop=stop)
    assert first.interrupted
    assert 0 < first.books.asked < 11
    assert first.books.left
    second = ask()
    # What was asked is not asked again, and what is behind it is found.
    assert second.books.asked == 11 - first.books.asked
    assert second.books.fresh == first.books.asked
    assert len(asked(issued)) == len(set(asked(issued))) == 11


def test_a_dead_host_is_asked_once_for_all_its_badges(archive, reader, tmp_path, local, ask):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        local.host = f"http://127.0.0.1:{taken.getsockname()[1]}"
    reader.outcomes(archive, tmp_path, [local.found(n) for n in range(300)])
    surveyed = ask(by=asker(free=lambda _host: False, at_once=1))
    assert surveyed.books.asked == 1
    assert surveyed.books.spared == surveyed.books.addresses - 1
    assert surveyed.outcomes == {"host_silent": surveyed.books.addresses}
    row = archive.all("select detail from web_answer order by id desc limit 1")[0]
    assert row["detail"] == "not asked: its host did not answer for another address"


def test_what_is_down_is_asked_again_however_fresh(
    archive, reader, tmp_path, local, httpserver, ask
):
    reader.outcomes(archive, tmp_path, [local.found(1, badge_class=None, issuer=None)])
    httpserver.expect_request("/classes/1.json").respond_with_data("", status=404)
    httpserver.expect_oneshot_request("/assertions/1.json").respond_with_data("", status=503)
    assert ask(Scope(host=local.host[7:])).outcomes == {"down": 1, "gone": 1}
    httpserver.expect_request("/assertions/1.json").respond_with_json(local.assertion(1))
    assert ask(Scope(host=local.host[7:])).outcomes == {"alive": 1, "gone": 1}


def test_a_busy_host_gets_the_rest_it_asks_for_and_is_asked_again(
    archive, reader, tmp_path, local, httpserver, ask
):
    reader.outcomes(archive, tmp_path, [local.found(1, badge_class=None, issuer=None)])
    busy = Response(status=429, headers={"Retry-After": "0"})
    httpserver.expect_oneshot_request("/assertions/1.json").respond_with_response(busy)
    httpserver.expect_request("/assertions/1.json").respond_with_json(local.assertion(1))
    httpserver.expect_request("/classes/1.json").respond_with_data("", status=404)
    surveyed = ask()
    assert surveyed.outcomes == {"alive": 1, "gone": 1}
    assert surveyed.busy == ()


def test_a_host_that_wants_a_long_rest_is_left_for_another_run(
    archive, reader, tmp_path, local, httpserver, ask
):
    reader.outcomes(archive, tmp_path, [local.found(n) for n in range(40)])
    busy = Response(status=429, headers={"Retry-After": "3000"})
    httpserver.expect_request("/assertions/0.json").respond_with_response(busy)
    surveyed = ask(by=asker(free=lambda _host: False, at_once=1))
    assert surveyed.books.asked == 1
    assert surveyed.books.left == surveyed.books.addresses - 1
    assert surveyed.busy == (local.host[7:],)
    assert surveyed.outcomes == {"limited": 1}


def test_a_host_that_stays_busy_is_asked_three_times(
    archive, reader, tmp_path, local, httpserver, ask
):
    reader.outcomes(archive, tmp_path, [local.found(1, badge_class=None, issuer=None)])
    httpserver.expect_request("/assertions/1.json").respond_with_response(
        Response(status=503, headers={"Retry-After": "0"})
    )
    assert ask(Scope(host=local.host[7:])).outcomes["down"] >= 1
    assert asked(httpserver).count("/assertions/1.json") == 3


def test_without_a_network_nothing_is_recorded(archive, reader, tmp_path, make, ask):
    class Nowhere(type(make)):
        host = "https://" + "a" * 64 + ".example"

    reader.outcomes(archive, tmp_path, [Nowhere().found(1)])
    offline = Asker(client(), Manners(), online=lambda: False)
    with pytest.raises(errors.Incomplete, match="offline"):
        ask(by=offline)
    assert archive.all("select 1 from web_answer") == []
    assert ask().outcomes["no_such_host"] > 1


def test_private_addresses_and_files_are_blocked(archive, reader, tmp_path, make, ask):
    class Inner(type(make)):
        host = "http://10.0.0.1"

    more = {"image": "file:///etc/passwd"}
    assertion = Inner().assertion(1, **more)
    found = Inner().found(1, assertion=Inner().json(assertion), badge_class=None, issuer=None)
    reader.outcomes(archive, tmp_path, [found])
    surveyed = ask(by=Asker(Client(), Manners()))
    assert surveyed.outcomes == {"blocked": surveyed.books.addresses}
    assert ("passwd", "blocked") in outcomes(archive).items()


def test_what_a_local_web_said_is_not_what_the_real_hosts_say(issued, ask, text_clock):
    def count(via=None):
        text_clock.advance(60)
        by = Asker(client(), Manners(free=lambda _host: True), via=via, online=lambda: True)
        return ask(by=by).books.asked

    assert [count("http://127.0.0.1:1"), count("http://127.0.0.1:1")] == [11, 0]
    assert [count("http://127.0.0.1:2"), count(), count()] == [11, 11, 0]
    assert count("http://127.0.0.1:1") == 0


def test_one_learners_badges_alone(archive, reader, tmp_path, local, httpserver, ask):
    reader.outcomes(archive, tmp_path, [local.found(1), local.found(2, holder="ben@example.org")])
    ben = archive.one("select learner_id from identity where value = 'ben@example.org'")[0]
    ask(Scope(learner=ben))
    assert "/assertions/2.json" in asked(httpserver)
    assert "/assertions/1.json" not in asked(httpserver)


def test_the_key_of_a_signed_badge_is_asked_for(archive, reader, tmp_path, local, httpserver, ask):
    def part(document):
        return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=")

    document = local.assertion(1) | {"verify": {"type": "signed", "url": f"{local.host}/key.pem"}}
    jws = b".".join((part({"alg": "RS256"}), part(document), b"c2ln"))
    found = local.found(1, assertion=None, jws=jws, hosted_url=None, badge_class=None, issuer=None)
    reader.outcomes(archive, tmp_path, [found])
    httpserver.expect_request("/key.pem").respond_with_data("-----BEGIN PUBLIC KEY-----")
    ask()
    assert outcomes(archive)["key.pem"] == "alive"
    assert "/classes/1.json" in asked(httpserver)


def test_two_surveys_of_one_archive_do_not_meet(issued, ask, archive):
    with leased(archive, "verify", "verify"), pytest.raises(errors.ArchiveLocked):
        ask()


def test_a_host_that_never_answers_holds_nobody_up_who_wants_to_stop(
    archive, reader, tmp_path, local, httpserver, ask, monkeypatch
):
    monkeypatch.setattr("migrator.verify.hosts.survey._LAST_ANSWERS", 0.2)
    over, begun = threading.Event(), threading.Event()

    def hang(_):
        begun.set()
        over.wait(10)
        return Response(status=500)

    reader.outcomes(archive, tmp_path, [local.found(1, badge_class=None, issuer=None)])
    httpserver.expect_request("/assertions/1.json").respond_with_handler(hang)
    surveyed = ask(by=Asker(client(total_timeout=30), Manners()), stop=begun.is_set)
    over.set()
    assert surveyed.interrupted
    assert surveyed.books.left == surveyed.books.addresses


def test_changed_documents_and_pictures_are_kept_beside_the_found_ones(
    archive, reader, tmp_path, local, httpserver, ask
):
    found = local.found(1, image=bake(local.png(), json.dumps(local.assertion(1))))
    reader.outcomes(archive, tmp_path, [found])
    new = json.dumps(local.assertion(1, narrative="new")).encode()
    httpserver.expect_request("/assertions/1.json").respond_with_data(new)
    httpserver.expect_request("/classes/1.png").respond_with_data(local.png(2))
    ask()
    answer = webanswers.latest(archive, local.url(1))
    assert (answer.outcome, answer.detail, answer.body) == ("changed", "narrative", new)
    picture = webanswers.latest(archive, f"{local.host}/classes/1.png")
    assert (picture.outcome, picture.body) == ("changed", local.png(2))


def test_pages_are_not_kept_but_odd_documents_are(
    archive, reader, tmp_path, local, httpserver, ask
):
    reader.outcomes(archive, tmp_path, [local.found(1)])
    page, odd = b"<html>" + b"x" * 100, b'{"a": 1,}'
    httpserver.expect_request("/assertions/1.json").respond_with_data(page)
    httpserver.expect_request("/classes/1.json").respond_with_data(odd)
    httpserver.expect_request("/issuer.json").respond_with_json({"error": "x"}, status=404)
    ask()
    assert webanswers.latest(archive, local.url(1)).body is None
    assert webanswers.latest(archive, f"{local.host}/classes/1.json").body == odd
    assert webanswers.latest(archive, f"{local.host}/issuer.json").body is not None
