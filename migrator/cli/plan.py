"""`badge-migrator plan`: say for every badge what will happen, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson, CheckWeb, To, Via

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.destinations.base import Destination
    from migrator.transfer.plan import PlanCounts
    from migrator.verify.answers import Web


def plan(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    check: CheckWeb = False,
    via: Via = None,
    as_json: AsJson = False,
) -> None:
    """Predict what the destination will say to each badge, and why.

    Without --check only the archive is asked: what it holds is taken to be alive and unchanged.
    """
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve

    console = Console(as_json)
    with Archive.open(archive_file) as opened:
        destination, saved = resolve(opened, to)
        counts = make_plan(opened, destination, saved, console, check=check, via=via)
    console.result("plan", {"destination": saved.name, "checked": check, **_facts(counts)})
    console.last(f"Next: badge-migrator push --to {saved.name}")


def make_plan(
    opened: Archive,
    destination: Destination,
    saved: SavedDestination,
    console: Console,
    *,
    check: bool,
    via: str | None,
) -> PlanCounts:
    """Plan with progress, and say how it turned out."""
    from datetime import UTC, datetime

    from migrator import errors
    from migrator.archive import shelf, totals
    from migrator.cli.progress import progress
    from migrator.report.summary import destination_lines
    from migrator.transfer.plan import Question
    from migrator.transfer.plan import plan as write

    web = _web(opened, check=check or via is not None, via=via)
    asked = "web" if check or via is not None else "archive"
    question = Question(saved, destination.capabilities, web, asked, datetime.now(UTC))
    with progress("Planning", shelf.count(opened)) as show:
        counts = write(opened, question, show)
    for total in totals.totals(opened).destinations:
        if total.name == saved.name:
            console.lines(destination_lines(total))
    if not counts.balances:
        raise errors.MigratorError(
            f"The plan does not balance: {counts}.", "This is a defect; please report it."
        )
    return counts


def _web(opened: Archive, *, check: bool, via: str | None) -> Web:
    if not check:
        from migrator.verify.archived import ArchivedWeb

        return ArchivedWeb(opened)
    from migrator.net import Client
    from migrator.verify.live import LiveWeb

    return LiveWeb(Client(via=via))


def _facts(counts: PlanCounts) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(counts)
