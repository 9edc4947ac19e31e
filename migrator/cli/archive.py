"""`badge-migrator archive`: read sources into the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson, Map, Set, Sources

if TYPE_CHECKING:
    from migrator.archive.archive import Archive
    from migrator.archive.intake import SourceRead
    from migrator.sources.adapter import Adapter
    from migrator.sources.place import Place


def archive(
    sources: Sources,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    adapter: Annotated[
        str | None,
        typer.Option("--adapter", help="Read as this kind of source instead of recognising it."),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            "--as", "--email", metavar="EMAIL", help="Whose badges to ask a live source for."
        ),
    ] = None,
    settings: Set = None,
    settings_file: Map = None,
    as_json: AsJson = False,
) -> None:
    """Keep every badge of a source, byte for byte, in one local file.

    Nothing is sent anywhere (a live source such as badgr-api:eu is only asked), and reading the
    same source again adds nothing.
    """
    from migrator.archive.archive import Archive

    console = Console(as_json)
    chosen = chosen_settings(settings, settings_file)
    if not archive_file.exists():
        check_sources(sources, adapter, account)
    with Archive.open(archive_file) as opened:
        if not opened.shared:
            complain(
                f"{archive_file} is on a network drive: it is slower there, and only one command"
                " can use it at a time."
            )
        read = read_all(opened, sources, console, adapter, account, chosen)
    console.result(
        "archive",
        {
            "archive": str(archive_file),
            "sources": [_facts(one) for one in read.sources],
            "not_read": [{"source": name, "why": why} for name, why in read.not_read],
        },
    )
    console.last("Next: badge-migrator status, or badge-migrator plan --to DESTINATION")
    if not read.complete:
        raise typer.Exit(3)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of several places, and which could not be read, with why."""

    sources: tuple[SourceRead, ...]
    not_read: tuple[tuple[str, str], ...]

    @property
    def complete(self) -> bool:
        """Whether everything that looked like a badge was read."""
        return not self.not_read and not any(one.counts.problems for one in self.sources)


def check_sources(sources: list[str], adapter_name: str | None, account: str | None) -> None:
    """Raise Usage where nothing can be read, before an archive is made for it."""
    from migrator.sources.division import divided

    first: errors.Usage | None = None
    for source in sources:
        try:
            place, named = _place(source, adapter_name, account, alone=len(sources) == 1)
            with place:
                divided(place, named)
        except errors.Usage as error:
            first = first or error
        else:
            return
    if first is not None:
        raise first


def read_all(
    opened: Archive,
    sources: list[str],
    console: Console,
    adapter_name: str | None = None,
    account: str | None = None,
    settings: Mapping[str, str] | None = None,
    *,
    alone: bool | None = None,
) -> Reading:
    """Read places one after the other; one of several that cannot be read stops no other.

    Raises Usage when none can be read.
    """
    from migrator.report.words import number, plain

    alone = len(sources) == 1 if alone is None else alone
    reads: list[SourceRead] = []
    failed: list[tuple[str, errors.Usage]] = []
    for source in sources:
        try:
            reads += read_one(opened, source, adapter_name, console, account, settings, alone=alone)
        except errors.Usage as error:
            if len(failed) + 1 == len(sources):
                raise
            failed.append((source, error))
            complain(f"{plain(source)} was not read: {plain(error.what)}")
    if failed:
        console.say(
            f"{number(len(failed))} of {number(len(sources))} sources could not be read; all others"
            " were. What a file may be: badge-migrator inspect FILE"
        )
        console.lines(f"  {plain(source)}" for source, _ in failed)
    return Reading(tuple(reads), tuple((source, error.what) for source, error in failed))


def read_one(
    opened: Archive,
    source: str,
    adapter_name: str | None,
    console: Console,
    account: str | None = None,
    settings: Mapping[str, str] | None = None,
    *,
    alone: bool = True,
) -> tuple[SourceRead, ...]:
    """Read one place, showing progress, and say what it came to; one answer for each adapter.

    A live source that is not `alone` gets no password that may be another host's.
    """
    from migrator.archive.books import Counts
    from migrator.archive.intake import read_sources
    from migrator.cli.progress import progress
    from migrator.report.words import found_balance, plain

    place, named = _place(source, adapter_name, account, alone=alone)
    place.settings = settings or {}
    with place, progress(f"Reading {plain(place.label)}") as show:

        def watch(counts: Counts) -> None:
            show(counts.found)

        reads = read_sources(opened, place, watch, named)
    for read in reads:
        _say_source(opened, read, console, several=len(reads) > 1)
    console.last(found_balance(sum((read.counts for read in reads), Counts())))
    return reads


def chosen_settings(pairs: list[str] | None, file: Path | None) -> Mapping[str, str]:
    """Return what --set and --map say; raises Usage."""
    if not pairs and file is None:
        return {}
    from migrator.sources import registry
    from migrator.sources.settings import gathered

    return gathered(pairs or (), file, registry.adapters())


def _place(
    source: str, adapter_name: str | None, account: str | None, *, alone: bool
) -> tuple[Place, Adapter | None]:
    from migrator.cli.live import live_source, open_live
    from migrator.sources import registry
    from migrator.sources.place import open_place

    live = live_source(source)
    if live is not None:
        adapter, address = live
        return open_live(adapter, address, account, alone=alone), adapter
    named = registry.adapter_named(adapter_name) if adapter_name else None
    return open_place(Path(source)), named


def _say_source(opened: Archive, read: SourceRead, console: Console, *, several: bool) -> None:
    from migrator.archive.problems import first_problems, warning_kinds
    from migrator.report.words import found_balance, plain
    from migrator.sources import registry

    title = registry.adapter_named(read.adapter).title
    books = f": {found_balance(read.counts)}" if several else ""
    console.say(f"{plain(read.label)}, read as {read.adapter} ({title}){books}")
    for locator, sentence in first_problems(opened, read.source_id):
        console.say(f"  {plain(locator)}: {plain(sentence)}")
    if read.counts.problems > 10:
        console.say("  ... all of them: badge-migrator status --problems")
    for times, locator, sentence in warning_kinds(opened, read.source_id):
        more = f" (and {times - 1:,} more like it)" if times > 1 else ""
        console.say(f"  note: {plain(locator)}: {plain(sentence)}{more}")


def _facts(read: SourceRead) -> dict[str, object]:
    from dataclasses import asdict

    return {"adapter": read.adapter, "source": read.label, **asdict(read.counts)}
