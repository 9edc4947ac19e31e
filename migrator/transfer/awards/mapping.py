"""The mapping of legacy badge classes to one's own: gathered, shown first, made, and saved."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from migrator.archive import award_mapping
from migrator.archive.archive import Archive
from migrator.archive.award_mapping import LegacyClass, Mapped
from migrator.archive.awards import Legacy
from migrator.archive.lease import leased
from migrator.destinations.base import NotAccepted, TryLater
from migrator.destinations.issuing import (
    IssuerSession,
    NewBadgeClass,
    NewIssuer,
    OwnBadgeClass,
    OwnIssuer,
)
from migrator.openbadges import baking
from migrator.openbadges.model import Unreadable
from migrator.transfer import recipients
from migrator.transfer.awards.counterpart import Action, Group, Line, Theirs
from migrator.transfer.awards.reaward import Choice, candidates

_LONGEST_URL = 254
_PICTURES = ("image/png", "image/svg+xml")
_NO_PICTURE = (
    "the archive holds no PNG or SVG picture of it to make it with: make it at the destination,"
    " then name it with --badge-class"
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What there is to be mapped: groups with their badges, and badges without a badge class."""

    groups: tuple[Group, ...]
    badges: int
    nameless: int


def gather(archive: Archive, destination_id: int, choice: Choice) -> Gathered:
    """Return the badges that were asked for, by name of issuer and badge class."""
    recipients.assign(archive)
    badges: Counter[int] = Counter()
    obstacles: dict[int, Counter[str]] = {}
    nameless = 0
    for badge, _to, against in candidates(archive, destination_id, choice, {}):
        key = badge.badge_class_id
        if key is None:
            nameless += 1
            continue
        badges[key] += 1
        if against is not None and against != "not_mapped":
            obstacles.setdefault(key, Counter())[against] += 1
    names: dict[tuple[str, str], list[LegacyClass]] = {}
    for key in badges:
        one = award_mapping.legacy_class(archive, key)
        names.setdefault((one.issuer, one.name), []).append(one)
    groups = tuple(_group(archive, names[name], badges, obstacles) for name in sorted(names))
    return Gathered(groups, badges.total() + nameless, nameless)


def _group(
    archive: Archive,
    classes: list[LegacyClass],
    badges: Counter[int],
    obstacles: dict[int, Counter[str]],
) -> Group:
    ids = tuple(one.badge_class_id for one in classes)
    against: Counter[str] = Counter()
    for one in ids:
        against.update(obstacles.get(one, {}))
    return Group(
        classes[0].issuer,
        classes[0].name,
        ids,
        sum(badges[one] for one in ids),
        tuple(sorted(against.items())),
        "" if picture(archive, classes) is not None else _NO_PICTURE,
        next((url for one in classes if (url := _web(one.issuer_url))), None),
    )


def theirs(session: IssuerSession) -> Theirs:
    """Return what the account has at the destination: two requests."""
    return Theirs(tuple(session.issuers()), tuple(session.badge_classes()))


def picture(archive: Archive, classes: Iterable[LegacyClass]) -> bytes | None:
    """Return a picture of a badge class that carries nobody's badge, None when there is none."""
    for one in classes:
        for data in (*award_mapping.artworks_of(archive, one.badge_class_id), *_inside(one.image)):
            if _is_bare(data):
                return data
    return None


def _inside(image: str | None) -> Iterator[bytes]:
    head, comma, body = (image or "").partition(",")
    if comma and head.startswith("data:") and head.endswith(";base64"):
        try:
            yield base64.b64decode(body, validate=True)
        except binascii.Error:
            return


def _is_bare(data: bytes) -> bool:
    if baking.sniff(data) not in _PICTURES:
        return False
    try:
        return not baking.unbake(data).baked
    except Unreadable:
        return False


def _web(url: str | None) -> str | None:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return url if is_web and len(url or "") <= _LONGEST_URL else None


