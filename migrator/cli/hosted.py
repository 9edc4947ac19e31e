"""What a plan says of badges that live at the very backpack they were read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.archive.hosting import Hosted
    from migrator.cli.console import Console


def say_hosted(opened: Archive, saved: SavedDestination, console: Console) -> list[Hosted]:
    """Say which badges the destination must fetch from the very backpack they were read from."""
    from migrator.archive.hosting import hosted_by_sources, is_any_live
    from migrator.cli.live import host_names
    from migrator.report.words import badges, plain

    if not is_any_live(opened):
        return []  # the adapters need not be asked
    found = hosted_by_sources(opened, saved, host_names())
    for one in found:
        verb, them = ("is", "it") if one.badges == 1 else ("are", "them")
        console.say(
            f"{badges(one.badges)} {verb} hosted by {plain(one.host)} itself, the old backpack:"
            f" the new one must fetch {them} there. Push while it still answers; once that is"
            f" switched off, only this archive has {them}."
        )
    return found
