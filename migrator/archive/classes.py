"""Badge classes and issuers: each normal form is kept once, whoever it came with."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.archive.archive import Archive
from migrator.archive.digest import digest_of
from migrator.archive.rows import Rows
from migrator.openbadges.model import BadgeClass, Issuer


class Classes:
    """Finds or writes badge classes within one transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._known: dict[BadgeClass, int] = {}

    def id_of(self, badge_class: BadgeClass | None) -> int | None:
        """Return the id of a badge class, written if it is new; None for none."""
        if badge_class is None:
            return None
        # One badge class stands in thousands of badges of a batch.
        known = self._known.get(badge_class)
        if known is None:
            known = self._known[badge_class] = self._new(badge_class)
        return known

    def _new(self, badge_class: BadgeClass) -> int:
        issuer, by = self._issuer(badge_class.issuer)
        rest = (
            *(badge_class.name, badge_class.description),
            *(badge_class.image, badge_class.criteria_url, badge_class.criteria_narrative),
        )
        targets = [
            (
                *(one.target_name, one.target_url, one.target_description),
                *(one.target_framework, one.target_code),
            )
            for one in badge_class.alignment
        ]
        # The issuer by its digest, not by its row's number: so it is the same in every archive.
        digest = digest_of([(badge_class.id, by, *rest), targets, badge_class.tags])
        known = self._rows.find("badge_class", digest)
        if known is not None:
            return known
        number = self._rows.add_new("badge_class", digest, badge_class.id, issuer, *rest)
        for target in targets:
            self._rows.add("alignment", number, *target)
        for tag in badge_class.tags:
            self._rows.add("tag", number, tag)
        return number

    def _issuer(self, issuer: Issuer | None) -> tuple[int | None, str | None]:
        if issuer is None:
            return None, None
        values = (
            *(issuer.id, issuer.name, issuer.url, issuer.description, issuer.email),
            *(issuer.image, issuer.revocation_list),
        )
        digest = digest_of(values)
        return self._rows.add_unique("issuer", digest, *values), digest.hex()


def name_badges(archive: Archive, found: Iterable[tuple[int, BadgeClass]]) -> None:
    """Give badges whose badge class was not known the one their issuer serves today.

    Pairs of (assertion id, badge class). Only the normal form is filled in: what a 1.x badge is
    called stands in another document than the one baked into its image.
    """
    with archive.writing() as conn:
        rows = Rows(conn)
        classes = Classes(rows)
        named = [(classes.id_of(badge_class), number) for number, badge_class in found]
        rows.write()
        conn.executemany(
            "update assertion set badge_class_id = ? where id = ? and badge_class_id is null",
            named,
        )
