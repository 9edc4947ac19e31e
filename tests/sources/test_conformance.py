"""The checks catch what they are there for: each broken adapter is told by the check it fails."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import pytest

from migrator.errors import MigratorError, SourceUnreadable
from migrator.sources.adapter import Match
from migrator.sources.conformance import cases, failures, matrix
from migrator.sources.found import Found, Problem
from migrator.sources.live import Live, LivePlace

FIXTURES = Path(__file__).parents[2] / "fixtures"
BadgeUrls = import_module("migrator.adapters._template").BadgeUrls


def told(adapter, folder):
    """Return which checks an adapter fails."""
    return {line.split(": ")[1] for line in failures(adapter, folder)}


@pytest.fixture
def fixtures(tmp_path):
    """Two lists of addresses, one of them with a mistake."""

    def case(kind, text, **expected):
        folder = tmp_path / kind / "case"
        folder.mkdir(parents=True)
        (folder / "a.badgeurls").write_text(text)
        (folder / "expected.json").write_text(json.dumps(expected))

    badge = {"locator": "a.badgeurls, line 1"}
    case("good", "https://x.example/1\n", badges=[badge])
    problem = {"locator": "a.badgeurls, line 2", "code": "not_a_url", "severity": "problem"}
    case("bad", "https://x.example/1\nno\n", badges=[badge], problems=[problem])
    return tmp_path


class Changed(BadgeUrls):
    """The template with every outcome changed by a function."""

    def __init__(self, change):
        self.change = change

    def read(self, place):
        for outcome in super().read(place):
            yield self.change(outcome)


def test_a_good_adapter_fails_nothing(fixtures):
    assert told(BadgeUrls(), fixtures) == set()
    assert told(BadgeUrls(), FIXTURES / "badge-urls") == set()


def test_an_adapter_without_fixtures_fails(tmp_path):
    assert told(BadgeUrls(), tmp_path) == {"has_fixtures"}


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda o: replace(o, locator="somewhere"), "yields_what_is_expected"),
        (lambda o: replace(o, locator="somewhere"), "leads_back_to_the_bytes"),
        (lambda o: replace(o, locator="a.badgeurls, line 1"), "gives_one_outcome_each"),
        (lambda o: replace(o, locator="a\nb"), "tells_place_and_sentence"),
        (lambda o: Found(o.locator), "gives_one_outcome_each"),
        (lambda o: Found(o.locator, assertion=b"{}"), "leads_back_to_the_bytes"),
        (lambda o: Problem(o.locator, "Not Good", "A sentence."), "tells_place_and_sentence"),
        (lambda o: Problem(o.locator, "code", "no sentence"), "tells_place_and_sentence"),
        (lambda o: Problem(o.locator, "code", "A sentence."), "stands_in_the_right_folder"),
    ],
)
def test_wrong_outcomes_are_told(fixtures, change, check):
    assert check in told(Changed(change), fixtures)


def test_an_adapter_that_changes_its_mind_is_told(fixtures):
    numbers = iter(range(1000))

    class Moody(BadgeUrls):
        def detect(self, place):
            return Match(next(numbers) % 90 + 1, "It depends.")

        def read(self, place):
            yield Problem(f"a.badgeurls, line {next(numbers)}", "code", "A sentence.")

    found = told(Moody(), fixtures)
    assert {"detects_cheaply", "reads_the_same_twice"} <= found


def test_an_adapter_that_is_sure_of_noise_reads_much_or_says_little_is_told(fixtures, tmp_path):
    class Greedy(BadgeUrls):
        name = "Greedy!"
        title = " "

        def detect(self, place):
            for member in place.members():
                place.peek(member, 40_000)
                with place.open(member) as stream:
                    stream.read(40_000)
                with place.seekable() as file:
                    file.seek(0)
                    file.read(40_000)
                    file.tell()
            return Match(101, "no sentence")

    big = fixtures / "good" / "case" / "a.badgeurls"
    big.write_text("https://x.example/1\n" * 5000)
    found = told(Greedy(), fixtures)
    assert {"tells_what_it_is", "survives_noise", "detects_cheaply"} <= found


def test_an_adapter_that_fails_on_damage_is_told(fixtures):
    class Helpless(BadgeUrls):
        def read(self, place):
            if place.head() not in (b"https://x.example/1\n", b"https://x.example/1\nno\n"):
                raise SourceUnreadable("It cannot be read.")
            return super().read(place)

    assert {"survives_truncation", "survives_damage"} <= told(Helpless(), fixtures)


def test_a_source_that_should_be_unreadable_is_told_when_it_is_not(fixtures):
    expected = fixtures / "bad" / "case" / "expected.json"
    expected.write_text('{"source_unreadable": "x"}')
    assert told(BadgeUrls(), fixtures) == {"yields_what_is_expected"}


def test_an_adapter_that_leaves_traces_is_told(fixtures):
    class Writing(BadgeUrls):
        def read(self, place):
            place.path.touch()
            return super().read(place)

    assert "changes_nothing" in told(Writing(), fixtures)


def test_an_adapter_that_holds_everything_is_told(tmp_path):
    (tmp_path / "large.py").write_text(
        "def make(path, badges):\n"
        "    for number in range(badges):\n"
        "        (path / f'{number}.badgeurls').write_text('https://x.example/1 ' + 'x' * 2000)\n"
        "    return path\n"
    )

    class Holding(BadgeUrls):
        def read(self, place):
            kept = [(member.name, place.read(member)) for member in place.members()]
            for name, data in kept:
                yield Found(name, assertion=data)

    assert "stays_flat" in told(Holding(), tmp_path)


def test_a_large_source_that_is_not_read_proves_nothing(tmp_path):
    (tmp_path / "large.py").write_text("def make(path, badges):\n    return path\n")
    assert "stays_flat" in told(BadgeUrls(), tmp_path)


@dataclass
class Sure:
    name: str
    confidence: int

    def detect(self, place):
        return Match(self.confidence, "It is.")


def test_the_matrix_names_each_fixture_that_another_is_surer_of(fixtures):
    found = cases(BadgeUrls(), fixtures)
    clean = matrix([BadgeUrls(), Sure("other", 89)], found)
    assert clean.wrong == ()
    assert str(clean).splitlines()[1].split() == ["badge-urls", "90", "89", "1"]
    assert len(matrix([BadgeUrls(), Sure("other", 90)], found).wrong) == 2
    (fixtures / "bad" / "case" / "expected.json").write_text('{"detected": false}')
    (wrong,) = matrix([BadgeUrls()], found).wrong
    assert "somebody is sure of it" in wrong


class Asking:
    """A live adapter that asks one address; `wrong` is what it does with a refusal."""

    name = "asking"
    title = "Asking"
    reads = "a host"
    live = Live("asking:https://x.example")

    def __init__(self, wrong=None):
        self.wrong = wrong

    def detect(self, place):
        return None

    def read(self, place):
        assert isinstance(place, LivePlace)
        reply = place.get("badge")
        if self.wrong and reply.status != 200:
            raise self.wrong
        for number, url in enumerate(place.checked(reply) or () if reply.body[:1] == b"[" else ()):
            if isinstance(url, str):
                yield Found(f"{place.label}, item {number}", hosted_url=url)


@pytest.fixture
def live_fixtures(tmp_path):
    for kind, status in (("good", 200), ("bad", 403)):
        folder = tmp_path / kind / "case"
        folder.mkdir(parents=True)
        replies = {"GET /badge": {"status": status, "json": ["https://x.example/1"]}}
        recording = {"base": "https://x.example", "replies": replies}
        (folder / "live.json").write_text(json.dumps(recording))
    found = {"badges": [{"locator": "x.example, item 0"}]}
    (tmp_path / "good/case/expected.json").write_text(json.dumps(found))
    (tmp_path / "bad/case/expected.json").write_text('{"source_unreadable": "HTTP 403"}')
    return tmp_path


def test_a_live_adapter_is_asked_what_it_does_with_each_refusal(live_fixtures):
    assert told(Asking(), live_fixtures) == set()
    mute = Asking(MigratorError("It failed: HTTP 403."))
    assert told(mute, live_fixtures) == {"survives_refusals", "yields_what_is_expected"}


def test_a_live_adapter_that_shows_no_way_to_type_it_is_told(live_fixtures):
    class Odd(Asking):
        live = Live("other:https://x.example")

    assert "tells_what_it_is" in told(Odd(), live_fixtures)
