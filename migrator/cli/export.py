"""`badge-migrator export`: badges taken out of the archive, in forms others understand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson
from migrator.cli.restore import complain_of_damage, file_by_file
from migrator.cli.restore_site import restore_site
from migrator.cli.whose import OnlyLearner

if TYPE_CHECKING:
    from migrator.archive.archive import Archive
    from migrator.export.documents import DocumentsExported
    from migrator.export.images import Exported
    from migrator.export.order import Order
    from migrator.files.sink import Written

export = typer.Typer(
    help="Take badges out of the archive: pictures, a bag, documents, a learner's package.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ToFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go.")]
Mask = Annotated[
    bool, typer.Option("--mask", help="Hide e-mail addresses in the index (not in the badges).")
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Replace the file when a different one is there.")
]

export.command("restore-site")(restore_site)


@export.callback()
def about() -> None:
    """Take badges out of the archive: pictures, a bag, documents, a learner's package."""


@export.command()
def images(
    folder: ToFolder,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    learner: OnlyLearner = None,
    mask: Mask = False,
    as_json: AsJson = False,
) -> None:
    """Write baked images with readable names, and an index as CSV and JSON.

    A badge found without a baked image gets one made of artwork and its original assertion;
    its name, the index and the picture itself say so.
    """
    from migrator.export.images import export_images
    from migrator.files.folder import Folder

    console = Console(as_json)
    with _opened(archive_file, learner, mask) as (opened, order):
        sink = Folder(folder)
        done = export_images(opened, sink, order)
    _say_images(console, done)
    _say_written(console, sink.counts, folder)
    console.result("images", {"folder": str(folder), "images": done, **_counts(sink.counts)})
    if done.damages:
        complain_of_damage(done.damages, done.damaged)


@export.command()
def documents(
    folder: ToFolder,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    learner: OnlyLearner = None,
    as_json: AsJson = False,
) -> None:
    """Write portable Open Badges 2.0 documents, with the originals beside them.

    Ids and addresses stay what they were, and nothing is signed: the originals are the proof.
    """
    from migrator.export.documents import export_documents
    from migrator.files.folder import Folder

    console = Console(as_json)
    with _opened(archive_file, learner) as (opened, order):
        sink = Folder(folder)
        done = export_documents(opened, sink, order)
    _say_documents(console, done)
    _say_written(console, sink.counts, folder)
    console.result("documents", {"folder": str(folder), "documents": done, **_counts(sink.counts)})
    if done.damages:
        complain_of_damage(done.damages, done.damaged)


@export.command()
def bagit(
    folder: ToFolder,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    learner: OnlyLearner = None,
    mask: Mask = False,
    as_json: AsJson = False,
) -> None:
    """Write a BagIt 1.0 bag with images, documents and indexes, for a library or repository."""
    from migrator.export.bag import export_bag
    from migrator.files.folder import Folder

    console = Console(as_json)
    with _opened(archive_file, learner, mask) as (opened, order):
        sink = Folder(folder)
        done = export_bag(opened, sink, order)
    _say_images(console, done.images)
    _say_documents(console, done.documents)
    console.say(f"The bag's payload: {done.files:,} files, {done.octets:,} bytes.")
    _say_written(console, sink.counts, folder)
    console.result(
        "bagit",
        {
            "folder": str(folder),
            "images": done.images,
            "documents": done.documents,
            "payload_files": done.files,
            "payload_bytes": done.octets,
            **_counts(sink.counts),
        },
    )
    damages = done.images.damages + done.documents.damages
    if damages:
        complain_of_damage(damages, done.images.damaged + done.documents.damaged)


