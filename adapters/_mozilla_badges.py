"""Badges of a Mozilla Backpack: tables badge and badge_image, and copies kept in collections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from migrator.openbadges.documents import parse_object
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.sources.found import Found, Membership, Problem, Severity
from migrator.sources.mysqldump import RAW_LIMIT, Broken, Row

from ._mozilla_rows import (
    added_at,
    copied_body,
    fits_hash,
    hosted_url,
    image_bytes,
    integer,
    locate,
    text,
)
from ._mozilla_spool import BadgeRow, CopyRow, Spool

_NO_IMAGE, _EMPTY_IMAGE, _DONE = 0, 1, 2
_LOST_IMAGE = {
    _NO_IMAGE: "The dump has no picture for this badge.",
    _EMPTY_IMAGE: "The Backpack had lost this badge's picture (its place in the dump is empty).",
}
_IMAGE_AT_ISSUER = "The badge's data is complete; the issuer may still have the picture."


class Badges:
    """Turns spooled badges and the images that come by into what was found, each badge once."""

    def __init__(self, kept: Spool, prefix: str) -> None:
        self._kept = kept
        self._prefix = prefix
        self._state = bytearray(kept.last_number() + 1)

    def with_images(self, rows: Iterable[Row | Broken]) -> Iterator[Found | Problem | Broken]:
        """Yield each badge as its image comes, then an image without badge as what it is."""
        for row in rows:
            if isinstance(row, Broken):
                yield row
                continue
            values = row.named()
            body_hash, data = text(values.get("badge_hash")) or "", values.get("image_data")
            locator = locate(self._prefix, row.table, row.number, integer(values.get("id")))
            owners = list(self._kept.badges(body_hash))
            if not data:
                for badge in owners:
                    self._state[badge.number] = self._state[badge.number] or _EMPTY_IMAGE
                continue
            image, warnings = _image(locator, data)
            if not owners:
                yield _orphan(locator, data, image)
            for badge in owners:
                again = self._state[badge.number] == _DONE
                self._state[badge.number] = _DONE
                more = (_second_image(locator),) if again else ()
                yield self._found(badge, image, (*more, *warnings))

    def without_images(self) -> Iterator[Found | Problem]:
        """Yield the badges no image came for."""
        for badge in self._kept.badges():
            state = self._state[badge.number]
            if state != _DONE:
                locator = self._locator(badge)
                yield self._found(badge, None, (_image_missing(locator, _LOST_IMAGE[state]),))

    def deleted(self) -> Iterator[Found]:
        """Yield the badges that were deleted, but live on as copies in collections."""
        for copy in self._kept.copies():
            yield self._deleted(copy)

    def _locator(self, badge: BadgeRow) -> str:
        return locate(self._prefix, "badge", badge.number, badge.id)

    def _found(
        self, badge: BadgeRow, image: bytes | None, warnings: tuple[Problem, ...]
    ) -> Found | Problem:
        locator, body = self._locator(badge), badge.body or b""
        document: JsonObject | None = None
        try:
            document = parse_object(body)
        except Unreadable as error:
            unreadable = Problem(
                locator,
                "body_not_json",
                f"The data of this badge cannot be read: {error} {_elsewhere(badge)}",
                body,
            )
            if not (badge.signature or image):
                return unreadable
            warnings = (*warnings, replace(unreadable, severity=Severity.WARNING))
        if document is not None and not fits_hash(body, badge.hash):
            warnings = (*warnings, _hash_differs(locator))
        url = None if badge.signature else hosted_url(document or {}, badge.endpoint)
        if badge.endpoint and not url and not badge.signature:
            warnings = (*warnings, _address_cut(locator, badge.endpoint))
        return Found(
            locator,
            assertion=None if document is None else body,
            jws=badge.signature.encode() if badge.signature else None,
            hosted_url=url,
            image=image,
            holder=badge.email or badge.owner,
            added_at=badge.added_at,
            memberships=self._memberships(badge.id),
            warnings=warnings,
        )

    def _deleted(self, row: CopyRow) -> Found:
        collection = locate(self._prefix, "group", row.collection_number, row.collection_id)
        locator = f"{collection}, copy of deleted badge {row.badge_id}"
        copy = parse_object(row.document)
        body, proven = copied_body(copy)
        signature = _string(copy.get("signature"))
        endpoint = _string(copy.get("endpoint"))
        url = None if signature else hosted_url(_object(copy.get("body")), endpoint)
        state = (
            "Its fingerprint shows that its data is the original."
            if proven
            else "The Backpack had changed this copy for display (the recipient is the plain "
            "e-mail address, web addresses are completed), so its data is not the original."
        )
        deleted = Problem(
            locator,
            "deleted_badge",
            f"This badge was deleted from the Backpack, but a collection kept a copy. {state} "
            "It stays in the archive and is not moved unless you run `plan --with-deleted`.",
            row.document[:RAW_LIMIT],
            Severity.WARNING,
        )
        missing = _image_missing(locator, "The picture went when the badge was deleted.")
        added = _string(copy.get("validated_on"))
        return Found(
            locator,
            assertion=body,
            jws=signature.encode() if signature else None,
            hosted_url=url,
            holder=_string(copy.get("awarded_to_email_address")) or row.owner,
            added_at=added_at(added and added.replace("T", " ").removesuffix("Z")),
            memberships=self._memberships(row.badge_id),
            deleted=True,
            warnings=(deleted, missing),
        )

    def _memberships(self, badge_id: int | None) -> tuple[Membership, ...]:
        return tuple(
            Membership(str(collection), position, story)
            for collection, position, story in self._kept.memberships(badge_id)
        )


def _image(locator: str, data: bytes) -> tuple[bytes | None, tuple[Problem, ...]]:
    image = image_bytes(data)
    if image is not None:
        return image, ()
    damaged = _warning(
        locator,
        "image_damaged",
        f"The picture of this badge is damaged in the dump. {_IMAGE_AT_ISSUER}",
        data[:RAW_LIMIT],
    )
    return None, (damaged,)


def _orphan(locator: str, data: bytes, image: bytes | None) -> Found | Problem:
    sentence = (
        "This picture belongs to a badge that is not in the dump. "
        "If the dump is not whole, archive a whole one."
    )
    if image is None:
        return Problem(locator, "image_without_badge", sentence, data[:RAW_LIMIT])
    return Found(
        locator, image=image, warnings=(_warning(locator, "image_without_badge", sentence),)
    )


def _elsewhere(badge: BadgeRow) -> str:
    if badge.endpoint and badge.endpoint.isprintable():
        return f"It was hosted at {badge.endpoint}; archive that address too."
    return "Look at it in the database, or make the dump again."


def _image_missing(locator: str, why: str) -> Problem:
    return _warning(locator, "image_missing", f"{why} {_IMAGE_AT_ISSUER}")


def _second_image(locator: str) -> Problem:
    return _warning(locator, "second_image", "The dump has another picture for the same badge.")


def _hash_differs(locator: str) -> Problem:
    return _warning(
        locator,
        "body_hash_differs",
        "The Backpack's fingerprint of this badge does not fit its data, so one of the two was "
        "changed. It was kept as it is; compare it with the badge at its web address.",
    )


def _address_cut(locator: str, endpoint: str) -> Problem:
    return _warning(
        locator,
        "address_cut",
        "The Backpack had cut off the end of this badge's long web address, so it cannot be asked "
        "for there. If you know the whole address, archive that too.",
        endpoint.encode(),
    )


def _warning(locator: str, code: str, sentence: str, raw: bytes = b"") -> Problem:
    return Problem(locator, code, sentence, raw, Severity.WARNING)


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}
