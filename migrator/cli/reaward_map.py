"""`badge-migrator reaward map`: which badge class of one's own stands for which old one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.awarder import All, Awarder, patient, session_of
from migrator.cli.consent import Yes, agreed
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson, To

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.destinations.issuing import IssuerSession
    from migrator.transfer.awards.counterpart import Line, Wishes
    from migrator.transfer.awards.mapping import Gathered
    from migrator.transfer.awards.reaward import Choice


def map_(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    username: Awarder = None,
    issuer: Annotated[
        list[str] | None,
        typer.Option(
            "--issuer", metavar="NAME=ID", help="Your issuer (its id) for the old issuer NAME."
        ),
    ] = None,
    badge_class: Annotated[
        list[str] | None,
        typer.Option(
            "--badge-class", metavar="NAME=ID", help="Your badge class for the old one called NAME."
        ),
    ] = None,
    create_missing: Annotated[
        bool,
        typer.Option("--create-missing", help="Make issuers and badge classes you do not have."),
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="A CSV file: issuer, badge_class, remote_issuer, remote_badge_class.",
        ),
    ] = None,
    everything: All = False,
    name_all: Annotated[
        bool, typer.Option("--list", help="Name every badge that cannot be awarded anew.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Say which badge class of yours stands for which old one; shown first, saved after a yes.

    Nothing is awarded yet. With --json nothing is made or saved unless --yes is given too.
    """
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve
    from migrator.transfer.awards import counterpart
    from migrator.transfer.awards import mapping as award_map
    from migrator.transfer.awards.reaward import Choice

    console = Console(as_json)
    wishes = counterpart.wishes_of(issuer or (), badge_class or (), create_missing=create_missing)
    if file is not None:
        wishes = counterpart.with_file(wishes, _lines_of(file))
    choice = Choice(everything=everything)
    with Archive.open(archive_file) as opened:
        destination, saved = resolve(opened, to)
        gathered = award_map.gather(opened, saved.id, choice)
        _say_gathered(opened, saved, gathered, console, everything=everything)
        if not gathered.groups:
            console.result("reaward-map", {"destination": saved.name, "lines": [], "saved": False})
            return
        session = patient(destination, session_of(opened, destination, saved, username))
        try:
            lines = _mapped(opened, saved, session, gathered, wishes, console)
            _name(opened, saved, choice, gathered, console, name_all=name_all)
            done = _apply(opened, saved, session, lines, console, yes=yes, asking=not as_json)
        finally:
            session.close()
    _say_mapped(console, saved, gathered, done or lines, saved_now=done is not None)
    if any(one.badge_class_id is None for one in (done or lines)):
        raise typer.Exit(3)


def _lines_of(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise errors.Usage(
            f"{file} cannot be read ({error}).", "Name a CSV file in UTF-8."
        ) from error


def _say_gathered(
    opened: Archive,
    saved: SavedDestination,
    gathered: Gathered,
    console: Console,
    *,
    everything: bool,
) -> None:
    from migrator.archive import awards, ledger
    from migrator.report.reaward import OPENLY
    from migrator.report.words import badges

    console.say(OPENLY)
    console.say()
    restorable = awards.restorable(opened, saved.id)
    if restorable:
        console.say(
            f"{badges(restorable)} can be moved as they are once their files are put back at their"
            " old addresses (`export restore-site`), so they are not among these. If nobody will"
            " put them back: `plan --not-restorable HOST`."
        )
    if gathered.nameless:
        console.say(
            f"{badges(gathered.nameless)} left out, because what was awarded is not known;"
            " `plan --check` asks their issuers."
        )
    as_they_are = ledger.states(opened, saved.id)["planned"] if everything else 0
    if as_they_are:
        console.say(
            f"{badges(as_they_are)} of them could be moved as they are. Run `push` first, unless"
            " you mean to replace these too."
        )
    if not gathered.groups:
        console.last(
            "There is nothing to award anew. `plan` finds out what cannot be moved; --all takes"
            " everything that is not moved yet."
        )


def _mapped(
    opened: Archive,
    saved: SavedDestination,
    session: IssuerSession,
    gathered: Gathered,
    wishes: Wishes,
    console: Console,
) -> list[Line]:
    from migrator.archive import award_mapping
    from migrator.report.reaward import map_lines
    from migrator.transfer.awards import counterpart
    from migrator.transfer.awards import mapping as award_map

    known = award_mapping.mapped(opened, saved.id)
    there = award_map.theirs(session)
    lines = counterpart.decide(gathered.groups, known, there, wishes)
    console.say(f"At {saved.name}, as {session.credentials.username}:")
    console.lines(map_lines(lines))
    return lines


def _name(
    opened: Archive,
    saved: SavedDestination,
    choice: Choice,
    gathered: Gathered,
    console: Console,
    *,
    name_all: bool,
) -> None:
    """Name badges that cannot be awarded: the first few, or all."""
    from itertools import islice

    from migrator.report.reaward import hindered_line
    from migrator.report.words import number
    from migrator.transfer.awards.mapping import hindered

    total = gathered.nameless
    total += sum(count for group in gathered.groups for _, count in group.obstacles)
    shown = total if name_all else 5
    if total and not console.json:
        console.say("Not to be awarded:")
        for badge, why in islice(hindered(opened, saved.id, choice), shown):
            console.say(hindered_line(badge, why))
        if total > shown:
            console.say(f"  and {number(total - shown)} more; --list names all of them.")


def _apply(
    opened: Archive,
    saved: SavedDestination,
    session: IssuerSession,
    lines: list[Line],
    console: Console,
    *,
    yes: bool,
    asking: bool,
) -> list[Line] | None:
    """Ask, make what is missing and save; returns the lines as they are now, None without a yes."""
    from migrator.transfer.awards import mapping as award_map
    from migrator.transfer.awards.counterpart import Action

    left = [one for one in lines if one.action is Action.NONE]
    if len(left) == len(lines) or (not asking and not yes):
        return None
    to_make = sum(one.action is Action.CREATE for one in lines)
    make = f"Make {to_make:,} badge classes at {saved.url}, and save this?" if to_make else ""
    if not agreed(make or "Save this?", yes=yes, asking=asking):
        raise errors.Usage("Nothing was made or saved.")
    done = award_map.apply(opened, saved.id, session, lines, lambda line: _say_made(console, line))
    return [*done, *left]


def _say_made(console: Console, line: Line) -> None:
    from migrator.report.reaward import map_lines
    from migrator.transfer.awards.counterpart import Action

    if line.action in (Action.CREATE, Action.NONE):
        console.lines(map_lines([line]))


def _say_mapped(
    console: Console,
    saved: SavedDestination,
    gathered: Gathered,
    lines: list[Line],
    *,
    saved_now: bool,
) -> None:
    from dataclasses import asdict

    from migrator.report.words import badges

    console.result(
        "reaward-map",
        {
            "destination": saved.name,
            "saved": saved_now,
            "badges": gathered.badges,
            "without_badge_class": gathered.nameless,
            "lines": [asdict(one) for one in lines],
        },
    )
    mapped = sum(one.group.badges for one in lines if one.badge_class_id)
    rest = gathered.badges - mapped
    console.say(
        f"{badges(gathered.badges)} = {mapped:,} with a badge class of yours + {rest:,} without."
    )
    if saved_now:
        console.last(f"Saved. Next: badge-migrator reaward run --to {saved.name} --dry-run")
    else:
        console.last("Nothing was saved.")
