"""`badge-migrator report`: how it went, as a page, as tables, for a ticket, and as letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from migrator.archive.archive import Archive
    from migrator.report.facts import Facts

_PAGE = Path("report.html")


def report(
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help="The page.  [default: report.html]"),
    ] = None,
    csv_pack: Annotated[
        Path | None,
        typer.Option("--csv-pack", metavar="FOLDER", help="Write tables for a spreadsheet."),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the summary as Markdown, for a ticket.")
    ] = False,
    letters: Annotated[
        Path | None,
        typer.Option("--letters", metavar="FOLDER", help="Write a letter to each learner."),
    ] = None,
    how: Annotated[
        str, typer.Option("--format", metavar="md|html|text", help="How letters are written.")
    ] = "html",
    mask: Annotated[bool, typer.Option("--mask", help="Hide e-mail addresses.")] = False,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Write how the migration stands as one web page, and as tables, Markdown or letters.

    Without any of the options it writes report.html. The page works without the internet.
    """
    from migrator.archive.archive import Archive
    from migrator.report.facts import facts
    from migrator.report.words import masked

    console = Console(as_json)
    if letters is not None and mask:
        raise errors.Usage("Letters need the addresses.", "Leave out --mask or --letters.")
    change = masked if mask else str
    if to is None and not (csv_pack or markdown or letters):
        to = _PAGE
    wrote: dict[str, object] = {}
    with Archive.read(archive_file) as opened:
        found = facts(opened)
        if markdown:
            _print_ticket(found, console, change)
        if to is not None:
            wrote["page"] = _write_page(opened, found, to, console, mask=mask)
        if csv_pack is not None:
            wrote["tables"] = _write_pack(opened, found, csv_pack, console, change)
        if letters is not None:
            wrote["letters"] = _write_letters(opened, found, letters, console, how)
    console.result("report", {**wrote, "facts": found})


def _write_page(
    opened: Archive, found: Facts, to: Path, console: Console, *, mask: bool
) -> dict[str, object]:
    from migrator.archive.roll import roll
    from migrator.archive.totals import problems
    from migrator.files.folder import Folder
    from migrator.markup import first_line
    from migrator.report.page import KIND, PROBLEMS_SHOWN, page
    from migrator.report.veil import veiled

    enrolled, unread = roll(opened), problems(opened, PROBLEMS_SHOWN)
    pieces = page(found, enrolled, unread)
    if mask:
        pieces = page(veiled(found), map(veiled, enrolled), map(veiled, unread))
    folder = Folder(to.parent)
    with folder.draft(to.name, first_line(KIND)) as draft:
        for piece in pieces:
            draft.write(piece)
    assert draft.put is not None, "a draft is settled when its block ends"
    at = to.parent / draft.put.path
    size = at.stat().st_size
    console.last(f"Report written to {at} ({_size(size)}).")
    return {"file": str(at), "bytes": size}


def _write_pack(
    opened: Archive, found: Facts, to: Path, console: Console, change: Callable[[str], str]
) -> list[str]:
    from migrator.report.pack import sheets

    names = []
    for sheet in sheets(opened, found):
        rows = ([_changed(value, change) for value in row] for row in sheet.rows)
        names.append(_write_table(to, sheet.name, sheet.columns, rows))
    console.last(f"{len(names)} tables written to {to}.")
    return names


def _write_letters(
    opened: Archive, found: Facts, to: Path, console: Console, how: str
) -> dict[str, object]:
    from migrator.archive.roll import roll
    from migrator.files.folder import Folder
    from migrator.files.names import safe
    from migrator.report.learnerletter import COLUMNS, letters
    from migrator.report.prose import FORMATS

    chosen = next((one for one in FORMATS if one == how), None)
    if chosen is None:
        raise errors.Usage(f"--format {how} is not known.", "Choose md, html or text.")
    ending = "txt" if chosen == "text" else chosen
    folder = Folder(to)
    names = {one.id: one.total.name for one in found.destinations}

    def written() -> Iterable[list[object]]:
        for one in letters(roll(opened), names, chosen):
            with folder.draft(safe(f"{one.address}.{ending}"), one.head) as draft:
                draft.write(one.text)
            put = draft.put
            file = put.path if put else None
            counts = (one.badges, one.arrived, one.to_do, one.under_way)
            yield [one.address, one.name, file, *counts]

    index = _write_table(to, "letters", COLUMNS, written())
    count = folder.counts.written + folder.counts.already_there
    console.last(f"{count:,} letters written to {to}, listed in {index}.")
    return {"folder": str(to), "letters": count, "index": index}


def _write_table(
    to: Path, name: str, columns: tuple[str, ...], rows: Iterable[list[object]]
) -> str:
    from migrator.files.folder import Folder
    from migrator.files.table import Rows, line

    with Folder(to).draft(f"{name}.csv", line(columns)) as draft:
        table = Rows(draft, columns)
        for row in rows:
            table.add(row)
    return draft.put.path if draft.put else ""


def _print_ticket(found: Facts, console: Console, change: Callable[[str], str]) -> None:
    from migrator.report.ticket import ticket_lines

    for text in ticket_lines(found):
        console.say(change(text))


def _changed(value: object, change: Callable[[str], str]) -> object:
    return change(value) if isinstance(value, str) else value


def _size(octets: int) -> str:
    return f"{octets / 1_000_000:.1f} MB" if octets >= 1_000_000 else f"{octets / 1000:.0f} kB"
