"""Captures: what a web archive has of an address and from when, and which of them to take."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from migrator.recover.spelling import place
from migrator.sources.warc import moment

_MOMENT = re.compile(r"\d{14}")
_SURT = re.compile(r"[^/:)]+(:\d+)?\)/")
_SYNONYMS = {"url": "original", "mime": "mimetype", "status": "statuscode"}
REVISIT = "warc/revisit"


class NotAnIndex(ValueError):
    """An answer that is no list of captures."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture: when (14 digits, UTC), of which spelling, and what it is said to be.

    `status` is 0 where the index does not say (revisits); `checksum` "" where it has none.
    """

    moment: str
    original: str
    media_type: str = ""
    status: int = 0
    checksum: str = ""

    @property
    def captured_at(self) -> str:
        """When it was captured, as ISO 8601 UTC."""
        day, time = self.moment[:8], self.moment[8:]
        return f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"

    @property
    def usable(self) -> bool:
        """Whether it is said to be a document: a 200, or a repetition of one."""
        return self.status == 200 or (self.status == 0 and self.media_type == REVISIT)

    @property
    def redirects(self) -> bool:
        """Whether it leads on to another address."""
        return 300 <= self.status < 400


@dataclass(frozen=True, slots=True)
class Index:
    """The captures of one answer.

    `rows` counts what was listed, `folds` says that the archive looks up all spellings of an
    address at once, `note` why there is nothing.
    """

    captures: tuple[Capture, ...]
    rows: int
    folds: bool
    note: str = ""


def read_index(body: bytes, url: str) -> Index:
    """Read what a CDX server answers about an address; raises NotAnIndex.

    A JSON list whose first row names the columns (the Wayback Machine), or a JSON object a line
    (pywb). Rows that make no sense or are of another address are left out; an empty answer is an
    empty list. Source: reference/badge-formats.md 1.13.
    """
    text = body.decode("utf-8", "replace").strip()
    rows = list(_rows(text)) if text else []
    wanted = place(url)
    found = (_capture(row) for row in rows)
    kept = tuple(one for one in found if one is not None and place(one.original) == wanted)
    folds = any(_SURT.match(str(row.get("urlkey", ""))) for row in rows)
    return Index(kept, len(rows), folds)


def preferred(captures: Iterable[Capture], since: str | None) -> list[Capture]:
    """Return captures in the order to try: nearest not before a moment, then nearest before it.

    `since` is ISO 8601 (a day or more), None for the oldest first.
    """
    start = moment(since)
    later = sorted((one for one in captures if one.moment >= start), key=_when)
    earlier = sorted((one for one in captures if one.moment < start), key=_when, reverse=True)
    return [*later, *earlier]


def _when(capture: Capture) -> str:
    return capture.moment


def _rows(text: str) -> Iterator[dict[str, Any]]:
    try:
        if text[:1] == "[":
            header, *rest = json.loads(text) or [[]]
            for row in rest:
                yield dict(zip(header, row, strict=False))
            return
        for line in text.splitlines():
            row = json.loads(line)
            yield {_SYNONYMS.get(name, name): value for name, value in row.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise NotAnIndex("the answer is no list of captures") from error


def _capture(row: dict[str, Any]) -> Capture | None:
    when, original = str(row.get("timestamp", "")), row.get("original")
    if not _MOMENT.fullmatch(when) or not isinstance(original, str):
        return None
    status = str(row.get("statuscode", ""))
    checksum = row.get("digest")
    return Capture(
        when,
        original,
        str(row.get("mimetype", "")).lower(),
        int(status) if re.fullmatch(r"[1-5]\d\d", status) else 0,
        checksum if isinstance(checksum, str) and checksum != "-" else "",
    )
