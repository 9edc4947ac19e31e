"""The database dump of a Moodle site: badge, badge_issued and user, whatever their prefix.

The table badge_backpack holds passwords as they are: of it only the address is ever looked at,
because a connected backpack's address is the one the badge was awarded to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from migrator.sources.dumptables import Record, Tables, dump_tables
from migrator.sources.found import FoundLearner, Outcome
from migrator.sources.place import Member, Place

from ._moodle_award import award, name_of, root, unknown_site

_WANTED = {
    "badge": ("id", "name", "description", "issuername", "issuerurl", "issuercontact"),
    "badge_issued": ("id", "badgeid", "userid", "uniquehash", "dateissued", "dateexpire"),
    "user": ("id", "email", "firstname", "lastname"),
    "badge_backpack": ("userid", "email"),
}
_NEEDED = ("badgeid", "userid", "uniquehash")
_DUMP_IT = (
    "Archive the dump of a Moodle database, made with `mysqldump --hex-blob`; the tables badge, "
    "badge_issued and user (with the site's prefix) are enough."
)
_LOST = {
    "badge": "it is not known what was awarded",
    "user": "it is not known to whom the badges were awarded",
}
_TABLE = re.compile(r"(.*?)(badge_issued|badge_backpack|badge|user)")


def read_dump(place: Place, member: Member) -> Iterator[Outcome]:
    """Yield the learners, then their badges; raises SourceUnreadable, MemberUnreadable."""
    label, wwwroot = place.locator(member), root(place.settings)
    with dump_tables(_chosen) as tables:
        yield from tables.fill(place, member)
        prefix = _prefix(tables)
        tables.must_have(f"{prefix}badge_issued", _NEEDED, label, _DUMP_IT)
        if not wwwroot:
            raise unknown_site()
        yield from tables.missing(f"{label}, ", {f"{prefix}{name}": _LOST[name] for name in _LOST})
        yield from _learners(tables, prefix, f"{label}, ")
        for issued in tables.rows(f"{prefix}badge_issued"):
            said = _said(tables, prefix, issued)
            yield award(issued.locator(f"{label}, "), said, wwwroot, raw=issued.told())


def _chosen(table: str) -> tuple[str, ...]:
    found = _TABLE.fullmatch(table)
    return _WANTED[found[2]] if found else ()


def _prefix(tables: Tables) -> str:
    """Return what stands before the names of the site's tables, such as `mdl_`."""
    issued = "badge_issued"
    return next((name[: -len(issued)] for name in tables.names if name.endswith(issued)), "")


def _learners(tables: Tables, prefix: str, label: str) -> Iterator[FoundLearner]:
    """Yield the people who have badges, with the address of their backpack beside their own."""
    for user in tables.rows(f"{prefix}user"):
        number = user.values.get("id")
        if not tables.one(f"{prefix}badge_issued", "userid", number):
            continue
        backpack = tables.one(f"{prefix}badge_backpack", "userid", number)
        found = (user.text("email"), backpack.text("email") if backpack else None)
        addresses = tuple(dict.fromkeys(one for one in found if one and "@" in one))
        if addresses:
            yield FoundLearner(user.locator(label), addresses, name_of(_texts(user)) or None)


def _said(tables: Tables, prefix: str, issued: Record) -> dict[str, str]:
    badge = tables.one(f"{prefix}badge", "id", issued.values.get("badgeid"))
    user = tables.one(f"{prefix}user", "id", issued.values.get("userid"))
    backpack = tables.one(f"{prefix}badge_backpack", "userid", issued.values.get("userid"))
    said = {**_texts(badge), **_texts(user), **_texts(backpack), **_texts(issued)}
    said.pop("id", None)
    return said


def _texts(record: Record | None) -> Mapping[str, str]:
    if record is None:
        return {}
    return {name: text for name in record.values if (text := record.text(name))}
