"""Documents inside a file that is no folder or ZIP, offered to other adapters as its members."""

from __future__ import annotations

import functools
import io

from migrator.sources.found import Foreign, FoundFile
from migrator.sources.image import KEPT
from migrator.sources.place import Member, Place


class Inside(Place):
    """A file as a place whose members an adapter has taken out of it, such as a web archive's.

    `foreign_document` makes what the adapter yields for what another adapter may know.
    """

    def __init__(self, whole: Place, label: str) -> None:
        self.path, self.limits, self.depth = whole.path, whole.limits, whole.depth
        self.settings = whole.settings
        self.label = label
        self.kind = "zip"
        self._file = self._zip = None

    @property
    def in_zip(self) -> bool:
        """Whether the members are packed: nobody has them as files of their own."""
        return True

    def kept(self, member: Member, data: bytes | None = None) -> FoundFile | None:
        """Return the member to be kept although it is no badge; None when it is long."""
        return super().kept(member, data) if member.size <= KEPT else None

    def foreign_document(self, name: str, data: bytes, copy: int = 1) -> Foreign:
        """Return what to yield for a document of this name; `copy` counts those of one name."""
        member = Member(name, len(data), copy, source=functools.partial(io.BytesIO, data))
        return self.foreign(member)
