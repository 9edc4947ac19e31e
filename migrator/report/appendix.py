"""Every badge, learner by learner: the end of a report, as long as the archive is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from migrator.archive.roll import Enrolled, Placed
from migrator.markup import breakable, text
from migrator.report.words import day, said

_LEARNERS = 100
_HEAD = (
    '<div class="roll"><table><caption class="aside">Badges, learner by learner</caption>\n'
    '<thead><tr><th scope="col">Badge</th><th scope="col">Issuer</th>'
    '<th scope="col">Issued</th><th scope="col">Where it is</th></tr></thead>\n'
)


def appendix(roll: Iterable[Enrolled], names: dict[int, str]) -> Iterator[str]:
    """Yield the roll, some learners a table, so that browsers draw only what is looked at.

    `names` are what to call the destinations, by id; where there is only one it is not repeated.
    """
    yield '<h2 id="badges">Every badge</h2>\n'
    place = {number: index for index, number in enumerate(names)}
    held = 0
    for held, (_, badges) in enumerate(groupby(roll, key=lambda one: one.learner_id), start=1):
        if held % _LEARNERS == 1:
            yield ("</table></div>\n" if held > 1 else "") + _HEAD
        first = True
        for badge in badges:
            if first:
                yield f'<tbody class="who"><tr><th colspan="4" scope="rowgroup">{_who(badge)}</th>'
                yield "</tr>\n"
                first = False
            yield _row(badge, names, place)
        yield "</tbody>\n"
    yield "</table></div>\n" if held else "<p>The archive holds no badge yet.</p>\n"


def _who(badge: Enrolled) -> str:
    known = [one for one in (badge.name, badge.address) if one]
    return text(", ".join(known) or "Learner not known")


def _row(badge: Enrolled, names: dict[int, str], place: dict[int, int]) -> str:
    where = "<br>".join(_where(one, names, place) for one in badge.places) or "in the archive"
    return (
        f"<tr><td>{breakable(badge.badge)}</td><td>{text(badge.issuer or '')}</td>"
        f'<td class="day">{text(day(badge.issued_on))}</td><td>{where}</td></tr>\n'
    )


def _where(one: Placed, names: dict[int, str], place: dict[int, int]) -> str:
    state = said(one.state, one.reason)
    at = f", {text(names[one.destination_id])}" if len(names) > 1 else ""
    why = ""
    if one.reason and one.reason != "awarded_anew":
        target = f"#reason-{place[one.destination_id]}-{text(one.reason)}"
        why = f': <a href="{target}">{text(one.reason.replace("_", " "))}</a>'
    return f"{state}{why}{at}"
