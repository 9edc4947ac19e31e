"""`badge-migrator retry`: put what was refused or held back on the plan again."""

from __future__ import annotations

from typing import Annotated

import typer

from migrator import errors
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson, CheckWeb, To, Via
from migrator.cli.whose import OnlyLearner, learner_meant


def retry(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Only badges refused or held for this reason.")
    ] = None,
    learner: OnlyLearner = None,
    check: CheckWeb = False,
    via: Via = None,
    as_json: AsJson = False,
) -> None:
    """Plan again what was refused or held back, after somebody has put it right.

    Signs in first, so that addresses added to the account since then count.
    """
    from migrator.archive import ledger
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve
    from migrator.cli.login import refresh
    from migrator.cli.plan import WebAsked, make_plan
    from migrator.reasons import REASONS

    console = Console(as_json)
    if reason is not None and reason not in REASONS:
        raise errors.Usage(
            f"There is no reason called {reason}.",
            errors.meant(reason, REASONS, f"The reasons are: {', '.join(REASONS)}."),
        )
    with Archive.open(archive_file) as opened:
        destination, saved = resolve(opened, to)
        chosen = learner_meant(opened, learner)
        for line in refresh(opened, destination, saved):
            console.say(line)
        back = ledger.retry(opened, saved.id, reason, chosen)
        web = WebAsked(check=check or via is not None, via=via)
        counts = make_plan(opened, destination, saved, console, web=web).counts
    console.result("retry", {"put_back": back, "to_send": counts.to_send, "held": counts.held})
    console.say(f"{back:,} put back on the plan; {counts.to_send:,} can be sent now.")
    console.last(f"Next: badge-migrator push --to {saved.name}")
