"""Gleaning: from what passes by in WARC files, the best copy of each wanted address is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Self
from urllib.parse import urljoin

from migrator.archive.web.answers import WebAnswer
from migrator.openbadges.address import askable
from migrator.recover.capture import Capture
from migrator.recover.fitting import unfit
from migrator.recover.search import Want
from migrator.recover.spelling import place
from migrator.sources.warc import Saved, moment

ORIGIN = "warc"
_MOST_LEADS = 16
"""How many redirects and repetitions of one address are followed."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy that was met: how well it fits (smaller is better) and where its bytes wait."""

    rank: tuple[int, int]
    moment: str
    at: int
    size: int
    media_type: str
    uri: str
    label: str


@dataclass(frozen=True, slots=True)
class _Lead:
    """A trace that leads elsewhere: a redirect, or a repetition of what was saved before."""

    want: Want
    saved: Saved
    label: str


class Gleaning:
    """The wanted addresses of one pass, and what was found of them.

    Bodies wait in a temporary file, so that memory holds only what is wanted, never the files.
    """

    def __init__(self, wants: Iterable[Want]) -> None:
        self._places: dict[str, list[tuple[Want, _Lead | None]]] = {}
        for want in wants:
            self._places.setdefault(place(want.link.url), []).append((want, None))
        self._best: dict[Want, _Copy] = {}
        self._leads: dict[Want, list[_Lead]] = {}
        self._same: dict[str, _Copy] = {}
        self._why: dict[Want, str] = {}
        self._spool = TemporaryFile()  # noqa: SIM115 - closed when the gleaning is

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def wanted(self, uri: str) -> bool:
        """Say whether an address is one of the wanted, in any spelling."""
        return place(uri) in self._places

    def take(self, saved: Saved, label: str) -> None:
        """Look at what a record has of a wanted address, and keep it if it is the best so far."""
        for want, lead in self._places.get(place(saved.uri), ()):
            if saved.body is None or 300 <= saved.status < 400:
                leads = self._leads.setdefault(want, [])
                if not saved.trouble and len(leads) < _MOST_LEADS:
                    leads.append(_Lead(want, saved, label))
                elif saved.trouble:
                    self._why.setdefault(want, saved.trouble)
            elif saved.status == 200:
                self._consider(want, lead, saved, saved.body, label)

    def _consider(
        self, want: Want, lead: _Lead | None, saved: Saved, body: bytes, label: str
    ) -> None:
        why = unfit(want.link.kind, body)
        if why:
            self._why.setdefault(want, why)
            return
        if lead and lead.saved.is_revisit and lead.saved.checksum not in ("", saved.checksum):
            return  # not the answer that was repeated
        when = lead.saved.moment if lead and lead.saved.is_revisit else saved.moment
        rank = _rank(when, moment(want.since))
        best = self._best.get(want)
        if best is not None and best.rank <= rank:
            return
        at = self._spool.seek(0, 2)
        self._spool.write(body)
        copy = _Copy(rank, when, at, len(body), saved.media_type, saved.uri, label)
        self._best[want] = copy
        if saved.checksum:
            self._same.setdefault(saved.checksum, copy)

    def follow(self) -> bool:
        """Turn to where redirects and repetitions lead; returns whether there is anything to read.

        A repetition of what has passed by already is resolved at once.
        """
        places: dict[str, list[tuple[Want, _Lead | None]]] = {}
        for want, leads in self._leads.items():
            for lead in leads:
                if lead.saved.is_revisit and self._repeats(lead):
                    continue
                target = None if want in self._best else _target(lead.saved)
                if target is not None:
                    places.setdefault(place(target), []).append((want, lead))
        self._places, self._leads = places, {}
        return bool(places)

    def _repeats(self, lead: _Lead) -> bool:
        copy = self._same.get(lead.saved.checksum) if lead.saved.checksum else None
        if copy is None:
            return False
        rank = _rank(lead.saved.moment, moment(lead.want.since))
        best = self._best.get(lead.want)
        if best is None or rank < best.rank:
            self._best[lead.want] = _Copy(
                *(rank, lead.saved.moment, copy.at, copy.size, copy.media_type),
                *(lead.saved.uri, lead.label),
            )
        return True

    def answers(self) -> Iterator[WebAnswer]:
        """Yield what was found, each with its body."""
        for want, copy in self._best.items():
            self._spool.seek(copy.at)
            body = self._spool.read(copy.size)
            since = moment(want.since)
            early = "; saved before the badge was issued" if copy.moment < since else ""
            known = Capture(copy.moment, copy.uri).captured_at if copy.moment else None
            yield WebAnswer(
                want.link.url,
                ORIGIN,
                want.link.kind,
                "recovered",
                captured_at=known,
                status=200,
                final_url=copy.uri if copy.uri != want.link.url else None,
                media_type=copy.media_type or None,
                body=body,
                detail=f"from {copy.label}{early}",
            )

    def in_vain(self) -> dict[str, str]:
        """Return {address: why} of wanted addresses that were met, but not as they should be."""
        return {want.link.url: why for want, why in self._why.items() if want not in self._best}


def _rank(when: str, since: str) -> tuple[int, int]:
    """Return how well a moment fits: nearest not before the award, then nearest before it."""
    return (0, int(when or 0)) if when >= since else (1, -int(when or 0))


def _target(saved: Saved) -> str | None:
    if saved.is_revisit and not 300 <= saved.status < 400:
        target = saved.refers_to
        return askable(target) if place(target) != place(saved.uri) else None
    try:
        target = urljoin(saved.uri, saved.location) if saved.location else ""
    except ValueError:
        return None
    return askable(target) if place(target) != place(saved.uri) else None
