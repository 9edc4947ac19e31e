"""One destination's part of a report: states, reasons, the push over time, issuers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from migrator.archive.board import NOT_PLANNED, Group, Hour
from migrator.archive.totals import StateTotal
from migrator.markup import long_day, sentence, text
from migrator.reasons import REASONS
from migrator.report.charts import Bar, Part, bars, columns
from migrator.report.facts import Destined
from migrator.report.style import KINDS
from migrator.report.tables import table
from migrator.report.words import SHOWN_WORDS, called, number, shown, transfer_balance
from migrator.transfer.routes import next_step

WORDS = {**SHOWN_WORDS, NOT_PLANNED: "not planned yet"}
_ISSUERS = 12
_SLOTS = 48
_KEY = {"good": "arrived", "ready": "ready", "wait": "waiting or held", "stop": "refused"}
_OUTCOMES = {"done": "good", "already_there": "good", "refused": "stop"}


def board(one: Destined, place: int) -> Iterator[str]:
    """Yield the part about one destination, which is the `place`th of the report."""
    yield f'<section><h2 id="destination-{place}">The backpack at {text(called(one.total.name))}'
    yield f"</h2>\n<p><small>{text(one.total.name)}</small></p>\n"
    yield f'<p class="sum">{text(transfer_balance(one.total))}</p>\n'
    yield from _states(one)
    yield from _reasons(one, place)
    yield from _timeline(one)
    yield from _issuers(one)
    yield "</section>\n"


def by_state(states: Iterable[StateTotal]) -> dict[str, int]:
    """Return how many badges are in each state as it is told, in the order of the states."""
    counted = Counter[str]()
    for one in states:
        counted[one.state if one.state == NOT_PLANNED else shown(one.state, one.reason)] += (
            one.badges
        )
    return {state: counted[state] for state in WORDS if counted[state]}


def _states(one: Destined) -> Iterator[str]:
    counted = by_state(one.total.states)
    if one.total.not_planned:
        counted[NOT_PLANNED] = one.total.not_planned
    chart = [
        Bar(WORDS[state].capitalize(), (Part(KINDS[state], count),))
        for state, count in counted.items()
    ]
    yield "<h3>Where the badges are</h3>\n"
    yield f"<figure>{bars('Badges by state', chart)}</figure>\n"
    yield from table(
        "Badges by state",
        ("State", "#Badges", "#Share"),
        (
            (WORDS[state].capitalize(), number(count), _share(count, one.total.badges))
            for state, count in counted.items()
        ),
    )


def _reasons(one: Destined, place: int) -> Iterator[str]:
    told = [state for state in one.total.states if state.reason in REASONS]
    if not told:
        return
    counted = Counter[str]()
    kinds = {}
    for state in told:
        counted[state.reason or ""] += state.badges
        kinds[state.reason or ""] = KINDS[shown(state.state, state.reason)]
    chart = [
        Bar(code.replace("_", " ").capitalize(), (Part(kinds[code], count),))
        for code, count in counted.most_common()
    ]
    yield "<h3>Why</h3>\n"
    yield f"<figure>{bars('Badges by reason', chart)}</figure>\n"
    yield from table(
        "Badges by reason, and what can be done",
        ("Reason", "#Badges", "What next"),
        (
            (
                f'<span id="reason-{place}-{code}">{_titled(code)}</span>{_because(code)}',
                number(count),
                sentence(next_step(code, None)),
            )
            for code, count in counted.most_common()
        ),
    )


def _titled(code: str) -> str:
    return text(code.replace("_", " ").capitalize())


def _because(code: str) -> str:
    return f"<p>{sentence(REASONS[code].sentence)}</p>"


def _timeline(one: Destined) -> Iterator[str]:
    slots = _slots(one.hours)
    if not slots:
        return
    chart = [
        Bar(
            _short(at),
            tuple(Part(kind, counted[kind]) for kind in ("good", "wait", "stop") if counted[kind]),
        )
        for at, counted in slots
    ]
    yield f"<h3>The push over time</h3>\n{_key(('good', 'wait', 'stop'))}"
    yield f"<figure>{columns('Requests over time', chart)}</figure>\n"
    yield from table(
        "What came of the requests",
        ("When (UTC)", "#Arrived", "#To be tried again", "#Refused"),
        (
            (text(_when(at)), *(number(counted[kind]) for kind in ("good", "wait", "stop")))
            for at, counted in slots
        ),
    )


def _slots(hours: tuple[Hour, ...]) -> list[tuple[str, Counter[str]]]:
    """Return what happened by hour, by day where that would be too many, at most so many slots."""
    for length in (13, 10, 7, 4):
        found: dict[str, Counter[str]] = {}
        for hour in hours:
            slot = found.setdefault(hour.at[:length], Counter())
            for outcome, count in hour.outcomes.items():
                slot[_OUTCOMES.get(outcome, "wait")] += count
        if len(found) <= _SLOTS:
            break
    return list(found.items())


def _when(at: str) -> str:
    if len(at) == 13:
        return f"{long_day(at)}, {at[11:]}:00"
    return long_day(at) if len(at) == 10 else at


def _short(at: str) -> str:
    if len(at) < 10:
        return at
    day, month, _ = long_day(at).split(" ")
    return f"{day} {month[:3]}" + (f" {at[11:]}h" if len(at) == 13 else "")


def _issuers(one: Destined) -> Iterator[str]:
    if not one.issuers:
        return
    named = [(group.name or "No issuer named", _by_kind(group)) for group in one.issuers[:_ISSUERS]]
    rest = Counter[str]()
    for group in one.issuers[_ISSUERS:]:
        rest.update(_by_kind(group))
    if rest:
        named.append((f"{number(len(one.issuers) - _ISSUERS)} others", rest))
    kinds = ("good", "ready", "wait", "stop", "rest")
    chart = [
        Bar(name, tuple(Part(kind, counted[kind]) for kind in kinds if counted[kind]))
        for name, counted in named
    ]
    yield f"<h3>By issuer</h3>\n{_key(kinds)}"
    yield f"<figure>{bars('Badges by issuer', chart)}</figure>\n"
    yield from table(
        "Badges by issuer",
        ("Issuer", "#Badges", "#Arrived", "#Ready", "#Waiting or held", "#Refused"),
        (
            (
                text(name),
                number(counted.total()),
                *(number(counted[kind]) for kind in ("good", "ready", "wait", "stop")),
            )
            for name, counted in named
        ),
    )


def _by_kind(group: Group) -> Counter[str]:
    counted = Counter[str]()
    for state, count in by_state(group.states).items():
        counted[KINDS[state]] += count
    return counted


def _key(kinds: tuple[str, ...]) -> str:
    words = {**_KEY, "rest": "not planned"}
    items = "".join(f'<li class="{kind}">{words[kind]}</li>' for kind in kinds)
    return f'<ul class="key" aria-label="Colours">{items}</ul>\n'


def _share(count: int, whole: int) -> str:
    return f"{100 * count / whole:.1f} %" if whole else ""
