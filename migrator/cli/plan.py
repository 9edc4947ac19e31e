"""`badge-migrator plan`: say for every badge what will happen, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson, CheckWeb, To, Via

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.destinations.base import Destination
    from migrator.transfer.plan import PlanCounts
    from migrator.verify.answers import Web


@dataclass(frozen=True, slots=True)
class WebAsked:
    """Whether the issuers' hosts are asked, and through which address."""

    check: bool
    via: str | None


def plan(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    check: CheckWeb = False,
    via: Via = None,
    with_deleted: Annotated[
        bool, typer.Option("--with-deleted", help="Move badges too that learners had deleted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Predict what the destination will say to each badge, and why.

    Without --check only the archive is asked: what it holds is taken to be alive and unchanged.
    """
    from migrator.archive import accounts
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve

    console = Console(as_json)
    with Archive.open(archive_file) as opened:
        destination, saved = resolve(opened, to)
        web = WebAsked(check=check or via is not None, via=via)
        counts = make_plan(opened, destination, saved, console, web=web, with_deleted=with_deleted)
        known = accounts.accounts(opened, saved.id)
    following = f"push --to {saved.name}" if known else f"login {saved.name} --as EMAIL"
    console.result("plan", {"destination": saved.name, "checked": web.check, **_facts(counts)})
    console.last(f"Next: badge-migrator {following}")


def make_plan(
    opened: Archive,
    destination: Destination,
    saved: SavedDestination,
    console: Console,
    *,
    web: WebAsked,
    with_deleted: bool = False,
) -> PlanCounts:
    """Plan with progress, and say how it turned out."""
    from datetime import UTC, datetime

    from migrator import errors
    from migrator.archive import shelf, totals
    from migrator.cli.progress import progress
    from migrator.report.summary import destination_lines
    from migrator.transfer.plan import Question
    from migrator.transfer.plan import plan as write

    question = Question(
        saved,
        destination.capabilities,
        _web(opened, web),
        "web" if web.check else "archive",
        datetime.now(UTC),
        with_deleted,
    )
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


def _web(opened: Archive, asked: WebAsked) -> Web:
    if not asked.check:
        from migrator.verify.archived import ArchivedWeb

        return ArchivedWeb(opened)
    from migrator.net import Client
    from migrator.verify.live import LiveWeb

    return LiveWeb(Client(via=asked.via), played=asked.via is not None)


def _facts(counts: PlanCounts) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(counts)
