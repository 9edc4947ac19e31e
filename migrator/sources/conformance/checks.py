"""The checks: each raises AssertionError with a sentence that says what was not kept.

The contract is the docstring of `migrator.sources.adapter.Adapter`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from migrator.errors import MigratorError
from migrator.sources import registry
from migrator.sources.adapter import Adapter, Match
from migrator.sources.conformance import damage
from migrator.sources.conformance.case import Case, cases
from migrator.sources.conformance.counted import Counted
from migrator.sources.conformance.described import described, differences
from migrator.sources.conformance.locators import followed
from migrator.sources.conformance.memory import stays_flat
from migrator.sources.division import read_place
from migrator.sources.found import Found, Outcome, Problem, Severity
from migrator.sources.live import live_of
from migrator.sources.place import Place

DETECT_BYTES = 64 * 1024


def failures(adapter: Adapter, folder: Path) -> Iterator[str]:
    """Yield a sentence for everything an adapter does not keep, none when it keeps all."""
    found = cases(adapter, folder)
    with TemporaryDirectory() as scratch:
        for check in ADAPTER_CHECKS:
            yield from _failed(adapter.name, check, adapter, Path(scratch))
        yield from _failed(adapter.name, has_fixtures, found)
        yield from _failed(adapter.name, stays_flat, adapter, folder)
        for case in found:
            for case_check in CASE_CHECKS:
                yield from _failed(case.name, case_check, case)


def _failed(name: str, check: Callable[..., None], *arguments: object) -> Iterator[str]:
    try:
        check(*arguments)
    except AssertionError as error:
        yield f"{name}: {check.__name__}: {error}"


def tells_what_it_is(adapter: Adapter, _scratch: Path) -> None:
    """Name, title and what is read are there; a live adapter shows how it is typed."""
    for text in (adapter.name, adapter.title, adapter.reads):
        _must(text == text.strip() != "", f"{text!r} is empty or has blanks around it")
    _must(re.fullmatch(r"[a-z0-9-]{2,}", adapter.name), f"{adapter.name!r} is no name to type")
    live = live_of(adapter)
    if live is not None:
        start = f"{adapter.name}:"
        _must(live.example.startswith(start), f"the live example does not start with {start}")


def survives_noise(adapter: Adapter, scratch: Path) -> None:
    """What is no source at all is not claimed, and raises nothing."""
    for place in damage.noise(scratch):
        with place:
            match = adapter.detect(place)
            sure = match is not None and match.confidence >= registry.SURE_ENOUGH
            _must(not sure, f"it is sure of noise: {place.label}")


def has_fixtures(found: list[Case]) -> None:
    """There is something to show, good and bad."""
    kinds = {case.worst for case in found}
    _must({"good", "bad"} <= kinds, f"there are only fixtures of the kinds {sorted(kinds)}")


def detects_cheaply(case: Case) -> None:
    """`detect` reads at most 64 KiB, opens no ZIP inside, and says the same twice."""
    for place in _files(case):
        counted = Counted(place)
        match = case.adapter.detect(counted)
        _must(counted.bytes <= DETECT_BYTES, f"detect read {counted.bytes} bytes")
        _must(match == case.adapter.detect(place), "detect says something else the second time")
        if match is not None:
            _must(isinstance(match, Match) and 1 <= match.confidence <= 100, f"{match} is no match")
            _must(match.why.endswith("."), f"{match.why!r} is no sentence")


def yields_what_is_expected(case: Case) -> None:
    """The outcomes are those of expected.json, no more and no less."""
    wanted = case.expected
    if "source_unreadable" in wanted:
        try:
            case.outcomes()
        except MigratorError as error:
            told = str(error)
            _must(re.search(wanted["source_unreadable"], told), f"it said {told!r}")
            _must(error.next_step, "it does not say what to do next")
            return
        raise AssertionError("it can be read, though expected.json says that it cannot")
    wrong = differences(described(case.outcomes()), wanted)
    _must(not wrong, wrong)


def stands_in_the_right_folder(case: Case) -> None:
    """A good case has no problem or warning, one in warn no problem, one in bad has one."""
    severities = {problem.severity for problem in _problems(_readable(case))}
    worst = "warn" if severities else "good"
    if Severity.PROBLEM in severities or "source_unreadable" in case.expected:
        worst = "bad"
    _must(case.worst == worst, f"it belongs under {worst}/")


def reads_the_same_twice(case: Case) -> None:
    """Twice the same place, twice the same outcomes."""
    _must(list(_readable(case)) == list(_readable(case)), "the second reading differs")


def tells_place_and_sentence(case: Case) -> None:
    """Every outcome has a locator; problems have a code, and a sentence that ends."""
    for outcome in _readable(case):
        locator = getattr(outcome, "locator", "x")
        _must(locator.isprintable() and locator, f"{locator!r} is no locator")
        for problem in _problems([outcome]):
            code, sentence = problem.code, problem.sentence
            _must(re.fullmatch(r"[a-z0-9_]+", code), f"{code!r} is no code")
            ends = sentence[:1].isupper() and sentence.endswith((".", ":", "?"))
            _must(ends, f"{sentence!r} is no sentence")


def gives_one_outcome_each(case: Case) -> None:
    """Each candidate is a badge or a problem, once, and a badge has something to keep."""
    locators: Counter[str] = Counter()
    for outcome in _readable(case):
        if isinstance(outcome, Found):
            parts = (outcome.assertion, outcome.jws, outcome.hosted_url, outcome.image)
            _must(any(parts), f"{outcome.locator} has nothing to keep")
        if isinstance(outcome, Found) or _is_problem(outcome):
            locators[getattr(outcome, "locator", "")] += 1
    twice = [locator for locator, times in locators.items() if times > 1]
    _must(not twice, f"these have several outcomes: {twice[:3]}")


def leads_back_to_the_bytes(case: Case) -> None:
    """A locator names the file, and where it can be followed, the very bytes are there."""
    for place in _files(case):
        for outcome in read_place(place, case.adapter):
            if isinstance(outcome, Found):
                wrong = followed(case.input, place, outcome)
                _must(not wrong, f"{outcome.locator}: {wrong}")


def survives_truncation(case: Case) -> None:
    """Cut anywhere, a source is read in part or cannot be read, and nothing else."""
    damage.read_each(case, damage.cuts)


def survives_damage(case: Case) -> None:
    """Spoiled anywhere, a source is read in part or cannot be read, and nothing else."""
    damage.read_each(case, damage.spoils)


def survives_refusals(case: Case) -> None:
    """Whatever a host answers, one request after the other, the words are for a person."""
    if case.live:
        damage.refuse_each(case)


def changes_nothing(case: Case) -> None:
    """Detecting and reading leave no trace on disk."""
    before = _snapshot(case.folder)
    list(_readable(case))
    _must(before == _snapshot(case.folder), "something on disk was changed")


ADAPTER_CHECKS = (tells_what_it_is, survives_noise)
CASE_CHECKS = (
    detects_cheaply,
    yields_what_is_expected,
    stands_in_the_right_folder,
    reads_the_same_twice,
    tells_place_and_sentence,
    gives_one_outcome_each,
    leads_back_to_the_bytes,
    survives_truncation,
    survives_damage,
    survives_refusals,
    changes_nothing,
)


def _must(kept: object, otherwise: str) -> None:
    if not kept:
        raise AssertionError(otherwise)


def _files(case: Case) -> Iterator[Place]:
    return iter(()) if case.live else case.opened()


def _readable(case: Case) -> Iterable[Outcome]:
    for place in case.opened():
        yield from read_place(place, case.adapter)


def _is_problem(outcome: Outcome) -> bool:
    return isinstance(outcome, Problem) and outcome.severity is Severity.PROBLEM


def _problems(outcomes: Iterable[Outcome]) -> Iterator[Problem]:
    for outcome in outcomes:
        if isinstance(outcome, Problem):
            yield outcome
        elif isinstance(outcome, Found):
            yield from outcome.warnings


def _snapshot(folder: Path) -> dict[Path, tuple[int, int]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files}
