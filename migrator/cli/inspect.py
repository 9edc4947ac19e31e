"""`badge-migrator inspect`: what a file is, what is in it, and what to do with it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import AsJson, Map, Set

if TYPE_CHECKING:
    from migrator.sources.inspection import Inspection, Part


def inspect(
    sources: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="Files, folders or ZIPs to look at.")
    ],
    adapter: Annotated[
        str | None,
        typer.Option("--adapter", help="Look at it as this kind of source."),
    ] = None,
    settings: Set = None,
    settings_file: Map = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a file or folder is and which badges are in it; nothing is written.

    Of large sources only the beginning is looked at.
    """
    from dataclasses import asdict

    from migrator.cli.archive import chosen_settings
    from migrator.sources import registry
    from migrator.sources.inspection import inspect as look
    from migrator.sources.place import open_place

    console = Console(as_json)
    named = registry.adapter_named(adapter) if adapter else None
    chosen = chosen_settings(settings, settings_file)
    typed = [word for pair in settings or () for word in ("--set", pair)]
    typed += ["--map", str(settings_file)] if settings_file else []
    seen = []
    for source in sources:
        with open_place(source) as place:
            place.settings = chosen
            inspection = look(place, named)
        seen.append({**asdict(inspection), "badges": inspection.badges})
        _say(console, inspection)
        console.last(_next(inspection, [source, *typed]))
    console.result("inspect", {"sources": seen})


def _say(console: Console, seen: Inspection) -> None:
    from migrator.report.words import plain

    console.say(f"{plain(seen.label)} is {seen.kind}.")
    for part in seen.parts:
        console.lines(_part(part, seen))
    console.lines([f"  {plain(line)}" for line in seen.told])
    if seen.unknown_files:
        shown = ", ".join(plain(name) for name in seen.unknown)
        more = ", ..." if seen.unknown_files > len(seen.unknown) else ""
        console.say(f"  Nothing we know in {_counted(seen.unknown_files, 'file')}: {shown}{more}")
    for locator, sentence in seen.unreadable:
        console.say(f"  {plain(locator)}: {plain(sentence)}")
    told: set[str] = set()
    for locator, sentence in seen.remarks:
        if sentence not in told:
            console.say(f"  note: {plain(locator)}: {plain(sentence)}")
        told.add(sentence)
    if seen.refusal:
        console.say(f"  {plain(seen.refusal)}")


def _part(part: Part, seen: Inspection) -> list[str]:
    from migrator.report.words import number, plain

    least = "" if seen.complete else "at least "
    told = f"{least}{_counted(part.badges, 'badge')}"
    if part.collections:
        told += f" in {_counted(part.collections, 'collection')}"
    if part.problems:
        told += f", and {number(part.problems)} that cannot be read"
    lines = [f"  {part.title} ({part.adapter}): {told}"]
    if part.names:
        lines.append(f"    such as {', '.join(plain(name) for name in part.names)}")
    if part.holders:
        lines.append(f"    of {', '.join(plain(holder) for holder in part.holders)}")
    return lines


def _next(seen: Inspection, words: list[Path | str]) -> str:
    if seen.badges:
        return f"Next: badge-migrator archive {shlex.join(map(str, words))}"
    if seen.advice:
        return f"What next: {seen.advice}"
    if seen.unreadable or seen.remarks:
        return "There is no badge in it that could be archived; what to do instead stands above."
    return "There is nothing in it to archive. What can be read: badge-migrator adapters"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
