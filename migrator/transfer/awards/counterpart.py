"""Which badge class of one's own stands for which legacy one: decided here, agreed to by a person.

Pure: legacy badge classes, what there is at the destination, and a person's wishes go in; a line
for each legacy badge class comes out, also for those that have no counterpart.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from migrator.archive.award_mapping import Mapped
from migrator.destinations.issuing import OwnBadgeClass, OwnIssuer
from migrator.errors import Usage

COLUMNS = ("issuer", "badge_class", "remote_issuer", "remote_badge_class")
"""The columns of a mapping in CSV; names of the legacy ones, ids of one's own."""


@dataclass(frozen=True, slots=True)
class Group:
    """Legacy badge classes that go by one name with one issuer (`ids`), and how many badges.

    `obstacles` are (reason, badges) of those that cannot be awarded anew; `can_be_made` says why
    one's own cannot be made from the archive ("" when it can).
    """

    issuer: str
    badge_class: str
    ids: tuple[int, ...]
    badges: int = 0
    obstacles: tuple[tuple[str, int], ...] = ()
    cannot_be_made: str = ""
    issuer_url: str | None = None


@dataclass(frozen=True, slots=True)
class Theirs:
    """What the account has at the destination."""

    issuers: tuple[OwnIssuer, ...] = ()
    badge_classes: tuple[OwnBadgeClass, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person has said: ids by legacy name, and whether to make what is missing.

    `badge_classes` by (issuer, name); an issuer of "" means any.
    """

    issuers: Mapping[str, str] = field(default_factory=dict)
    badge_classes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    create_missing: bool = False


class Action(StrEnum):
    """How a legacy badge class comes by its counterpart."""

    KEPT = "kept"
    NAMED = "named"
    FOUND = "found"
    CREATE = "create"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the mapping; without ids what is to be made; `why` tells why there is none."""

    group: Group
    action: Action
    issuer_id: str | None = None
    issuer: str = ""
    badge_class_id: str | None = None
    badge_class: str = ""
    made: bool = False
    why: str = ""


def decide(
    groups: Iterable[Group], saved: Mapping[int, Mapped], theirs: Theirs, wishes: Wishes
) -> list[Line]:
    """Return a line for each group: as saved before, as wished, found by its name, or to be made.

    Raises Usage for a wish that nothing at the destination, or nobody of the archive, answers to.
    """
    found = list(groups)
    _check(found, theirs, wishes)
    return [_line(group, saved, theirs, wishes) for group in found]


def _line(group: Group, saved: Mapping[int, Mapped], theirs: Theirs, wishes: Wishes) -> Line:
    before = [saved[one] for one in group.ids if one in saved]
    made = any(one.made for one in before)
    wish = _wished(group, wishes)
    if wish is not None:
        return _to(group, Action.NAMED, _class(theirs, wish), theirs)
    for one in before:
        if (known := _class(theirs, one.remote_badge_class_id)) is not None:
            return _to(group, Action.KEPT, known, theirs, made=made)
    issuer = _issuer(group, theirs, wishes)
    found = _by_name(group, issuer, theirs)
    if found is not None:
        return _to(group, Action.FOUND, found, theirs, made=made)
    return _to_make(group, issuer, wishes)


def _to(
    group: Group,
    action: Action,
    badge_class: OwnBadgeClass | None,
    theirs: Theirs,
    *,
    made: bool = False,
) -> Line:
    assert badge_class is not None, "checked before"
    by = next((one for one in theirs.issuers if one.remote_id == badge_class.issuer_id), None)
    return Line(
        group,
        action,
        badge_class.issuer_id,
        by.name if by else "",
        badge_class.remote_id,
        badge_class.name,
        made,
    )


def _to_make(group: Group, issuer: OwnIssuer | None, wishes: Wishes) -> Line:
    why = ""
    if not wishes.create_missing:
        why = "nothing there goes by this name: name one with --badge-class, or --create-missing"
    elif group.cannot_be_made:
        why = group.cannot_be_made
    elif issuer is not None and not issuer.edits:
        why = f"your role with {issuer.name} does not allow making badge classes"
    elif issuer is None and not group.issuer:
        why = "it does not say who issued it: name an issuer of yours with --badge-class"
    elif issuer is None and not group.issuer_url:
        why = "its issuer has no web address to make one with: name one of yours with --issuer"
    if why:
        return Line(group, Action.NONE, why=why)
    name = issuer.name if issuer else group.issuer
    issuer_id = issuer.remote_id if issuer else None
    return Line(group, Action.CREATE, issuer_id, name, None, group.badge_class, made=True)


def _wished(group: Group, wishes: Wishes) -> str | None:
    names = {(_same(a), _same(b)): id_ for (a, b), id_ in wishes.badge_classes.items()}
    name = _same(group.badge_class)
    return names.get((_same(group.issuer), name)) or names.get(("", name))


def _class(theirs: Theirs, remote_id: str | None) -> OwnBadgeClass | None:
    return next((one for one in theirs.badge_classes if one.remote_id == remote_id), None)


def _issuer(group: Group, theirs: Theirs, wishes: Wishes) -> OwnIssuer | None:
    wish = {_same(name): id_ for name, id_ in wishes.issuers.items()}.get(_same(group.issuer))
    for one in theirs.issuers:
        if one.remote_id == wish or (wish is None and _same(one.name) == _same(group.issuer)):
            return one
    return None


def _by_name(group: Group, issuer: OwnIssuer | None, theirs: Theirs) -> OwnBadgeClass | None:
    """Return the one badge class of this name: of the issuer, or where none is meant, of any."""
    named = [
        one
        for one in theirs.badge_classes
        if _same(one.name) == _same(group.badge_class)
        and (issuer is None or one.issuer_id == issuer.remote_id)
    ]
    return named[0] if len(named) == 1 or (named and issuer is not None) else None


def _check(groups: list[Group], theirs: Theirs, wishes: Wishes) -> None:
    names = {_same(one.issuer) for one in groups}
    ids = {one.remote_id for one in theirs.issuers}
    for name, id_ in wishes.issuers.items():
        if _same(name) not in names:
            raise Usage(f"No badge to be awarded anew was issued by {name}.", _SEE)
        if id_ not in ids:
            raise Usage(f"The account has no issuer with the id {id_}.", _SEE)
    classes = {one.remote_id for one in theirs.badge_classes}
    for (issuer, name), id_ in wishes.badge_classes.items():
        of_name = [one for one in groups if _same(one.badge_class) == _same(name)]
        if not [one for one in of_name if not issuer or _same(one.issuer) == _same(issuer)]:
            raise Usage(f"No badge class to be awarded anew is called {name}.", _SEE)
        if not issuer and len(of_name) > 1:
            issued_by = ", ".join(one.issuer or "an unknown issuer" for one in of_name)
            raise Usage(
                f"Several issuers have a badge class called {name}: {issued_by}.",
                f"Say which in a file with the columns {', '.join(COLUMNS)}; name it with --from.",
            )
        if id_ not in classes:
            raise Usage(f"The account has no badge class with the id {id_}.", _SEE)


_SEE = "Run `reaward map` without it to see the names, and what there is at the destination."


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()


def wishes_of(
    issuers: Iterable[str], badge_classes: Iterable[str], *, create_missing: bool = False
) -> Wishes:
    """Return the wishes of options written as "Name=ID"; raises Usage."""
    return Wishes(
        dict(named_id(one, "--issuer") for one in issuers),
        {
            ("", name): id_
            for name, id_ in (named_id(one, "--badge-class") for one in badge_classes)
        },
        create_missing,
    )


def named_id(text: str, option: str) -> tuple[str, str]:
    """Return the name and the id of an option written as "Name=ID"; raises Usage."""
    name, mark, id_ = text.rpartition("=")
    if not mark or not name.strip() or not id_.strip():
        raise Usage(f"{option} {text} is not a name and an id.", f'Write: {option} "NAME=ID"')
    return name.strip(), id_.strip()


def with_file(wishes: Wishes, lines: Iterable[str]) -> Wishes:
    """Return the wishes with those of a CSV file (COLUMNS); options win. Raises Usage."""
    reader = csv.DictReader(lines)
    missing = [one for one in COLUMNS if one not in (reader.fieldnames or ())]
    if missing:
        raise Usage(
            f"The mapping file has no column {', '.join(missing)}.",
            f"Its first line must be: {','.join(COLUMNS)}",
        )
    issuers: dict[str, str] = {}
    classes: dict[tuple[str, str], str] = {}
    for row in reader:
        issuer, name, remote_issuer, remote_class = (
            (row.get(column) or "").strip() for column in COLUMNS
        )
        if remote_issuer and issuers.setdefault(issuer, remote_issuer) != remote_issuer:
            raise Usage(
                f"Line {reader.line_num} of the mapping file names another issuer for {issuer}"
                " than a line before.",
                "Name one.",
            )
        if remote_class:
            classes[issuer, name] = remote_class
    return Wishes(
        {**issuers, **wishes.issuers},
        {**classes, **wishes.badge_classes},
        wishes.create_missing,
    )
