"""Reading places into the archive, one after the other, and saying what each came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from migrator import errors
from migrator.cli.console import Console, complain

if TYPE_CHECKING:
    from migrator.archive.archive import Archive
    from migrator.archive.books import Counts
    from migrator.archive.intake import SourceRead
    from migrator.sources.adapter import Adapter
    from migrator.sources.place import Place

_MANY = 10
"""Of more sources than these each has one line: `status --problems` tells the rest."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read, and how.

    With `alone` a live source may be given the password that may also be another host's.
    """

    sources: tuple[str, ...]
    adapter: str | None = None
    account: str | None = None
    settings: Mapping[str, str] | None = None
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of several places, and which could not be read, with why."""

    sources: tuple[SourceRead, ...]
    not_read: tuple[tuple[str, str], ...]

    @property
    def complete(self) -> bool:
        """Whether everything that looked like a badge was read."""
        return not self.not_read and not any(one.counts.problems for one in self.sources)


def check_sources(wanted: Wanted) -> None:
    """Raise Usage where nothing can be read, before an archive is made for it."""
    from migrator.sources.division import divided

    first: errors.Usage | None = None
    for source in wanted.sources:
        try:
            place, named = _place(source, wanted)
            with place:
                divided(place, named)
        except errors.Usage as error:
            first = first or error
        else:
            return
    if first is not None:
        raise first


def read_all(opened: Archive, wanted: Wanted, console: Console) -> Reading:
    """Read places one after the other; one of several that cannot be read stops no other.

    Raises Usage when none can be read.
    """
    from migrator.report.words import plain

    reads: list[SourceRead] = []
    failed: list[tuple[str, errors.Usage]] = []
    for source in wanted.sources:
        try:
            reads += _read(opened, source, wanted, console)
        except errors.Usage as error:
            if len(failed) + 1 == len(wanted.sources):
                raise
            failed.append((source, error))
            complain(f"{plain(source)} was not read: {plain(error.what)}")
    not_read = tuple((source, error.what) for source, error in failed)
    if len(wanted.sources) > 1:
        _say_all(wanted, reads, not_read, console)
    return Reading(tuple(reads), not_read)


def _read(opened: Archive, source: str, wanted: Wanted, console: Console) -> tuple[SourceRead, ...]:
    """Read one place, showing progress, and say what it came to; one answer for each adapter."""
    from migrator.archive.intake import read_sources
    from migrator.cli.progress import progress
    from migrator.report.words import found_balance, plain

    place, named = _place(source, wanted)
    place.settings = wanted.settings or {}
    with place, progress(f"Reading {plain(place.label)}") as show:

        def watch(counts: Counts) -> None:
            show(counts.found)

        reads = read_sources(opened, place, watch, named)
    if len(wanted.sources) > _MANY:
        for read in reads:
            console.say(f"{plain(read.label)} ({read.adapter}): {found_balance(read.counts)}")
        return reads
    for read in reads:
        _say(opened, read, console, several=len(reads) > 1)
    console.last(found_balance(_together(reads)))
    return reads


def _place(source: str, wanted: Wanted) -> tuple[Place, Adapter | None]:
    from migrator.cli.live import live_source, open_live
    from migrator.sources import registry
    from migrator.sources.place import open_place

    live = live_source(source)
    if live is not None:
        adapter, address = live
        return open_live(adapter, address, wanted.account, alone=wanted.alone), adapter
    named = registry.adapter_named(wanted.adapter) if wanted.adapter else None
    return open_place(Path(source)), named


def _say(opened: Archive, read: SourceRead, console: Console, *, several: bool) -> None:
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


def _say_all(
    wanted: Wanted,
    reads: list[SourceRead],
    not_read: tuple[tuple[str, str], ...],
    console: Console,
) -> None:
    from migrator.report.words import found_balance, number, plain

    whole = _together(reads)
    if whole.problems and len(wanted.sources) > _MANY:
        console.say("What could not be read, and why: badge-migrator status --problems")
    if not_read:
        several = f"{number(len(not_read))} of {number(len(wanted.sources))} sources"
        console.say(
            f"{several} could not be read; all others were."
            " What a file may be: badge-migrator inspect FILE"
        )
        console.lines(f"  {plain(source)}" for source, _ in not_read)
    console.last(f"Together: {found_balance(whole)}")


def _together(reads: Iterable[SourceRead]) -> Counts:
    from migrator.archive.books import Counts

    return sum((read.counts for read in reads), Counts())
