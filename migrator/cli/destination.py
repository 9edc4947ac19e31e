"""What `--to` means: a destination named in full, or the one this archive already knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator import errors

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.destinations.base import Destination


def resolve(opened: Archive, text: str) -> tuple[Destination, SavedDestination]:
    """Return the destination and the archive's row for it; raises Usage when it is not clear."""
    from migrator.archive import accounts
    from migrator.destinations import registry

    saved = accounts.destinations(opened)
    for one in saved:
        if one.name == text:
            return registry.resolve(one.name), one
    of_kind = [one for one in saved if one.kind == text]
    if len(of_kind) == 1:
        return registry.resolve(of_kind[0].name), of_kind[0]
    if len(of_kind) > 1:
        raise errors.Usage(
            f"This archive knows several destinations of the kind {text}:"
            f" {', '.join(one.name for one in of_kind)}.",
            "Name one of them in full after --to.",
        )
    destination = registry.resolve(text)
    return destination, accounts.save_destination(opened, destination.kind, destination.url)
