"""`badge-migrator check`: read every byte back, and say what is damaged and what hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from migrator.archive.proof.check import Checked
    from migrator.archive.proof.damage import Damage
    from migrator.archive.proof.readback import Sample

_LISTED = 10
_LISTED_JSON = 1_000


def check(
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    sample: Annotated[
        str,
        typer.Option(
            "--sample",
            metavar="PERCENT",
            help="Read back only this share of the documents and images, such as 5%.",
        ),
    ] = "100%",
    seed: Annotated[
        int,
        typer.Option(
            "--seed", min=0, help="Which share: with 5%, the seeds 0 to 19 together read all."
        ),
    ] = 0,
    mask: Annotated[bool, typer.Option("--mask", help="Hide e-mail addresses.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read every byte of the archive back, and say what is damaged and what hangs on it.

    Tables, counts and references are always looked at, whatever the sample. Nothing is written.
    Ends with 6 when anything is damaged.
    """
    from migrator.archive.archive import Archive
    from migrator.archive.proof.check import check as check_archive
    from migrator.archive.proof.check import rows_to_see
    from migrator.cli.progress import progress
    from migrator.report.words import masked

    chosen = _sample(sample, seed)
    console = Console(as_json, change=masked if mask else None)
    kept: list[Damage] = []

    def tell(damage: Damage) -> None:
        console.lines(_lines(damage))
        if as_json and len(kept) < _LISTED_JSON:
            kept.append(damage)

    with (
        Archive.read(archive_file) as opened,
        progress(f"Checking {archive_file.name}", rows_to_see(opened), "rows") as show,
    ):
        listed = _LISTED_JSON if as_json else _LISTED
        checked = check_archive(opened, tell, show, chosen, listed)
    _finish(checked, kept, console)


def _finish(checked: Checked, kept: list[Damage], console: Console) -> None:
    from dataclasses import asdict

    console.say(
        f"Read back: {_of(checked.documents, checked.all_documents)} documents,"
        f" {_of(checked.artworks, checked.all_artworks)} artworks,"
        f" {_of(checked.images, checked.all_images)} images,"
        f" {_of(checked.other_files, checked.all_other_files)} other files;"
        f" {checked.bytes:,} bytes."
    )
    facts = {**asdict(checked), "clean": checked.clean, "damage": [asdict(one) for one in kept]}
    console.result("check", facts)
    if checked.clean:
        console.last("Nothing is damaged: what was read is what was kept.")
        return
    places = "1 place is" if checked.damages == 1 else f"{checked.damages:,} places are"
    console.last(
        f"{places} damaged. Next: take the archive from your backup; without one, keep this file,"
        " and archive the sources named above into a new one (--archive NEW-FILE)."
    )
    raise typer.Exit(errors.ArchiveDamaged.exit_code)


def _lines(damage: Damage) -> list[str]:
    from migrator.report.words import plain

    lines = [f"damaged: {plain(damage.place)}: {plain(damage.sentence)}"]
    for one in damage.dependents:
        whose = f" of {plain(one.learner)}" if one.learner else ""
        places = "; ".join(plain(place) for place in one.found_in)
        again = f", found in {places}" if places else ""
        lines.append(f"  badge {plain(one.badge)}{whose}{again}")
    more = damage.badges - len(damage.dependents)
    if more > 0:
        lines.append(f"  and {more:,} more badges")
    return lines


def _of(read: int, whole: int | None) -> str:
    return f"{read:,} of {'?' if whole is None else format(whole, ',')}"


def _sample(text: str, seed: int) -> Sample:
    from migrator.archive.proof.readback import Sample

    try:
        percent = float(text.strip().removesuffix("%"))
    except ValueError:
        percent = 0
    if not 0 < percent <= 100:
        raise errors.Usage(
            f"--sample {text} is no share of the archive.", "Give a percentage, such as 5%."
        )
    return Sample(percent / 100, seed)
