"""`badge-migrator album`: a learner's badges as a small web site, to look at and to give away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from migrator.export.album.write import Bound


def album(
    learner: Annotated[
        str, typer.Option("--learner", metavar="EMAIL", help="The learner's address.")
    ],
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", help="Where it goes (the file's name with --zip)."),
    ] = None,
    as_zip: Annotated[bool, typer.Option("--zip", help="Write one ZIP to send.")] = False,
    name: Annotated[
        str | None, typer.Option("--name", help="What to call the learner on its pages.")
    ] = None,
    with_deleted: Annotated[
        bool, typer.Option("--with-deleted", help="Show badges that the learner had deleted too.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the album (or ZIP) that is there.")
    ] = False,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Make a learner's album: pages to look at, without the internet, each badge to download.

    Open index.html in the folder. The pages show no e-mail address unless no name is known; the
    pictures themselves hold the badges, and with them the address each was awarded to.
    """
    from migrator.archive.archive import Archive
    from migrator.archive.holdings import count
    from migrator.cli.restore import file_by_file
    from migrator.export.album.write import album_folder, album_zip, write_album
    from migrator.export.learner import learner_at
    from migrator.export.order import Order
    from migrator.files.names import safe

    console = Console(as_json)
    with Archive.read(archive_file) as opened:
        found = learner_at(opened, learner)
        who = name or found.name or found.addresses[0]
        ending = ".zip" if as_zip else ""
        target = to or Path(safe(f"album-{found.addresses[0]}{ending}"))
        into = album_zip if as_zip else album_folder
        with (
            file_by_file("Making the album", count(opened, found.id)) as watch,
            into(target, replace=replace) as sink,
        ):
            done = write_album(
                opened, sink, Order(found.id, watch=watch), who, with_deleted=with_deleted
            )
    _say(console, done, target, as_zip=as_zip)


def _say(console: Console, done: Bound, target: Path, *, as_zip: bool) -> None:
    from migrator.cli.restore import complain_of_damage

    standings = " + ".join(f"{count:,} {what}" for what, count in sorted(done.standings.items()))
    console.say(f"{done.badges:,} badges = {standings or '0'}.")
    if done.without_picture:
        console.say(f"{done.without_picture:,} have no picture; a letter stands in its place.")
    if done.left_out:
        console.say(
            f"{done.left_out:,} are left out, because the learner had deleted them"
            " (--with-deleted shows them)."
        )
    front = target if as_zip else target / "index.html"
    console.last(f"Written. {'Send' if as_zip else 'Open'} {front}")
    console.result("album", {"at": str(front), "album": done})
    if done.damaged:
        complain_of_damage(len(done.damaged), done.damaged)
