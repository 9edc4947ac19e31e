"""The CSV for awarding in bulk that Parchment Digital Badges imports (badge-formats.md 1.6)."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.destinations.base import About
from migrator.files.table import cell
from migrator.openbadges.model import Evidence

COLUMNS = (
    *("Badge Class ID", "Identifier", "First Name", "Last Name", "Narrative"),
    *("Evidence Narrative", "Evidence URL", "Issue Date", "Expiration Date"),
)


def row(about: About, known_as: str, address: str, class_id: str = "") -> Iterator[str]:
    """Yield the cells of one award, which says openly which badge it replaces."""
    first_name, _, last_name = (about.learner or "").strip().rpartition(" ")
    if not first_name:
        first_name, last_name = last_name, ""
    yield from (class_id, address, first_name, last_name)
    yield _paragraphs(about.narrative, f"This award replaces the badge {known_as}.")
    yield _paragraphs(*(_told(one, own=at == 0) for at, one in enumerate(about.evidence)))
    yield (about.evidence[0].url if about.evidence else None) or ""
    yield (about.issued_on or "")[:10]
    yield (about.expires or "")[:10]


def objection(about: About) -> str:
    """Return why a badge cannot be awarded anew from such a file, "" when it can."""
    if about.revoked:
        return "the issuer has revoked it"
    if about.recipient is None:
        return "the recipient's address is not known"
    if cell(about.recipient) != about.recipient:
        return "the recipient's address begins like a formula"
    return ""


def _told(evidence: Evidence, *, own: bool) -> str:
    # There is room for one address; those of further evidence are told.
    url = "" if own else evidence.url
    return _paragraphs(evidence.name, evidence.narrative, evidence.description, url)


def _paragraphs(*texts: str | None) -> str:
    return "\n\n".join(text for text in texts if text)