@export.command()
def learner(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The learner's address.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="The package to write.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Write one learner's own package: pictures, documents, collections, a page to look at."""
    from migrator.archive.archive import Archive
    from migrator.export.learner import export_learner

    console = Console(as_json)
    with Archive.read(archive_file) as opened, file_by_file("Packing") as watch:
        done = export_learner(opened, email, file, replace=replace, watch=watch)
    _say_images(console, done.images)
    console.say(f"Collections, with their stories: {done.collections:,}.")
    same = done.became == "already there"
    console.last(f"{file} is there already, the same." if same else f"Written to {file}.")
    console.result(
        "learner",
        {
            "file": str(file),
            "became": done.became,
            "files": done.files,
            "collections": done.collections,
            "images": done.images,
            "documents": done.documents,
        },
    )
    damages = done.images.damages + done.documents.damages
    if damages:
        complain_of_damage(damages, done.images.damaged + done.documents.damaged)


@export.command("bulk-award")
def bulk_award(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The table to write.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    badge_class: Annotated[
        list[str] | None,
        typer.Option(
            "--badge-class",
            metavar="NAME=ID",
            help="The id that the badge class of this name has at the destination; repeat it.",
        ),
    ] = None,
    learner: OnlyLearner = None,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Write the CSV from which Parchment awards badges in bulk, for an issuer's own account.

    Each row asks for a new award and says which badge it replaces. Badges whose recipient's
    address is not known are listed in a file beside it.
    """
    from migrator.export.awards import export_awards
    from migrator.transfer.awards.counterpart import named_id

    console = Console(as_json)
    class_ids = dict(named_id(one, "--badge-class") for one in badge_class or ())
    with _opened(archive_file, learner) as (opened, order):
        done = export_awards(opened, file, class_ids, order, replace=replace)
    if done.without_class_id:
        console.say(
            f"{done.without_class_id:,} rows have no Badge Class ID:"
            " name it with --badge-class NAME=ID, or choose the badge class when importing."
        )
    for why, count in done.reasons.items():
        console.say(f"Left out: {count:,}, because {why}.")
    if done.left_out_at:
        console.say(f"All that were left out are in {done.left_out_at}.")
    there = "is there already, the same" if done.became == "already there" else "written"
    console.last(
        f"{done.badges:,} badges = {done.rows:,} rows + {done.left_out:,} left out; {file} {there}."
    )
    console.result("bulk-award", {"file": str(file), "awards": done})
    if done.left_out:
        raise typer.Exit(3)


@contextmanager
def _opened(
    archive_file: Path, learner: str | None, mask: bool = False
) -> Iterator[tuple[Archive, Order]]:
    """Open the archive and put together what is asked, with progress."""
    from migrator.archive.archive import Archive
    from migrator.archive.holdings import count
    from migrator.export.learner import learner_at
    from migrator.export.order import Order
    from migrator.report.words import masked

    with Archive.read(archive_file) as opened:
        learner_id = None if learner is None else learner_at(opened, learner).id
        with file_by_file("Exporting", count(opened, learner_id)) as watch:
            yield opened, Order(learner_id, masked if mask else str, watch)


def _say_images(console: Console, done: Exported) -> None:
    console.say(
        f"{done.badges:,} badges = {done.found_baked:,} with the picture they were found with"
        f" + {done.baked_by_us:,} baked by badge-migrator"
        f" + {done.without_picture:,} without any picture + {done.damages:,} damaged."
    )


def _say_documents(console: Console, done: DocumentsExported) -> None:
    console.say(
        f"{done.originals:,} original documents, {done.portable:,} portable copies;"
        f" {done.without:,} badges have no document."
    )


def _say_written(console: Console, counts: Written, folder: Path) -> None:
    if counts.beside:
        console.say(
            f"{counts.beside:,} got a name of its own, because a different file had its name"
            " and nothing is overwritten."
        )
    if counts.written:
        console.last(
            f"{counts.written:,} files written to {folder}, {counts.already_there:,} were there."
        )
    else:
        console.last(
            f"Nothing written: all {counts.already_there:,} files are in {folder} already."
        )


def _counts(counts: Written) -> dict[str, int]:
    return {
        "written": counts.written,
        "already_there": counts.already_there,
        "beside": counts.beside,
    }
