"""Whose badges a command is about: one learner's, or everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors

if TYPE_CHECKING:
    from migrator.archive.archive import Archive

OnlyLearner = Annotated[
    str | None,
    typer.Option("--learner", metavar="EMAIL", help="Only this learner's badges."),
]


def learner_meant(opened: Archive, text: str | None) -> int | None:
    """Return the learner who is meant, None for everybody; raises Usage unless it is one."""
    from migrator.archive.offers import nobody
    from migrator.archive.stories import learners_like

    if text is None:
        return None
    matches = learners_like(opened, text)
    if not matches:
        raise nobody(opened, text)
    if len(matches) > 1:
        raise errors.Usage(f"Several learners match {text}.", "Name one address in full.")
    return matches[0]
