"""What was recorded gives the verdict that the live web gave."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.openbadges.model import Addresses
from migrator.rehearsal import obituary
from migrator.rehearsal.deadweb import dead_web
from migrator.rehearsal.deaths import SORTS
from migrator.verify.assess import assess
from migrator.verify.hosts.finding import judge
from migrator.verify.hosts.heard import Heard
from migrator.verify.live import LiveWeb
from migrator.verify.recorded import RecordedWeb
from migrator.verify.verdict import Submission

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ADDRESSES = Addresses(verified=("maria@example.org",))


@pytest.fixture(scope="module")
def dead():
    with dead_web() as web:
        yield web


@pytest.fixture
def recorded(archive, dead, reader, tmp_path):
    folder = tmp_path / "badges"
    folder.mkdir()
    obituary.write_badges(dead, folder)
    reader.file(archive, folder)
    surveyed, tally = obituary.verify_all(archive)
    assert surveyed.books.balances
    assert tally.balances
    assert tally.badges == len(SORTS)
    return RecordedWeb(archive)


def test_recorded_answers_give_the_verdicts_of_the_live_web(recorded, dead):
    live = LiveWeb(obituary._Split())
    for sort in SORTS:
        submission = Submission(url=dead.address(sort.name))
        then, now = (assess(submission, web, ADDRESSES, NOW) for web in (live, recorded))
        assert (now.accepted, now.reason, now.messages) == (
            then.accepted,
            then.reason,
            then.messages,
        ), sort.name
        assert now.assumed == ()


def test_what_nobody_asked_is_what_the_archive_holds_or_unknown(archive, reader, tmp_path, make):
    reader.outcomes(archive, tmp_path, [make.found(1)])
    web = RecordedWeb(archive)
    assert web.get(make.url(1)).body == make.json(make.assertion(1))
    assert web.recorded(make.url(1)) is None
    assert not web.get("https://nobody.example/").known


def test_an_answer_that_is_too_old_counts_as_never_asked(archive):
    url = "https://issuer.example/1"
    webanswers.keep(archive, [WebAnswer(url, "live", "page", "gone", "2026-11-01T00:00:00Z")])
    assert RecordedWeb(archive).recorded(url) is not None
    assert RecordedWeb(archive, since="2026-11-02T00:00:00Z").recorded(url) is None


@pytest.mark.parametrize(
    "error", ["dns", "refused", "tls", "timeout", "reset", "too_large", "blocked", "redirects"]
)
def test_why_no_answer_came_is_remembered(archive, error):
    url = "https://issuer.example/1"
    fate = judge(Heard(url, error=error), "page", ()).fate
    webanswers.keep(archive, [WebAnswer(url, "live", "page", fate)])
    answer = RecordedWeb(archive).get(url)
    assert (answer.status, answer.error, answer.known) == (None, error, True)


def test_an_outcome_of_another_program_is_no_answer(archive):
    url = "https://issuer.example/1"
    webanswers.keep(archive, [WebAnswer(url, "live", "page", "unheard_of")])
    assert RecordedWeb(archive).get(url).error == "refused"


def test_a_picture_the_archive_holds_is_given_from_there(archive, reader, tmp_path, make):
    reader.outcomes(archive, tmp_path, [make.found(1, image=make.baked(1))])
    url = "https://issuer.example/classes/1.png"
    answer = WebAnswer(url, "live", "image", "alive", status=200, media_type="text/plain")
    webanswers.keep(archive, [answer])
    assert RecordedWeb(archive).get(url).body == make.png()


def test_memory_is_bounded(archive):
    urls = [f"https://issuer.example/{n}" for n in range(600)]
    webanswers.keep(archive, (WebAnswer(url, "live", "page", "gone", status=404) for url in urls))
    web = RecordedWeb(archive)
    for url in (*urls, urls[-1]):
        assert web.get(url).status == 404
    assert len(web._answers) == 512
