"""`badge-migrator status`: totals, groups, or the story of whoever or whatever is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.archive.archive import Archive
    from migrator.archive.search import Meant
    from migrator.archive.stories import LearnerStory
    from migrator.archive.totals import DestinationTotal

_STORIES = 3


def status(
    who: Annotated[
        str | None,
        typer.Argument(
            metavar="[WHO]",
            help="An address (also an old one), a name, a hashed recipient, a badge's title or URL;"
            " the spelling need not be quite right.",
        ),
    ] = None,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="issuer|class|cohort|day", help="Count in such groups."),
    ] = None,
    problems: Annotated[
        bool, typer.Option("--problems", help="List everything that could not be read.")
    ] = False,
    sources: Annotated[
        bool, typer.Option("--sources", help="List every source and what it came to.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for a spreadsheet.")] = False,
    mask: Annotated[bool, typer.Option("--mask", help="Hide e-mail addresses.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say where the badges are: all of them in numbers, or one learner's in words.

    While a push runs, here or in another terminal, it says how fast it goes and what is left.
    """
    from migrator.archive.archive import Archive
    from migrator.report.words import masked

    if as_csv and (as_json or problems or sources):
        raise errors.Usage(
            "--csv goes with none of --json, --problems and --sources.", "Leave one out."
        )
    console = Console(as_json, change=masked if mask else None)
    with Archive.read(archive_file) as opened:
        if who is not None:
            _asked(opened, who, console, as_csv=as_csv)
        elif problems:
            _problems(opened, console)
        elif sources:
            _sources(opened, console)
        elif by is not None:
            _groups(opened, by, console, as_csv=as_csv)
        else:
            _totals(opened, console, as_csv=as_csv)


def _totals(opened: Archive, console: Console, *, as_csv: bool) -> None:
    from migrator.archive.accounts import destinations
    from migrator.archive.pace import pace
    from migrator.archive.totals import totals
    from migrator.report.groups import pace_lines
    from migrator.report.summary import summary_lines

    found = totals(opened)
    if as_csv:
        _print_states(found.destinations, console)
        return
    console.lines(summary_lines(found))
    paces = []
    for saved, total in zip(destinations(opened), found.destinations, strict=True):
        running = pace(opened, saved.id, total.states)
        if running is not None:
            paces.append(running)
            console.lines(pace_lines(running))
    console.result("status", {**_fields(found), "running": [_fields(one) for one in paces]})
    if not found.destinations:
        console.last("Next: badge-migrator plan --to DESTINATION")
    for total in found.destinations if not paces else ():
        if any(one.state == "planned" for one in total.states):
            console.last(f"Next: badge-migrator push --to {total.name}")
            break


def _sources(opened: Archive, console: Console) -> None:
    from migrator.archive.totals import source_totals
    from migrator.report.summary import source_lines

    found = source_totals(opened)
    console.lines(source_lines(found))
    console.result("sources", {"sources": [_fields(one) for one in found]})


def _groups(opened: Archive, by: str, console: Console, *, as_csv: bool) -> None:
    from migrator.archive.accounts import destinations
    from migrator.archive.board import GROUPINGS, groups
    from migrator.report.boards import WORDS, by_state
    from migrator.report.groups import group_lines
    from migrator.report.words import plain

    chosen = next((one for one in GROUPINGS if one == by), None)
    if chosen is None:
        raise errors.Usage(
            f"--by {by} is not known.",
            errors.meant(by, GROUPINGS, f"Choose {', '.join(GROUPINGS)}."),
        )
    told = []
    rows: list[tuple[object, ...]] = []
    places: list[tuple[int | None, str]] = [(one.id, one.name) for one in destinations(opened)]
    for number, name in places or [(None, "")]:
        found = groups(opened, number, chosen)
        told.append({"destination": name, "groups": [_fields(one) for one in found]})
        for one in found:
            rows += [(name, one.name, WORDS[key], n) for key, n in by_state(one.states).items()]
        if not as_csv:
            console.say(plain(name) or "In the archive")
            console.lines(group_lines(found, chosen))
    if as_csv:
        _print_table(console, ("destination", chosen, "state", "badges"), rows)
    console.result("groups", {"by": chosen, "destinations": told})


