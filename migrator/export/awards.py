"""The CSV for awarding in bulk that Parchment Digital Badges imports (badge-formats.md 1.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import HeldEvidence, Holding
from migrator.export.order import Order
from migrator.export.package import settle
from migrator.files.folder import TextDraft, explained, temporary
from migrator.files.sink import Became
from migrator.files.table import Rows, cell
from migrator.openbadges.model import Recipient
from migrator.openbadges.recipient import matching_spelling

COLUMNS = (
    *("Badge Class ID", "Identifier", "First Name", "Last Name", "Narrative"),
    *("Evidence Narrative", "Evidence URL", "Issue Date", "Expiration Date"),
)
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
        table, left = Rows(draft, COLUMNS), Rows(left_draft, LEFT_OUT)
        for holding in holdings.holdings(archive, order.learner_id):
            address, why = _address(archive, holding)
            if address is None:
                reasons[why] += 1
                left.add(_left_out(holding, why))
                if len(first) < _LISTED:
                    first.append(f"{holding.badge or holding.identity}: {why}")
            else:
                class_id = class_ids.get(holding.badge or "", "")
                table.add(_row(archive, holding, address, class_id))
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


def _row(archive: Archive, holding: Holding, address: str, class_id: str) -> Iterator[str]:
    evidence = holdings.evidence_of(archive, holding.assertion_id)
    first_name, _, last_name = (holding.learner_name or "").strip().rpartition(" ")
    if not first_name:
        first_name, last_name = last_name, ""
    known_as = holding.hosted_url or holding.identity
    yield from (class_id, address, first_name, last_name)
    narrative = holdings.narrative_of(archive, holding.assertion_id)
    yield _paragraphs(narrative, f"This award replaces the badge {known_as}.")
    yield _paragraphs(*(_told(one, own=place == 0) for place, one in enumerate(evidence)))
    yield (evidence[0].url if evidence else None) or ""
    yield (holding.issued_on or "")[:10]
    yield (holding.expires or "")[:10]


def _told(evidence: HeldEvidence, *, own: bool) -> str:
    # There is room for one address; those of further evidence are told.
    url = "" if own else evidence.url
    return _paragraphs(evidence.name, evidence.narrative, evidence.description, url)


def _paragraphs(*texts: str | None) -> str:
    return "\n\n".join(text for text in texts if text)


def _address(archive: Archive, holding: Holding) -> tuple[str | None, str]:
    """Return the address a badge was awarded to, or None and why it cannot be in the file."""
    if holding.revoked:
        return None, "the issuer has revoked it"
    if holding.deleted:
        return None, "the learner had deleted it"
    address = _recipient(archive, holding)
    if address is None:
        return None, "the recipient's address is not known"
    if cell(address) != address:
        return None, "the recipient's address begins like a formula"
    return address, ""


def _recipient(archive: Archive, holding: Holding) -> str | None:
    if holding.recipient is None or (holding.recipient_type or "email") != "email":
        return None
    if not holding.recipient_hashed:
        return holding.recipient if "@" in holding.recipient else None
    if holding.learner_id is None:
        return None
    recipient = Recipient(holding.recipient, "email", True, holding.recipient_salt)
    return matching_spelling(recipient, holdings.addresses_of(archive, holding.learner_id))


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
