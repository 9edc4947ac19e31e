"""What becomes of a badge's normal form when a second source tells of it too."""

from __future__ import annotations

COLUMNS = (
    *("version", "badge_class_id", "learner_id", "hosted_url", "uid", "verification"),
    *("verification_url", "recipient_identity", "recipient_type", "recipient_hashed"),
    *("recipient_salt", "issued_on", "expires", "image", "narrative", "revoked", "jws_id"),
    *("document_id", "image_id", "richness"),
)
_HOSTED_URL = 1 + COLUMNS.index("hosted_url")
_RECIPIENT = 1 + COLUMNS.index("recipient_identity")


def _merged(number: int, column: str, *, better: bool) -> str:
    if column in ("revoked", "richness"):
        return f"{column} = max({column}, ?{number})"
    if column.startswith("recipient_"):
        # Hash and salt belong together: all of the recipient comes from one document.
        unknown = f"?{_RECIPIENT} is null" if better else "recipient_identity is not null"
        return f"{column} = case when {unknown} then {column} else ?{number} end"
    if better and column != "learner_id":  # whose badge it is does not change with its document
        return f"{column} = coalesce(?{number}, {column})"
    return f"{column} = coalesce({column}, ?{number})"


def _statement(*, better: bool) -> str:
    merged = (_merged(i, column, better=better) for i, column in enumerate(COLUMNS, 1))
    # The address may come to be spelled in another way; what the badge is known by stays.
    known_by = f"own_identity = iif('url:' || ?{_HOSTED_URL} is identity, own_identity, identity)"
    return f"update assertion set {known_by}, {', '.join(merged)} where id = ?{len(COLUMNS) + 1}"  # noqa: S608 - our own column names


FILL, REPLACE = _statement(better=False), _statement(better=True)
KNOWN = (
    "select richness, exists (select 1 from evidence where assertion_id = assertion.id)"
    " from assertion where id = ?"
)
