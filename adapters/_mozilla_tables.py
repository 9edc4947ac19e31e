"""What is taken from each table of a Backpack's dump: never a password, token or code."""

from __future__ import annotations

from collections.abc import Callable

from migrator.sources.mysqldump import Row

from ._mozilla_rows import added_at, integer, text
from ._mozilla_spool import BadgeRow, CollectionRow, LearnerRow, PortfolioRow, Spool

_ADDRESSES = ("email", "additional_email_1", "additional_email_2", "migration_email")


def _keep_badge(kept: Spool, row: Row) -> bool:
    values = row.named()
    kept.add_badge(
        BadgeRow(
            number=row.number,
            id=integer(values.get("id")),
            user_id=integer(values.get("user_id")),
            hash=text(values["body_hash"]) or "",
            email=text(values.get("awarded_to_email_address")) or None,
            endpoint=text(values.get("endpoint")) or None,
            signature=text(values.get("signature")) or text(values.get("jwt")) or None,
            added_at=added_at(text(values.get("validated_on"))),
            body=values["body"],
        )
    )
    return True


def _keep_learner(kept: Spool, row: Row) -> bool:
    values = row.named()
    names = (text(values.get("first_name")), text(values.get("last_name")))
    addresses = tuple(text(values.get(column)) or None for column in _ADDRESSES)
    name = " ".join(filter(None, names)) or None
    kept.add_learner(LearnerRow(row.number, integer(values.get("id")), name, addresses))
    return True


def _keep_collection(kept: Spool, row: Row) -> bool:
    values = row.named()
    collection_id = integer(values.get("id"))
    if collection_id is None:
        return False
    kept.add_collection(
        CollectionRow(
            number=row.number,
            id=collection_id,
            user_id=integer(values.get("user_id")),
            name=text(values.get("name")),
            url=text(values.get("url")),
            public=values.get("public") == b"1",
            badges=values.get("badges") or b"[]",
        )
    )
    return True


def _keep_portfolio(kept: Spool, row: Row) -> bool:
    values = row.named()
    collection_id, portfolio_id = integer(values.get("group_id")), integer(values.get("id"))
    if collection_id is None or portfolio_id is None:
        return False
    title, subtitle, preamble = (
        text(values.get(column)) for column in ("title", "subtitle", "preamble")
    )
    stories = values.get("stories")
    kept.add_portfolio(
        PortfolioRow(collection_id, portfolio_id, row.number, title, subtitle, preamble, stories)
    )
    return True


KEEP: dict[str, Callable[[Spool, Row], bool]] = {
    "badge": _keep_badge,
    "group": _keep_collection,
    "portfolio": _keep_portfolio,
    "user": _keep_learner,
}
"""Keeps a row of a table; False when it does not say what it belongs to."""
