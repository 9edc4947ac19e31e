"""`badge-migrator reaward`: award anew, openly as a replacement, what cannot be moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.awarder import All, Awarder, patient, session_of
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson, To
from migrator.cli.reaward_map import map_
from migrator.cli.whose import OnlyLearner, learner_meant

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.destinations.base import Destination
    from migrator.destinations.issuing import IssuerSession
    from migrator.transfer.awards.batch import Became
    from migrator.transfer.awards.reaward import Choice, Orders, Tally

_SIGN_IN = ("sign_in_failed", "not_your_issuer")

reaward = typer.Typer(
    help="For admins: award badges anew that cannot be moved. Each new badge says openly that it"
    " replaces the old one; it is never the same badge.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@reaward.callback()
def about() -> None:
    """For admins: award badges anew that cannot be moved, openly as a replacement."""


reaward.command(name="map")(map_)


@reaward.command()
def run(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    username: Awarder = None,
    issuer: Annotated[
        str | None, typer.Option("--issuer", metavar="NAME", help="Only this old issuer's badges.")
    ] = None,
    badge_class: Annotated[
        str | None,
        typer.Option(
            "--badge-class",
            metavar="NAME",
            help="Only badges of this old badge class (name or address).",
        ),
    ] = None,
    learner: OnlyLearner = None,
    everything: All = False,
    again: Annotated[
        bool, typer.Option("--again", help="Those too whose award was refused before.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be awarded; ask and send nothing.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Award at most this many badges now.")
    ] = None,
    notify: Annotated[
        bool,
        typer.Option(
            "--notify", help="Let the destination mail every recipient; it does not else."
        ),
    ] = False,
    batch: Annotated[
        int, typer.Option("--batch", min=1, max=500, help="So many badges in one request.")
    ] = 100,
    settle: Annotated[
        float,
        typer.Option(
            "--settle",
            min=0,
            metavar="SECONDS",
            help="How long a request whose answer was lost may still be at work over there.",
        ),
    ] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Award, in batches, new badges that say openly that they replace the old ones.

    Ctrl-C stops after the batch under way; run it again to go on. The destination is looked at
    first, so that no badge is awarded twice. Nobody gets a mail without --notify.
    """
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve
    from migrator.transfer.awards.batch import Patience
    from migrator.transfer.awards.reaward import Choice, Orders

    console = Console(as_json)
    with Archive.open(archive_file) as opened:
        destination, saved = resolve(opened, to)
        choice = Choice(everything, again, issuer, badge_class, learner_meant(opened, learner))
        if dry_run:
            _say_preview(opened, saved, choice, console)
            return
        orders = Orders(choice, notify, batch, limit, patience=Patience(settling=settle))
        session = session_of(opened, destination, saved, username)
        try:
            tally = _awarded(opened, destination, saved, session, orders, console)
        finally:
            session.close()
        _say_tally(saved, tally, console, notify=notify)
    code = _exit_code(tally)
    if code:
        raise typer.Exit(code)


@reaward.command()
def status(to: To, archive_file: ArchiveFile = DEFAULT_ARCHIVE, as_json: AsJson = False) -> None:
    """Say what stands for what, and how many badges were awarded anew; asks nobody."""
    from dataclasses import asdict

    from migrator.archive import award_mapping, awards
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve
    from migrator.report.reaward import status_lines
    from migrator.report.words import STATE_WORDS, badges

    console = Console(as_json)
    with Archive.open(archive_file) as opened:
        _, saved = resolve(opened, to)
        mapping = award_mapping.mapped(opened, saved.id).values()
        named = [(_legacy_name(opened, one.badge_class_id), one) for one in mapping]
        made = awards.made_of(opened, saved.id)
        states = awards.states(opened, saved.id)
    console.lines(status_lines(named, made))
    for (state, reason), count in sorted(states.items(), key=str):
        words = "awarded anew" if reason == "awarded_anew" else STATE_WORDS[state]
        console.say(f"{badges(count)} {words}" + _why(reason))
    console.result(
        "reaward-status",
        {
            "destination": saved.name,
            "mapping": [{"name": name, **asdict(one)} for name, one in named],
            "states": [
                {"state": state, "reason": reason, "badges": count}
                for (state, reason), count in states.items()
            ],
        },
    )
    following = "run" if named else "map"
    console.last(f"Next: badge-migrator reaward {following} --to {saved.name}")


def _why(reason: str | None) -> str:
    from migrator.reasons import REASONS

    return f": {REASONS[reason].sentence}" if reason in REASONS else "."


def _legacy_name(opened: Archive, badge_class_id: int) -> str:
    from migrator.archive.award_mapping import legacy_class

    one = legacy_class(opened, badge_class_id)
    return f"{one.issuer}: {one.name}" if one.issuer else one.name


def _awarded(
    opened: Archive,
    destination: Destination,
    saved: SavedDestination,
    session: IssuerSession,
    orders: Orders,
    console: Console,
) -> Tally:
    from dataclasses import replace

    from migrator.cli.progress import progress
    from migrator.cli.stop import stoppable
    from migrator.report.reaward import became_line
    from migrator.transfer.awards.reaward import run as work

    done = 0
    with stoppable("the batch under way") as stop, progress("Awarding") as show:

        def watch(one: Became) -> None:
            nonlocal done
            done += 1
            show(done)
            console.say(became_line(one))

        paced = patient(destination, session, stop)
        return work(opened, saved, paced, replace(orders, stop=stop), watch)


def _say_preview(
    opened: Archive, saved: SavedDestination, choice: Choice, console: Console
) -> None:
    from migrator.report.reaward import OPENLY, award_lines, tally_balance, tally_lines
    from migrator.transfer.awards.reaward import preview

    tally, first = preview(opened, saved.id, choice)
    console.say(OPENLY)
    if first is not None:
        console.lines(award_lines(first))
    console.lines(tally_lines(tally))
    console.result("reaward-dry-run", {"destination": saved.name, **_facts(tally)})
    console.last(tally_balance(tally))
    console.last(f"Dry run: nothing was sent. Next: badge-migrator reaward run --to {saved.name}")


def _facts(tally: Tally) -> dict[str, object]:
    return {
        "chosen": tally.chosen,
        "states": dict(tally.states),
        "obstacles": dict(tally.obstacles),
        "left": tally.left,
        "arrived_before": tally.arrived,
        "there_before": tally.there,
        "stopped": tally.stopped,
    }


def _say_tally(saved: SavedDestination, tally: Tally, console: Console, *, notify: bool) -> None:
    from migrator.reasons import REASONS
    from migrator.report.reaward import tally_balance, tally_lines

    console.lines(tally_lines(tally))
    if tally.stopped in REASONS:
        reason = REASONS[tally.stopped]
        console.say(f"Stopped: {reason.sentence} {reason.next_step}")
    console.result("reaward", {"destination": saved.name, "notified": notify, **_facts(tally)})
    console.last(tally_balance(tally))
    if tally.states["done"] and not notify:
        console.say("Nobody was sent a mail about it.")
    unfinished = tally.left or tally.states["waiting"] or tally.states["sending"]
    command = "reaward run" if unfinished else "reaward status"
    console.last(f"Next: badge-migrator {command} --to {saved.name}")


def _exit_code(tally: Tally) -> int:
    if tally.stopped == "interrupted":
        return 130
    if not tally.balances:
        return 1
    if tally.stopped in _SIGN_IN:
        return 5
    if tally.left or tally.states["waiting"] or tally.states["sending"]:
        return 4
    return 3 if tally.states["refused"] or tally.obstacles.total() else 0
