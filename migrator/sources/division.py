"""Reading a place that may hold several kinds of source: each file by the adapter that fits.

An adapter that says that the files of a place belong together reads them first; every other file
goes to the adapter that is surest of it alone. What an adapter calls foreign is offered to those
that have not seen it, and what nobody knows is named in a warning: one outcome for each file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from migrator.errors import NotRecognised, SourceUnreadable
from migrator.sources import registry
from migrator.sources.adapter import Adapter, Match
from migrator.sources.found import Foreign, FoundFile, Outcome, Problem, Severity
from migrator.sources.place import (
    Member,
    MemberUnreadable,
    Part,
    Place,
    Selection,
    is_clutter,
    is_zip,
)

Taken = tuple[Adapter, Outcome]
"""An outcome, and the adapter in whose books it is."""

_TRIED = 200
_AT_ONCE = 20_000
_PICTURES = (".png", ".svg")

_UNKNOWN = (
    "No adapter knows what this file is, so no badge was looked for in it{kept}. "
    "If it holds badges, say which kind of source it is: archive FILE --adapter NAME."
)
_NOT_KEPT = (
    "No adapter knows what this file is, and it is larger than {limit} MiB, so it was not looked "
    "into and is not in the archive: `restore` cannot give it back. Keep the ZIP, or unpack it and "
    "keep this file yourself. If it holds badges, unpack it and archive it on its own."
)
_EMPTY = "This file is empty. Download or copy it again."


def divided(place: Place, adapter: Adapter | None = None) -> Division:
    """Return how a place is read: by the adapters that fit, or by the named one alone.

    Raises NotRecognised when no adapter knows anything in it.
    """
    if adapter is not None:
        return Division((adapter,), adapter, named=True)
    known = registry.registry().usable
    try:
        recognised = registry.recognise(place)
    except NotRecognised:
        main = _hidden(place, known)
        if main is None:
            raise
        return Division(known, main)
    claims = ((recognised.adapter, recognised.match), *recognised.others)
    return Division(known, recognised.adapter, wholes=_wholes(claims))


def read_place(place: Place, adapter: Adapter | None = None) -> Iterator[Outcome]:
    """Yield everything a place holds, as `divided` reads it."""
    return (outcome for _, outcome in divided(place, adapter).read(place))


def _hidden(place: Place, known: tuple[Adapter, ...]) -> Adapter | None:
    """Return the adapter sure of one of the first files of a place that shows nothing itself."""
    if place.kind == "file":
        return None
    for member in islice(place.members(), _TRIED):
        claims = _claims(known, Part(place, member)) if member.fault is None else []
        if claims and claims[0][1].confidence >= registry.SURE_ENOUGH:
            return claims[0][0]
    return None


def _wholes(claims: Iterable[tuple[Adapter, Match]]) -> tuple[Adapter, ...]:
    """Return those that say that the files of a place belong together, the surest first."""
    return tuple(
        adapter
        for adapter, match in claims
        if match.whole and match.confidence >= registry.SURE_ENOUGH
    )


def _claims(adapters: tuple[Adapter, ...], place: Place) -> list[tuple[Adapter, Match]]:
    """Return who claims a place, the surest first (of equals the first by name)."""
    claims = [(one, match) for one in adapters if (match := one.detect(place)) is not None]
    return sorted(claims, key=lambda claim: (-claim[1].confidence, claim[0].name))


@dataclass(slots=True)
class Division:
    """Who may read, and `main`, in whose books stands what nobody knows.

    Reads one place; `wholes` are those that claim it as a whole, if that is known already.
    """

    adapters: tuple[Adapter, ...]
    main: Adapter
    named: bool = False
    wholes: tuple[Adapter, ...] | None = None
    # A hundred thousand pictures are not each shown to twenty adapters.
    pictures: dict[str, Adapter] = field(default_factory=dict)

    def read(self, place: Place) -> Iterator[Taken]:
        """Yield all of a place; raises SourceUnreadable when what is one source is unreadable."""
        yield from self._sources(place)
        for member in place.members() if place.in_zip else ():
            # Nothing is said of it, but the ZIP is to come back whole.
            if is_clutter(member) and (file := _kept(place, member)) is not None:
                yield self.main, file

    def _sources(self, place: Place) -> Iterator[Taken]:
        if self.named or place.kind == "file":
            yield from self._by(self.main, place, (self.main.name,))
            return
        wholes, self.wholes = self.wholes, None  # known beforehand for the outermost place
        if wholes is None:
            wholes = _wholes(_claims(self.adapters, place))
        if wholes:
            yield from self._together(place, wholes, ())
            return
        for member in place.members():
            yield from self._member(place, member, ())

    def _together(
        self, place: Place, wholes: tuple[Adapter, ...], passed: tuple[str, ...]
    ) -> Iterator[Taken]:
        """Let those that claim the whole read it in turn, each what the one before left."""
        first, *others = wholes
        passed = (*passed, first.name)
        if not others:
            yield from self._by(first, place, passed)
            return
        left: set[tuple[str, int]] = set()
        for outcome in first.read(place):
            if isinstance(outcome, Foreign) and len(left) < _AT_ONCE:
                left.add((outcome.member.name, outcome.member.copy))
            elif isinstance(outcome, Foreign):
                yield from self._member(outcome.place, outcome.member, passed)
            else:
                yield first, outcome
        yield from self._together(Selection(place, left), tuple(others), passed)

    def _by(self, adapter: Adapter, place: Place, passed: tuple[str, ...]) -> Iterator[Taken]:
        for outcome in adapter.read(place):
            if isinstance(outcome, Foreign):
                yield from self._member(outcome.place, outcome.member, passed)
            else:
                yield adapter, outcome

    def _member(self, place: Place, member: Member, passed: tuple[str, ...]) -> Iterator[Taken]:
        """Yield the outcomes of one file, read by an adapter that has not passed it over."""
        if is_clutter(member):
            return
        part = Part(place, member)
        try:
            if not self._known_picture(member, passed) and _is_zip_inside(place, part, member):
                yield from self._nested(place, member)
                return
        except MemberUnreadable as error:
            yield self.main, replace(place.problem(member, error), file=_kept(place, member))
            return
        except SourceUnreadable as error:  # of a ZIP inside that is one source
            yield self.main, _unreadable(place, member, error, Severity.PROBLEM)
            return
        claim = self._surest(part, member, passed)
        if claim is None:
            yield self.main, _unknown(place, member)
            return
        adapter, sure = claim
        try:
            yield from self._by(adapter, part, (*passed, adapter.name))
        except SourceUnreadable as error:
            severity = Severity.PROBLEM if sure else Severity.WARNING
            yield adapter, _unreadable(place, member, error, severity)

    def _nested(self, place: Place, member: Member) -> Iterator[Taken]:
        nothing = True
        with place.nested(member) as inner:
            for taken in self.read(inner):
                nothing = False
                yield taken
        if nothing:  # not passed over in silence
            yield self.main, _unknown(place, member)

    def _known_picture(self, member: Member, passed: tuple[str, ...]) -> bool:
        return not passed and member.name[-4:].lower() in self.pictures

    def _surest(
        self, part: Part, member: Member, passed: tuple[str, ...]
    ) -> tuple[Adapter, bool] | None:
        """Return the adapter surest of one file, and whether it is sure enough."""
        suffix = member.name[-4:].lower()
        if self._known_picture(member, passed):
            return self.pictures[suffix], True
        able = tuple(one for one in self.adapters if one.name not in passed)
        claims = _claims(able, part)
        if not claims:
            return None
        adapter, match = claims[0]
        sure = match.confidence >= registry.SURE_ENOUGH
        if sure and not passed and suffix in _PICTURES:
            self.pictures[suffix] = adapter
        return adapter, sure


def _is_zip_inside(place: Place, part: Part, member: Member) -> bool:
    return is_zip(part.peek(member, 4)) and place.kind != "file"


def _unknown(place: Place, member: Member) -> Problem:
    locator = place.locator(member)
    try:
        head = place.peek(member, 1)
        file = place.kept(member)
    except MemberUnreadable as error:
        if error.code != "too_large":
            return place.problem(member, error)
        sentence = _NOT_KEPT.format(limit=place.limits.member_bytes // (1 << 20))
        return Problem(locator, "file_not_kept", sentence, severity=Severity.WARNING)
    if not head:
        return Problem(locator, "empty_file", _EMPTY, b"", Severity.WARNING, file)
    sentence = _UNKNOWN.format(kept=", but it is kept as it is" if file else "")
    return Problem(locator, "unknown_file", sentence, b"", Severity.WARNING, file)


def _unreadable(
    place: Place, member: Member, error: SourceUnreadable, severity: Severity
) -> Problem:
    # Not kept: an adapter leaves out passwords and keys, which here nobody has.
    return Problem(place.locator(member), "source_unreadable", str(error), severity=severity)


def _kept(place: Place, member: Member) -> FoundFile | None:
    """Return a member of a ZIP whole, if its bytes can be had."""
    try:
        return place.kept(member)
    except MemberUnreadable:
        return None
