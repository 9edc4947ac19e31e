"""ASSERTION_TIMESTAMP_CHECKS: issued in the past, not expired, comparable at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from migrator.verify.forms import in_utc, moment
from migrator.verify.nodes import Node
from migrator.verify.verdict import Message

_NAME = "ASSERTION_TIMESTAMP_CHECKS"
_UNMET = "Task could not run due to unmet prerequisites."
_NAIVE = (
    "<class 'TypeError'> [\"TypeError: can't compare offset-naive and offset-aware datetimes\\n\"]"
)


def check_timestamps(node: Node, now: datetime) -> Iterator[Message]:
    """Yield what is wrong with the dates of an assertion; `now` has a zone.

    2-import-15 (expired), 2-import-16 (future), 2-import-21 (no zone), 2-import-32 and 3-dead-40
    (no issue date), 7-extra-21 (unix time in a 2.0 badge), 7-extra-22 (null is no date). A date of
    an old badge that could not be upgraded is reported there and not compared.
    """
    if "issuedOn" in node.unread:
        return
    issued, expires = moment(node.terms.get("issuedOn")), moment(node.terms.get("expires"))
    if issued is None:
        missing = "issuedOn" not in node.terms
        reason = "no_issue_date" if missing else "bad_date"
        yield Message(_NAME, _UNMET, "revoked" if node.is_tombstone else reason, node.id)
        return
    if issued.tzinfo is None or (expires is not None and expires.tzinfo is None):
        yield Message(_NAME, _NAIVE, "bad_date", node.id)
        return
    if issued > now:
        date = in_utc(node.terms.get("issuedOn"))
        text = f"Assertion {node.id} has issue date {date} in the future."
        yield Message(_NAME, text, "issued_in_future", node.id)
    if expires is not None and expires < now:
        text = f"Assertion {node.id} expired on {node.terms.get('expires')}"
        yield Message(_NAME, text, "expired", node.id)