def apply(
    archive: Archive,
    destination_id: int,
    session: IssuerSession,
    lines: Iterable[Line],
    watch: Callable[[Line], None],
) -> list[Line]:
    """Make what is to be made and save every line that has a counterpart; returns what is now.

    That something is being made is saved before it is asked for, so that a stop at any moment
    leaves nothing that would be made twice: the next mapping finds it by its name. What the
    destination will not have made becomes a line without counterpart and stops nothing. Raises
    TryLater and SignInFailed; what was made until then is saved.
    """
    agreed = [one for one in lines if one.action is not Action.NONE]
    done: list[Line] = []
    with leased(archive, f"reaward:{destination_id}", "reaward map") as lease:
        maker = _Maker(archive, session)
        for line in agreed:
            now = line
            if line.action is Action.CREATE:
                _save(archive, destination_id, session, line)
                now = maker.made(line)
            if now.action is not Action.NONE:
                _save(archive, destination_id, session, now)
            lease.renew()
            done.append(now)
            watch(now)
    return done


def _save(archive: Archive, destination_id: int, session: IssuerSession, line: Line) -> None:
    account = session.credentials.username
    award_mapping.save(
        archive,
        destination_id,
        [
            Mapped(
                *(one, account, line.issuer_id, line.issuer),
                *(line.badge_class_id, line.badge_class, line.made),
            )
            for one in line.group.ids
        ],
    )


class _Maker:
    """Makes issuers and badge classes, each once; where an answer is lost it looks for them."""

    def __init__(self, archive: Archive, session: IssuerSession) -> None:
        self._archive = archive
        self._session = session
        self._issuers: dict[str, OwnIssuer] = {}

    def made(self, line: Line) -> Line:
        """Return a line with the ids of what was made for it, or with why it could not be made."""
        try:
            issuer_id = line.issuer_id or self._issuer(line).remote_id
            made = self._badge_class(issuer_id, line)
        except NotAccepted as error:
            return Line(line.group, Action.NONE, why=str(error))
        return Line(
            *(line.group, line.action, issuer_id, line.issuer, made.remote_id, made.name),
            made=True,
        )

    def _issuer(self, line: Line) -> OwnIssuer:
        known = self._issuers.get(line.issuer)
        if known is not None:
            return known
        new = NewIssuer(
            line.issuer,
            line.group.issuer_url or "",
            next(iter(self._session.addresses.verified), ""),
            f"Awards badges anew that {line.issuer} had issued.",
        )
        try:
            made = self._session.create_issuer(new)
        except TryLater as error:
            there = [one for one in self._session.issuers() if one.name == line.issuer]
            if not error.sent or not there:
                raise
            made = there[0]
        self._issuers[line.issuer] = made
        return made

    def _badge_class(self, issuer_id: str, line: Line) -> OwnBadgeClass:
        new = self._new(line.group)
        try:
            return self._session.create_badge_class(issuer_id, new)
        except TryLater as error:
            there = [
                one
                for one in self._session.badge_classes()
                if one.issuer_id == issuer_id and one.name == new.name
            ]
            if not error.sent or not there:
                raise
            return there[0]

    def _new(self, group: Group) -> NewBadgeClass:
        classes = [award_mapping.legacy_class(self._archive, one) for one in group.ids]
        first = classes[0]
        criteria_url = _web(first.criteria_url)
        narrative = first.criteria_narrative
        if not criteria_url and not narrative:
            narrative = "The criteria of the original badge are not known."
        return NewBadgeClass(
            name=first.name,
            description=(first.description or "").strip() or first.name,
            image=picture(self._archive, classes) or b"",
            criteria_url=criteria_url,
            criteria_narrative=narrative,
            tags=award_mapping.tags_of(self._archive, first.badge_class_id),
            alignments=tuple(
                one
                for one in award_mapping.alignments_of(self._archive, first.badge_class_id)
                if _web(one[1])
            ),
        )


def hindered(archive: Archive, destination_id: int, choice: Choice) -> Iterator[tuple[Legacy, str]]:
    """Yield every badge that was asked for and cannot be awarded anew, whatever the mapping."""
    for badge, _to, against in candidates(archive, destination_id, choice, {}):
        if against is not None and against != "not_mapped":
            yield badge, against
