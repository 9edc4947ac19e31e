"""Why a Badgr server refused a badge: each complaint of its validator as a code of our table.

Source: reference/badgr-api.md 5.4 and the recorded exchanges, whose names are given.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from migrator.destinations.badgr.complaint import Complaint
from migrator.reasons import most_telling

ALREADY_THERE = "DUPLICATE_BADGE"

_TOMBSTONE = frozenset({"recipient", "badge", "verification", "issuedOn"})
_MISSING = re.compile(r"Required property (\S+) not present")
_MALFORMED = re.compile(r"property (\S+) (?:had )?value `?([^`]*?)(?:`| not valid)")
_TYPE = re.compile(r"of type (\S+) did not match")
_OF_PROPERTY = {
    **dict.fromkeys(("recipient", "badge", "verification", "id"), "badge_incomplete"),
    **dict.fromkeys(("criteria", "description", "image", "issuer"), "badge_class_incomplete"),
    "url": "issuer_incomplete",
    "issuedOn": "no_issue_date",
    **dict.fromkeys(("owner", "publicKeyPem"), "signing_key_missing"),
    **dict.fromkeys(("allowedOrigins", "startsWith"), "issuer_elsewhere"),
}


def cause(complaints: Iterable[Complaint]) -> str | None:
    """Return the most telling reason of all complaints, None when none of them is understood."""
    said = tuple(complaints)
    in_full = [one for one in said if not one.summary]
    codes = {_code(one) for one in in_full} | _tombstones(in_full)
    codes.discard(None)
    if not codes:
        codes = {_code(one) for one in said if one.summary} - {None}
    return most_telling(code for code in codes if code)


def _code(complaint: Complaint) -> str | None:
    if complaint.name.startswith("UPGRADE_"):
        return "bad_date"
    found = _CODES.get(complaint.name)
    return found(complaint) if callable(found) else found


def _tombstones(said: list[Complaint]) -> set[str | None]:
    """A document that lacks all there is to a badge says `revoked` (2-import-32, 5-issuer-65)."""
    lacking: dict[str | None, set[str]] = defaultdict(set)
    for one in said:
        if one.name == "VALIDATE_PROPERTY" and (found := _MISSING.search(one.text)):
            lacking[one.node].add(found[1])
    return {"revoked"} if any(props >= _TOMBSTONE for props in lacking.values()) else set()


def _fetched(complaint: Complaint) -> str:
    """3-dead-01 (no answer), 3-dead-08 to 12 (an answer that is no JSON, whatever its status)."""
    if "could not be interpreted" in complaint.text or "TooManyRedirects" in complaint.text:
        return "document_gone"
    return "host_slow" if "ReadTimeout" in complaint.text else "host_dead"


def _class(complaint: Complaint) -> str:
    """2-import-33 and 3-dead-09 are told in the same words, so that we cannot say more."""
    return "revoked" if "revoked" in complaint.text.lower() else "not_a_badge_any_more"


def _read_input(complaint: Complaint) -> str:
    """3-dead-22 (dead vocabulary), 7-extra-23 (Open Badges 3.0), 2-import-45 (baked SVG)."""
    if "JsonLdError" not in complaint.text:
        return "badge_incomplete"
    is_newer = "/credentials/v" in complaint.text or "spec/ob/v3" in complaint.text
    return "version_unsupported" if is_newer else "context_dead"


def _recipient(complaint: Complaint) -> str:
    """2-import-11, 13, 14 (e-mail), 7-extra-17 (a web address)."""
    found = _TYPE.search(complaint.text)
    return "recipient_type_unsupported" if found and found[1] != "email" else "wrong_recipient"


def _dates(complaint: Complaint) -> str:
    """2-import-15 (expired), 16 (future), 21 (no zone); "unmet prerequisites" follows others."""
    if " expired on " in complaint.text:
        return "expired"
    return "issued_in_future" if "in the future" in complaint.text else "bad_date"


def _property(complaint: Complaint) -> str:
    """2-import-18 to 24, 3-dead-36, 39, 40, 47 (key), 51 (signed 1.x), 7-extra-21 (date)."""
    if "IndexError" in complaint.text:
        return "signing_key_missing"
    if missing := _MISSING.search(complaint.text):
        return _of(missing[1], complaint.node)
    malformed = _MALFORMED.search(complaint.text)
    prop, value = (malformed[1], malformed[2]) if malformed else (complaint.prop or "", "")
    if prop == "id" and value.startswith("uid:"):
        return "signed_1_x"
    if complaint.text.startswith("DATETIME"):
        return "no_issue_date" if value == "None" else "bad_date"
    if prop in ("image", "criteria") and value and not value.startswith("{"):
        return "relative_url"
    return _of(prop, complaint.node)


def _of(prop: str, node: str | None) -> str:
    """Tell whose property it is; both badge class and issuer have a name, and the text says not."""
    if prop == "name":
        path = (node or "").partition("://")[2].partition("/")[2]
        return "issuer_incomplete" if "issuer" in path else "badge_class_incomplete"
    return _OF_PROPERTY.get(prop, "badge_incomplete")


def _image(complaint: Complaint) -> str:
    """2-import-22 (none), 3-dead-16, 17, 20 (dead), 3-dead-39 (relative), 4-backpack-66 (JPEG)."""
    if "Invalid URL" in complaint.text or "No schema supplied" in complaint.text:
        return "relative_url"
    if "unsupported" in complaint.text:
        return "badge_image_unsupported" if "'image/" in complaint.text else "badge_image_missing"
    return "badge_class_incomplete" if "load and validate" in complaint.text else _IMAGE_GONE


def _sentence(complaint: Complaint) -> str | None:
    """An input that counts as none: an empty one (2-import-34, 38)."""
    return "no_badge_data" if complaint.text.startswith("Must provide only one of") else None


_IMAGE_GONE = "badge_image_missing"
_CODES: dict[str, str | Callable[[Complaint], str | None]] = {
    "": _sentence,
    "ASSERTION_NOT_FOUND": "document_gone",
    "ASSERTION_REVOKED": "revoked",
    "ASSERTION_TIMESTAMP_CHECKS": _dates,
    "DETECT_AND_VALIDATE_NODE_CLASS": _class,
    "DETECT_INPUT_TYPE": _read_input,
    "EMAIL_NOT_VERIFIED": "wrong_recipient",
    "FETCH_HTTP_NODE": _fetched,
    "HOSTED_ID_IN_VERIFICATION_SCOPE": "issuer_elsewhere",
    "IDENTITY_OBJECT_PROPERTY_DEPENDENCIES": "recipient_unreadable",
    # Of Open Educational Badges (reference/badgr-api.md 11)
    "INVALID_BADGE": "badge_incomplete",
    "INVALID_INPUT_TYPE": "badge_incomplete",
    "IMAGE_VALIDATION": _image,
    "JSONLD_COMPACT_DATA": _read_input,
    "REPORT_MESSAGE": "no_web_address",
    "VALIDATE_PROPERTY": _property,
    "VERIFY_JWS": "signature_invalid",
    "VERIFY_KEY_OWNERSHIP": "signing_key_missing",
    "VERIFY_RECIPIENT_IDENTIFIER": _recipient,
    "VERIFY_SIGNATURE": "signature_invalid",
    "VERIFY_SIGNED_ASSERTION_NOT_REVOKED": "revoked",
    # Fields of the request
    "image": "no_badge_data",
    "url": "no_web_address",
}
