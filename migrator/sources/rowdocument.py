"""What rows say of a badge, as one openly derived document: for databases and tables of awards.

There is one way to do it, whatever the rows came from, so that equal rows give equal bytes:

    data = row_document(
        Assertion(
            recipient=Recipient("ada@example.org"),
            id="https://badges.example.org/awards/17",  # only if the platform served it there
            issued_on=to_utc("2014-05-29 10:16:01"),
            badge_class=BadgeClass("Welder", issuer=Issuer("Example School")),
        ),
        "a BadgeKit database",
        unread={"shoe size": "38"},
    )
    yield Found(locator, data, hosted_url=..., holder="ada@example.org")
"""

from __future__ import annotations

from collections.abc import Mapping

from migrator.openbadges.documents import as_backpack_wrote
from migrator.openbadges.model import Assertion, BadgeClass, JsonObject
from migrator.openbadges.portable import CONTEXT, MADE_FROM_ROWS, ROW_KEY, Portable, portable

_NOTE = (
    "Made by badge-migrator from rows of {}. It is not the issuer's own document, "
    "was never served or signed, and proves nothing by itself."
)


def row_document(
    assertion: Assertion,
    source: str,
    *,
    key: str | None = None,
    unread: Mapping[str, str] | None = None,
) -> bytes:
    """Return an Open Badges 2.0 assertion that says what rows say, and that it was made from them.

    Badge class and issuer stand inside. Nothing is invented: what the rows do not say is left out,
    and `id`s are only what the platform really served (say so in `Found.hosted_url`, too). `source`
    is what the rows are of, for the sentence in it ("a BadgeKit database"); `unread` is what else
    they say of this badge, by column; never a secret. Neither may depend on where in the source the
    rows stand, or the same badge read twice becomes two.

    Without an `id` a badge is known by `key`: platform, site and number of the row, so that no
    other row in the world has it and the next dump, edited or not, has it again (the number alone
    is a `uid` that another platform of the same issuer gives as well). Without a key it is known by
    `uid` and the issuer's id or url, else by the whole document. The archive keeps it as "derived",
    at no address, and prefers any original.
    """
    copy = portable(assertion)
    document = dict(copy.assertion)
    if badge := _badge_class(copy):
        document["badge"] = badge
    if not assertion.hosted_url:
        document.pop("verification", None)
    if assertion.uid:
        document["uid"] = assertion.uid
    return as_backpack_wrote({**document, MADE_FROM_ROWS: _made(source, unread, key)})


def row_badge_class(
    badge_class: BadgeClass, source: str, *, unread: Mapping[str, str] | None = None
) -> bytes:
    """Return a badge class made as `row_document` makes an assertion.

    It goes with an original assertion that only names its badge class (as `Found.badge_class`).
    """
    document = _badge_class(portable(Assertion(badge_class=badge_class))) or {}
    made = {"@context": CONTEXT, **document, MADE_FROM_ROWS: _made(source, unread)}
    return as_backpack_wrote(made)


def _badge_class(copy: Portable) -> JsonObject | None:
    """Return the badge class of a badge with its issuer inside."""
    badge = copy.badge_class or copy.assertion.get("badge")
    if not isinstance(badge, dict):
        return None
    inside = _inside(badge)
    return {**inside, "issuer": _inside(copy.issuer)} if copy.issuer else inside


def _made(source: str, unread: Mapping[str, str] | None, key: str | None = None) -> JsonObject:
    told: JsonObject = {name: value for name, value in (unread or {}).items() if value}
    made: JsonObject = {"note": _NOTE.format(source), ROW_KEY: key, "unread": told}
    return {name: value for name, value in made.items() if value}


def _inside(document: JsonObject) -> JsonObject:
    return {name: value for name, value in document.items() if name != "@context"}