def _asked(opened: Archive, who: str, console: Console, *, as_csv: bool) -> None:
    from migrator.archive.search import search

    meant = search(opened, who)
    if as_csv:
        _print_badges(opened, meant, console)
    elif meant:
        if not meant.spelled:
            console.say(f"Nothing is spelled quite like {who}; this comes near:")
            console.say()
        _tell(opened, meant, console)
    elif console.json:
        console.result("learners", {"learners": []})
    if not meant:
        complain(
            f"Nobody and nothing in {opened.path} is known as {who}. Try another address, a part"
            " of the name, or the title of a badge; a badge may also be under an older address."
        )
        raise typer.Exit(3)


def _tell(opened: Archive, meant: Meant, console: Console) -> None:
    from migrator.archive.kinds import badge_class_found, issuer_found, learner_found
    from migrator.archive.search import MOST
    from migrator.report.found import badge_class_lines, issuer_lines, learner_lines
    from migrator.report.story import story_lines

    told = _stories(opened, meant)
    for one in told:
        console.lines(story_lines(one))
        console.say()
    people = [] if told else [learner_found(opened, one) for one in meant.learners]
    classes = [badge_class_found(opened, one) for one in meant.badge_classes]
    issuers = [issuer_found(opened, one) for one in meant.issuers]
    if people:
        console.lines(learner_lines(people, more=len(people) >= MOST))
    if classes:
        console.lines(badge_class_lines(classes))
    if issuers:
        console.lines(issuer_lines(issuers))
    console.result(
        "learners",
        {
            "learners": [_fields(one) for one in told],
            "people": [_fields(one) for one in people],
            "badge_classes": [_fields(one) for one in classes],
            "issuers": [_fields(one) for one in issuers],
            "spelled": meant.spelled,
        },
    )


def _stories(opened: Archive, meant: Meant) -> list[LearnerStory]:
    from migrator.archive.stories import badge_story, story

    if meant.badges:
        return [badge_story(opened, one) for one in meant.badges]
    if len(meant.learners) > _STORIES:
        return []
    return [story(opened, one) for one in meant.learners]


def _print_badges(opened: Archive, meant: Meant, console: Console) -> None:
    from migrator.archive.stories import badge_story, story
    from migrator.report.story import STORY_COLUMNS, story_rows

    told = [badge_story(opened, one) for one in meant.badges]
    told += [story(opened, one) for one in meant.learners]
    rows = (row for one in told for row in story_rows(one))
    _print_table(console, STORY_COLUMNS, rows)


def _print_states(found: Iterable[DestinationTotal], console: Console) -> None:
    from migrator.report.words import said

    rows: list[tuple[object, ...]] = []
    for total in found:
        rows += [
            (total.name, said(one.state, one.reason), one.reason, one.badges)
            for one in total.states
        ]
        if total.not_planned:
            rows.append((total.name, "not planned yet", None, total.not_planned))
    _print_table(console, ("destination", "state", "reason", "badges"), rows)


def _print_table(
    console: Console, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> None:
    from migrator.files.table import line
    from migrator.report.words import plain

    console.row(line(columns).rstrip())
    for row in rows:
        # It may be shown on a terminal, which no name may steer.
        console.row(line(plain(one) if isinstance(one, str) else one for one in row).rstrip())


def _problems(opened: Archive, console: Console) -> None:
    from dataclasses import asdict

    from migrator.archive.totals import problems
    from migrator.report.words import plain

    found = problems(opened)
    for one in found:
        console.say(f"{one.severity}: {plain(one.source)}, {plain(one.locator)}")
        console.say(f"  {plain(one.sentence)}")
    console.say(f"{len(found):,} listed.")
    console.result("problems", {"problems": [asdict(one) for one in found]})


def _fields(facts: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(facts)  # type: ignore[call-overload,no-any-return] # each is a dataclass of ours
