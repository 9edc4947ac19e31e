"""Open Badge Factory: an organisation's awards by its API, saved or live, and the plug-in's CSV.

The API says who got which badge when, but not where the badge is hosted; the CSV of the Moodle
plug-in has names in place of addresses. Both are told. Reference page badge-formats.md, 1.10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from migrator.sources.adapter import Match
from migrator.sources.beginning import judged
from migrator.sources.found import Bookmark, Outcome, Problem, Severity, Yielded
from migrator.sources.jsonfile import JsonFile, begins_json
from migrator.sources.jsontext import JsonText
from migrator.sources.live import Live, LivePlace
from migrator.sources.place import Member, MemberUnreadable, Place
from migrator.sources.window import decompressed_head

from ._obf_award import Awards
from ._obf_history import is_history, read_history
from ._obf_known import Known, kind_of, nothing_known
from ._obf_live import Factory

_HEAD = 64 << 10
_NO_RECIPIENTS = (
    "Events in it that say nothing of to whom they awarded: {}. Save the answers of "
    "/v2/event/CLIENT/recipient (all pages) beside them, and archive the folder again."
)


class OpenBadgeFactory:
    """Saved pages of events, recipients and badges (v2, or v1 in lines), CSV, or live."""

    name = "open-badge-factory"
    title = "Open Badge Factory"
    reads = "an organisation's events and recipients from Open Badge Factory's API, or its plug-in"
    live = Live(
        "open-badge-factory:https://openbadgefactory.com",
        account="the organisation's client id (Admin tools, API key)",
        secret="the client secret",  # noqa: S106 (what is asked for)
    )

    def detect(self, place: Place) -> Match | None:
        """Look for the API's keys, or for the columns of the plug-in's CSV."""
        match = judged(place, _judge)
        return match and replace(match, whole=place.kind != "file")

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield every award; first what they name is read, then they."""
        with nothing_known() as known:
            if isinstance(place, LivePlace):
                yield from _live(place, known)
                return
            for member in place.members():
                yield from _first(place, member, known)
            for member in place.members():
                yield from _second(place, member, known)
            if known.untold():
                sentence = _NO_RECIPIENTS.format(known.untold())
                severity = Severity.WARNING
                yield Problem(place.label, "recipients_missing", sentence, severity=severity)


def _judge(head: bytes) -> Match | None:
    if not begins_json(head):
        if is_history(head[: _HEAD // 4]):
            return Match(90, "It is the history of awards of Open Badge Factory's plug-in.")
        return None
    kinds = {kind_of(entry) for entry in _ENTRIES.first(head)} - {""}
    if kinds & {"recipient", "event"}:
        return Match(93, "It holds awards as Open Badge Factory's API lists them.")
    return Match(80, "It describes badges of Open Badge Factory.") if kinds else None


_ENTRIES = JsonFile(lambda value: kind_of(value) != "", inside=frozenset({"result"}))


def _live(place: LivePlace, known: Known) -> Iterator[Yielded]:
    factory = Factory(place)
    factory.learn(known)
    awards = Awards(known, place.base)
    for offset, entries in factory.recipients():
        for number, entry in enumerate(entries, offset + 1):
            yield from awards.of(f"{place.label}, award {number}", entry)
        yield Bookmark(str(offset + len(entries)))


def _ours(place: Place, member: Member) -> bytes | None:
    """Return the beginning of a file that is ours, None for another."""
    head = decompressed_head(place.peek(member, _HEAD))
    return head if place.kind == "file" or _judge(head) else None


def _first(place: Place, member: Member, known: Known) -> Iterator[Yielded]:
    """Learn what a file says of events and badges; what is not ours is foreign."""
    try:
        head = _ours(place, member)
        if head is None:
            yield place.foreign(member)
        elif begins_json(head):
            with place.open(member) as stream:
                text = JsonText(stream, inside=_ENTRIES.inside, is_one=_ENTRIES.is_one)
                for item in text:
                    if isinstance(item.value, dict):
                        known.learn(item.value)
    except MemberUnreadable as error:
        yield place.problem(member, error)


def _second(place: Place, member: Member, known: Known) -> Iterator[Outcome]:
    """Yield the awards of a file."""
    try:
        head = _ours(place, member)
        if head is None:
            return
        if begins_json(head):
            yield from _ENTRIES.read(place, member, Awards(known).entry)
        else:
            yield from read_history(place, member)
    except MemberUnreadable:
        return  # told before
