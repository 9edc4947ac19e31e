"""A selection as it is typed, and what is said of what was not selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.archive.archive import Archive
    from migrator.archive.selection import Selection
    from migrator.archive.totals import DestinationTotal


def select(
    opened: Archive,
    *,
    learner: list[str] | None = None,
    issuer: list[str] | None = None,
    badge_class: list[str] | None = None,
    issued_after: str | None = None,
    issued_before: str | None = None,
    source: list[str] | None = None,
) -> Selection:
    """Return what the options select; raises Usage for what is not there or not clear."""
    from migrator.archive.selection import Named, chosen

    named = Named(
        *(tuple(learner or ()), tuple(issuer or ()), tuple(badge_class or ())),
        *(tuple(source or ()), issued_after, issued_before),
    )
    return chosen(opened, named)


def selected_line(of_selected: DestinationTotal, of_all: DestinationTotal) -> str:
    """Say what became of the selected badges, and how many were not selected."""
    from migrator.report.words import badges, transfer_balance

    others = of_all.badges - of_selected.badges
    return (
        f"Selected: {transfer_balance(of_selected)}"
        f" Not selected, and left as they were: {badges(others)}."
    )


def selected_facts(of_selected: DestinationTotal, of_all: DestinationTotal) -> dict[str, object]:
    """Return the same for programs: the selected badges by state, and how many were not."""
    states: dict[str, int] = {}
    for one in of_selected.states:
        states[one.state] = states.get(one.state, 0) + one.badges
    return {
        "badges": of_selected.badges,
        "states": states,
        "not_planned": of_selected.not_planned,
        "not_selected": of_all.badges - of_selected.badges,
    }
