"""The report as one HTML file: works offline, printable, no script, everything foreign escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.archive.roll import Enrolled
from migrator.archive.totals import ProblemRow
from migrator.markup import breakable, head, long_day, sentence, text
from migrator.report.appendix import appendix
from migrator.report.boards import board
from migrator.report.charts import Bar, Part, share
from migrator.report.facts import DONE, Destined, Facts
from migrator.report.needs import needs_section
from migrator.report.style import STYLE
from migrator.report.tables import table
from migrator.report.words import badges, number, told_apart

KIND = "A report on badges"
PROBLEMS_SHOWN = 1000
"""More problems than that are counted; the CSV pack and `status --problems` have them all."""


def page(facts: Facts, roll: Iterable[Enrolled], problems: Iterable[ProblemRow]) -> Iterator[str]:
    """Yield the page in pieces, so that its size is not held in memory.

    The content policy allows no script and no address outside the file.
    """
    yield from head(KIND, "Badge migration report", STYLE)
    yield f"<header><h1>Badge migration report</h1>\n{_lead(facts)}{_figures(facts)}</header>\n"
    names = told_apart([one.total.name for one in facts.destinations])
    yield _contents(names)
    yield "<main>\n"
    for place, one in enumerate(facts.destinations):
        yield from board(one, place)
    yield from needs_section(facts)
    yield from _sources(facts)
    yield from _problems(facts, problems)
    yield from appendix(roll, {one.id: names[one.total.name] for one in facts.destinations})
    yield '</main>\n<footer class="soft"><p>Made with badge-migrator. It works without the internet'
    yield " and runs no script.</p></footer>\n</body></html>\n"


def _lead(facts: Facts) -> str:
    at = f"{long_day(facts.made_at)}, {facts.made_at[11:16]} UTC"
    total = facts.totals
    counts = (
        f"{badges(total.badges)} of {_count(total.learners, 'learner')}"
        f" from {_count(total.issuers, 'issuer')}, {_count(total.collections, 'collection')}"
    )
    return f'<p class="lead">{text(counts)}.<br>As of {text(at)}.</p>\n'


def _figures(facts: Facts) -> str:
    if not facts.destinations:
        return '<p class="soft">No backpack has been planned for yet.</p>\n'
    names = told_apart([one.total.name for one in facts.destinations])
    several = len(names) > 1
    return "".join(
        _figures_of(one, f" at {names[one.total.name]}" if several else "")
        for one in facts.destinations
    )


def _figures_of(one: Destined, at: str) -> str:
    counted = {"good": 0, "ready": 0, "wait": 0, "stop": 0}
    for state in one.total.states:
        kind = "good" if state.state in DONE else _FIGURE.get(state.state, "wait")
        counted[kind] += state.badges
    items = "".join(
        f'<li class="{kind}"><strong>{number(count)}</strong><span>{_FIGURES[kind]}</span></li>'
        for kind, count in counted.items()
    )
    parts = [Part(kind, count) for kind, count in counted.items()]
    parts.append(Part("rest", max(0, one.total.badges - sum(counted.values()))))
    said = (
        f"{number(counted['good'])} of {badges(one.total.badges)}"
        f" {'has' if counted['good'] == 1 else 'have'} arrived"
    )
    drawn = share(f"{said}{at}", Bar("", tuple(parts)))
    return (
        f'<p class="headline">{text(said)}<span>{text(at)}</span></p>\n'
        f'<div class="share">{drawn}</div><ul class="figures">{items}</ul>\n'
    )


_FIGURE = {"planned": "ready", "sending": "ready", "refused": "stop"}
_FIGURES = {
    "good": "arrived",
    "ready": "ready to send",
    "wait": "waiting or held back",
    "stop": "refused",
}


def _contents(names: dict[str, str]) -> str:
    parts = [
        (f"destination-{place}", f"Backpack at {name}") for place, name in enumerate(names.values())
    ]
    parts += [
        ("people", "What needs a person"),
        ("sources", "Sources"),
        ("problems", "Problems"),
        ("badges", "Every badge"),
    ]
    items = "".join(f'<li><a href="#{name}">{text(title)}</a></li>' for name, title in parts)
    return f'<nav aria-label="Contents"><ul>{items}</ul></nav>\n'


def _sources(facts: Facts) -> Iterator[str]:
    yield '<h2 id="sources">Where the badges came from</h2>\n'
    if not facts.totals.sources:
        yield "<p>Nothing has been read yet: <code>badge-migrator archive FILE</code></p>\n"
        return
    yield from table(
        "Each source, and what reading it came to",
        ("Source", "Read by", "#Found", "#Archived", "#Known before", "#Problems"),
        (
            (
                *(text(one.label), text(one.adapter), number(one.found), number(one.archived)),
                *(number(one.known), number(one.problems)),
            )
            for one in facts.totals.sources
        ),
    )


def _problems(facts: Facts, problems: Iterable[ProblemRow]) -> Iterator[str]:
    yield '<h2 id="problems">What could not be read</h2>\n'
    total = facts.totals.problems + facts.totals.warnings
    if not total:
        yield "<p>Nothing: everything in the sources was understood.</p>\n"
        return
    yield from table(
        "Each place in a source, and what to do about it",
        ("Where", "What it is, and what to do"),
        (
            (f"{text(one.source)}<p>{breakable(one.locator)}</p>", sentence(one.sentence))
            for one in problems
        ),
    )
    if total > PROBLEMS_SHOWN:
        more = number(total - PROBLEMS_SHOWN)
        yield f"<p>And {more} more: <code>badge-migrator status --problems</code></p>\n"


def _count(value: int, noun: str) -> str:
    return f"{number(value)} {noun}" + ("" if value == 1 else "s")
