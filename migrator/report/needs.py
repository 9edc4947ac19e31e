"""What needs a person, and who: one table for each kind of person who can act."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.markup import sentence, text
from migrator.reasons import REASONS, Who
from migrator.report.facts import Facts
from migrator.report.tables import table
from migrator.report.words import number, told_apart
from migrator.transfer.routes import next_step

PEOPLE = {
    Who.ADMIN: "The program's administrator",
    Who.LEARNER: "The learners",
    Who.ISSUER: "The issuers",
}
"""Who can act, in the order in which a report asks them."""


def needs_section(facts: Facts) -> Iterator[str]:
    """Yield the part of a report that says what to do, and who can do it."""
    yield '<h2 id="people">What needs a person, and who</h2>\n'
    if not any(one.needs for one in facts.destinations):
        yield "<p>Nothing waits for anybody.</p>\n"
        return
    names = told_apart([one.total.name for one in facts.destinations])
    where = ("Backpack",) if len(names) > 1 else ()
    for who, people in PEOPLE.items():
        rows = [
            (
                sentence(REASONS[need.reason].sentence),
                number(need.badges),
                *((text(names[one.total.name]),) if where else ()),
                sentence(next_step(need.reason, None)),
            )
            for one in facts.destinations
            for need in one.needs
            if need.who is who
        ]
        if rows:
            yield f"<h3>{people}</h3>\n"
            yield from table(
                f"{people}: what waits for them", ("Why", "#Badges", *where, "What next"), rows
            )
