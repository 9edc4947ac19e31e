"""The report as one HTML file: works offline, printable, no script, everything foreign escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from migrator.archive.stories import BadgeStory, LearnerStory, Where
from migrator.archive.totals import DestinationTotal, ProblemRow, SourceTotal, Totals
from migrator.reasons import REASONS
from migrator.report.words import (
    WAY_WORDS,
    badges,
    day,
    number,
    plain,
    said,
    transfer_balance,
)
from migrator.transfer.routes import next_step
from migrator.transfer.spelling import spelling_told

_SHORT = 12

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --bar: #2a7de1; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; }
th, td { border-bottom: 1px solid var(--line); }
.state { white-space: nowrap; }
td.short { white-space: nowrap; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.bar { background: var(--bar); height: .7rem; min-width: 2px; }
.sum { font-weight: 600; }
small { opacity: .8; }
@media print { body { max-width: none; } }
"""


def page(
    totals: Totals,
    stories: Iterable[LearnerStory],
    problems: Iterable[ProblemRow],
    made_at: str,
) -> Iterator[str]:
    """Yield the page in pieces, so that its size is not held in memory.

    The content policy allows no script and no address outside the file.
    """
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Badge migration report</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>Badge migration report</h1><p>{_text(made_at[:16].replace('T', ' '))} UTC</p>\n"
    )
    yield f"<p>{badges(totals.badges)}, {number(totals.learners)} learners,"
    yield f" {number(totals.issuers)} issuers, {number(totals.collections)} collections.</p>\n"
    yield "<h2>Where the badges came from</h2>\n"
    yield from _table(
        ("Source", "Read by", "Found", "Archived", "Known", "Problems"),
        (_source_cells(source) for source in totals.sources),
    )
    for destination in totals.destinations:
        yield from _destination(destination)
    yield "<h2>Learners</h2>\n"
    for story in stories:
        yield from _learner(story)
    yield "<h2>What could not be read</h2>\n"
    yield from _table(
        ("Where", "What it is and what to do"),
        (
            (f"{_text(one.source)}<br><small>{_text(one.locator)}</small>", _text(one.sentence))
            for one in problems
        ),
    )
    yield "</body></html>\n"


def _source_cells(source: SourceTotal) -> tuple[str, ...]:
    numbers = (source.found, source.archived, source.known, source.problems)
    return (_text(source.label), _text(source.adapter), *(number(one) for one in numbers))


def _destination(total: DestinationTotal) -> Iterator[str]:
    yield f"<h2>{_text(total.name)}</h2>\n"
    rows = []
    for one in total.states:
        width = round(100 * one.badges / max(1, total.badges))
        rows.append(
            (
                f'<span class="state">{said(one.state, one.reason)}</span>{_bar(width)}',
                number(one.badges),
                _why(one.reason),
            )
        )
    yield from _table(("State", "Badges", "Why, and what next"), rows)
    yield f'<p class="sum">{_text(transfer_balance(total))}</p>\n'


def _bar(width: int) -> str:
    return f'<div class="bar" style="width:{width}%"></div>'


def _why(code: str | None) -> str:
    if code not in REASONS:
        return ""
    reason = REASONS[code]
    return f"{_text(reason.sentence)}<br><small>{_text(reason.next_step)}</small>"


def _here(where: Where) -> str:
    """Say why one badge is where it is, which way it takes, and what next."""
    if where.reason not in REASONS:
        return ""
    step = next_step(where.reason, where.route, spelling=spelling_told(where.detail))
    told = (REASONS[where.reason].sentence, WAY_WORDS.get(where.route, "").capitalize())
    return f"{_text(' '.join(filter(None, told)))}<br><small>{_text(step)}</small>"


def _learner(story: LearnerStory) -> Iterator[str]:
    who = ", ".join((*((story.name,) if story.name else ()), *story.addresses))
    yield f"<h3>{_text(who or 'Learner not known')}</h3>\n"
    yield from _table(
        ("Badge", "Issued", "Where it is now"), (_badge_cells(badge) for badge in story.badges)
    )


def _badge_cells(badge: BadgeStory) -> tuple[str, ...]:
    states = [
        f"{said(where.state, where.reason)}, {_text(where.destination)}<br>{_here(where)}"
        for where in badge.destinations
    ]
    issuer = f"<br><small>{_text(badge.issuer)}</small>" if badge.issuer else ""
    return (
        _text(badge.badge) + issuer,
        _text(day(badge.issued_on)),
        "<br>".join(states) or "in the archive",
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "<table><thead><tr>" + "".join(f"<th>{one}</th>" for one in head)
    yield "</tr></thead><tbody>\n"
    for row in rows:
        yield "<tr>" + "".join(_cell(cell) for cell in row) + "</tr>\n"
    yield "</tbody></table>\n"


def _cell(cell: str) -> str:
    kind = ' class="n"' if cell.replace(",", "").isdigit() else ""
    kind = kind or (' class="short"' if len(cell) <= _SHORT else "")
    return f"<td{kind}>{cell}</td>"


def _text(text: str) -> str:
    # Without control characters no name can turn the text around it from right to left.
    return escape(plain(text), quote=True)
