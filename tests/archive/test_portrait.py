from __future__ import annotations

import pytest

from migrator.archive import accounts, ledger, verdicts
from migrator.archive.portrait import is_rehearsed, portrait
from migrator.archive.web.answers import WebAnswer, keep
from migrator.openbadges.model import Addresses

ANN = "ann@example.org"


@pytest.fixture
def one(archive, reader, make, tmp_path):
    """An archive with one badge that says everything a badge can say."""
    source = tmp_path / "src"
    source.mkdir()
    badge_class = make.badge_class(
        1, tags=["web", "html"], alignment=[{"name": "Skill", "url": "https://skills.example/1"}]
    )
    reader.outcomes(
        archive,
        source,
        [
            make.found(
                1,
                assertion=make.json(make.assertion(1, evidence="https://work.example/1")),
                badge_class=make.json(badge_class),
                issuer=make.json(make.issuer(description="Who we are")),
            )
        ],
    )
    return archive


def account(archive, url="https://backpack.example"):
    saved = accounts.save_destination(archive, "badgr", url)
    return accounts.save_account(archive, saved.id, ANN, Addresses((ANN,)))


def test_it_says_what_the_badge_was_given_for(one):
    seen = portrait(one, 1)
    assert (seen.description, seen.issuer_description) == ("Made for a test", "Who we are")
    assert seen.criteria_url == "https://issuer.example/classes/1.html"
    assert seen.tags == ("web", "html")
    assert [(target.name, target.url) for target in seen.targets] == [
        ("Skill", "https://skills.example/1")
    ]
    assert [evidence.url for evidence in seen.evidence] == ["https://work.example/1"]
    assert (seen.answer, seen.checked_at, seen.arrived, seen.signed) == (None, None, (), False)


def test_no_badge_has_no_portrait(one):
    with pytest.raises(KeyError):
        portrait(one, 99)


def test_only_what_the_host_itself_said_last_counts(one, make):
    url = make.url(1)
    keep(
        one,
        [
            WebAnswer(url, "live", "assertion", "gone", "2026-01-01T00:00:00Z"),
            WebAnswer(url, "live", "assertion", "alive", "2026-02-01T00:00:00Z"),
            WebAnswer(
                url, "rehearsed", "assertion", "gone", "2026-03-01T00:00:00Z", via="http://l"
            ),
            WebAnswer(url, "wayback", "assertion", "found", "2026-03-01T00:00:00Z"),
        ],
    )
    assert (portrait(one, 1).answer, portrait(one, 1).answered_at) == (
        "alive",
        "2026-02-01T00:00:00Z",
    )


def test_the_last_verdict_over_the_web_counts(one):
    to = account(one)
    verdicts.append(one, "web", [(1, to.id, verdicts.Row(True, None, ""))])
    assert portrait(one, 1).checked_at == one.now()
    verdicts.append(one, "web", [(1, to.id, verdicts.Row(False, "host_dead", ""))])
    assert portrait(one, 1).checked_at is None


def test_a_rehearsal_proves_nothing(one):
    rehearsed = account(one, "http://127.0.0.1:8000")
    verdicts.append(one, "web", [(1, rehearsed.id, verdicts.Row(True, None, ""))])
    plan = [ledger.Planned(1, rehearsed.id, "import", "url", "done", None, "", 0)]
    ledger.write_plan(one, rehearsed.destination_id, plan)
    assert (portrait(one, 1).checked_at, portrait(one, 1).arrived) == (None, ())
    assert is_rehearsed("http://[::1]:80/")
    assert not is_rehearsed("https://127.example.org")


@pytest.mark.parametrize(("reason", "arrived"), [(None, 1), ("awarded_anew", 0)])
def test_a_backpack_that_took_it_in_is_named(one, reason, arrived):
    to = account(one)
    plan = [ledger.Planned(1, to.id, "import", "url", "done", reason, "", 0)]
    ledger.write_plan(one, to.destination_id, plan)
    assert [found.host for found in portrait(one, 1).arrived] == ["backpack.example"] * arrived
