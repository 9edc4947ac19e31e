"""What a page says before it is HTML, JSON or CSV: facts, a table, and what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from migrator.archive.archive import Archive

LARGEST_ID = 2**63 - 1
"""SQLite has no larger number for a row."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: the parts of its path, its query, and whether addresses may show.

    `format` is "html", "csv" or "json"; `desk` says what the person may do here.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    format: str
    addresses: bool = True
    act: bool = False

    def number(self, name: str) -> int:
        """Return a number of the path; raises KeyError where no row can have it."""
        value = int(self.path[name])
        if value > LARGEST_ID:
            raise KeyError(value)
        return value

    @property
    def after(self) -> int:
        """After which row the page begins, 0 for the first page."""
        text = self.query.get("after", "")
        return min(int(text), LARGEST_ID) if text.isascii() and text.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class View:
    """A page: `facts` for its template and for JSON, `columns` and `rows` for CSV.

    With `goes_to` it is no page but says where the page is.
    """

    template: str
    title: str
    facts: dict[str, Any]
    columns: tuple[str, ...] = ()
    rows: Iterable[tuple[Any, ...]] = field(default=())
    goes_to: str | None = None


Work: TypeAlias = Callable[[Archive, Asked], View]
"""Makes a page out of the archive; raises KeyError where there is no such thing."""
