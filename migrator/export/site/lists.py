"""The lists of a restored site: every file and its origin, what is missing, every badge."""

from __future__ import annotations

import json
from collections.abc import Iterable

from migrator.archive.archive import Archive
from migrator.archive.web import addressed
from migrator.archive.web.wanted import Place, Wanted
from migrator.export.site.readme import MISSING_HEAD, missing_lines
from migrator.files.sink import Draft, Sink
from migrator.files.table import Rows, line

MANIFEST = "manifest.json"
_COLUMNS = (
    *("url", "file", "found_by", "media_type", "sha256", "bytes", "kind", "came_from"),
    *("captured_at", "needed", "badges", "for", "also", "note"),
)
_MISSING = ("url", "kind", "needed", "why", "badges", "for")
_BADGES = ("badge", "identity", "all_here", "missing", "other_hosts_needed")
_FEW = 5
_IN_WORDS = 200


class Lists:
    """Writes the lists of one host."""

    def __init__(self, archive: Archive, wanted: Wanted, host: str) -> None:
        self._archive = archive
        self._wanted = wanted
        self._host = host

    def manifest(self, table: Draft, objects: Draft) -> None:
        """Write manifest.csv and manifest.json: every file, by address."""
        rows = Rows(table, _COLUMNS)
        objects.write(head(self._host))
        comma = "\n"
        for place in self._wanted.places(self._host, missing=False):
            entry = self._entry(place)
            rows.add(_flat(entry[column]) for column in _COLUMNS)
            objects.write(comma + json.dumps(entry, ensure_ascii=False))
            comma = ",\n"
        objects.write("\n]}\n")

    def missing(self, sink: Sink) -> tuple[int, int]:
        """Write missing.csv and MISSING.txt; returns how many are needed, and how many not."""
        needed = others = 0
        said: list[tuple[str, str, bool, str, str]] = []
        with sink.draft("missing.csv", line(_MISSING)) as draft:
            rows = Rows(draft, _MISSING)
            for place in self._wanted.places(self._host, missing=True):
                badges = self._badges(place)
                rows.add(
                    (place.url, place.kind, _yes(place.needed), place.why, place.badges, badges)
                )
                needed += place.needed
                others += not place.needed
                if len(said) < _IN_WORDS:
                    said.append((place.kind, place.url, place.needed, place.why, badges))
        with sink.draft("MISSING.txt", MISSING_HEAD) as draft:
            draft.write(f"{MISSING_HEAD}{self._host}\n\n{missing_lines(said, needed + others)}")
        return needed, others

    def badges(self, draft: Draft) -> tuple[int, int]:
        """Write badges.csv; returns how many badges there are, and how many have all they need."""
        rows = Rows(draft, _BADGES)
        badges = complete = 0
        for assertion_id, lacks in self._wanted.badges(self._host):
            name, identity = addressed.called(self._archive, assertion_id)
            missing = self._wanted.lacked(assertion_id, self._host) if lacks else []
            elsewhere = self._wanted.elsewhere(assertion_id, self._host)
            rows.add((name, identity, _yes(not lacks), " ".join(missing), " ".join(elsewhere)))
            badges += 1
            complete += not lacks
        return badges, complete

    def _entry(self, place: Place) -> dict[str, object]:
        spellings = self._wanted.spellings(place.id)
        return {
            "url": place.url,
            "file": f"site/{place.file}",
            "found_by": place.how,
            "media_type": place.media_type,
            "sha256": place.digest,
            "bytes": place.size,
            "kind": place.kind,
            "came_from": place.origin,
            "captured_at": place.captured_at,
            "needed": place.needed,
            "badges": place.badges,
            "for": self._badges(place),
            "also": [one for one in spellings if one != place.url],
            "note": "; ".join(one for one in (place.note, place.why) if one),
        }

    def _badges(self, place: Place) -> str:
        ids = self._wanted.badges_of(place.id, _FEW)
        names = dict.fromkeys(addressed.called(self._archive, one)[0] for one in ids)
        more = place.badges - len(ids)
        return ", ".join(names) + (f" and {more:,} more" if more else "")


def head(host: str) -> str:
    """Return how the manifest of a host begins."""
    return f'{{"made_by": "badge-migrator", "host": {json.dumps(host)}, "files": ['


def _flat(value: object) -> object:
    if isinstance(value, bool):
        return _yes(value)
    return " ".join(value) if isinstance(value, list) else value


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def first_line(columns: Iterable[str] = _COLUMNS) -> str:
    """Return how manifest.csv begins."""
    return line(columns)
