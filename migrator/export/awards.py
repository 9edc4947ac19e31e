"""The CSV for awarding in bulk that Parchment Digital Badges imports (badge-formats.md 1.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import Holding
from migrator.destinations.base import About
from migrator.destinations.files import awards
from migrator.export.order import Order
from migrator.export.package import settle
from migrator.files.folder import TextDraft, explained, temporary
from migrator.files.sink import Became
from migrator.files.table import Rows
from migrator.transfer.parcels import about

LEFT_OUT = ("Badge", "Issuer", "Issue Date", "Hosted URL", "Identity", "Why")
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Awards:
    """What a file of awards came to: `badges` = `rows` + `left_out`.

    `reasons` counts why badges were left out, `first` names some of them; all are in `left_out_at`.
    """

    badges: int
    rows: int
    left_out: int
    reasons: dict[str, int]
    first: tuple[str, ...]
    left_out_at: str | None
    without_class_id: int
    became: Became


def export_awards(
    archive: Archive,
    path: Path,
    class_ids: Mapping[str, str],
    order: Order,
    *,
    replace: bool = False,
) -> Awards:
    """Write a row for each badge whose recipient's address is known.

    A row asks an issuer for a new award that says openly which badge it replaces. `class_ids` maps
    names of badge classes to ids at the destination. Left out, and listed with the reason in a
    file of their own, are revoked badges, deleted ones, and those whose recipient is not known.
    """
    reasons: Counter[str] = Counter()
    first: list[str] = []
    rows = without = 0
    aside = path.with_name(f"{path.stem}-left-out.csv")
    with _file(path) as draft, _file(aside) as left_draft:
        table, left = Rows(draft, awards.COLUMNS), Rows(left_draft, LEFT_OUT)
        for holding in holdings.holdings(archive, order.learner_id):
            known = about(archive, holding)
            why = _objection(holding, known)
            if why:
                reasons[why] += 1
                left.add(_left_out(holding, why))
                if len(first) < _LISTED:
                    first.append(f"{holding.badge or holding.identity}: {why}")
            else:
                class_id = class_ids.get(holding.badge or "", "")
                known_as = holding.hosted_url or holding.identity
                table.add(awards.row(known, known_as, known.recipient or "", class_id))
                rows += 1
                without += not class_id
            order.watch(rows + reasons.total())
        became = settle(path, draft.finished(), replace=replace)
        if reasons:
            settle(aside, left_draft.finished(), replace=replace)
    total = reasons.total()
    return Awards(
        *(rows + total, rows, total, dict(reasons), tuple(first)),
        *(str(aside) if total else None, without, became),
    )


def _objection(holding: Holding, about: About) -> str:
    if holding.deleted and not holding.revoked:
        return "the learner had deleted it"
    return awards.objection(about)


def _left_out(holding: Holding, why: str) -> tuple[str | None, ...]:
    return (
        *(holding.badge, holding.issuer, (holding.issued_on or "")[:10]),
        *(holding.hosted_url, holding.identity, why),
    )


class _File(TextDraft):
    """A text file that gets its name when everything is in it."""

    def finished(self) -> Path:
        """Close the file and return where it waits."""
        self.file.close()
        return Path(self.file.name)


@contextmanager
def _file(path: Path) -> Iterator[_File]:
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary(path.parent) as file:
            yield _File(file)
