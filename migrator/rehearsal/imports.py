"""Importing a badge: check the input, ask the web as Badgr does, store what was found.

Source: reference/badgr-api.md 5. The verdict comes from `migrator.verify.assess`; the check for a
duplicate comes after it, as on the real server: a badge that is in the backpack already is refused
as unreachable once its host is dead.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from migrator.openbadges.baking import sniff
from migrator.openbadges.model import Assertion, BadgeClass, Issuer, JsonObject
from migrator.rehearsal.answers import Broken, Refused
from migrator.rehearsal.call import Call
from migrator.rehearsal.issuers import shapes as award_shapes
from migrator.rehearsal.own_web import OwnWeb
from migrator.rehearsal.state import BadgeClassRow, Held, IssuerRow, entity_id
from migrator.verify.assess import assess
from migrator.verify.verdict import FRIENDLY, Message, Submission, Verdict

ONE_INPUT = "Must provide only one of 'url', 'image' or 'assertion'."
DUPLICATE = {
    "name": "DUPLICATE_BADGE",
    "description": "You already have this badge in your backpack",
}

# Terms of the standard; whatever else an assertion says is an extension and kept as it is
_TERMS = frozenset(
    {
        "@context",
        "type",
        "id",
        "uid",
        "recipient",
        "badge",
        "verify",
        "verification",
        "issuedOn",
        "expires",
        "narrative",
        "evidence",
        "image",
        "revoked",
        "revocationReason",
        "related",
        "version",
        "endorsement",
    }
)


class Fault(Exception):
    """An input is not what it should be: the field and the sentence for it."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name
        self.sentence = sentence


def image_bytes(value: Any) -> bytes:
    """Return the bytes of an uploaded file or a data: URI; raises Fault."""
    if isinstance(value, bytes):
        data = value
    else:
        head, comma, body = str(value).partition(",")
        if not comma or not head.startswith("data:"):
            raise Fault(
                "image", "The submitted data was not a file. Check the encoding type on the form."
            )
        try:
            data = base64.b64decode(body, validate=True)
        except binascii.Error as error:
            raise Fault("image", "Invalid image.") from error
    kind = sniff(data)
    if kind is None:
        raise Fault("image", "Invalid image.")
    if kind not in ("image/png", "image/svg+xml"):
        raise Fault("image", "Invalid PNG")
    return data


def checked_url(value: Any) -> str:
    """Return the URL; raises Fault when it is none."""
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https", "ftp", "ftps") or not parts.hostname:
        raise Fault("url", "Enter a valid URL.")
    return str(value)


def checked_object(value: Any) -> JsonObject:
    """Return the assertion; raises Fault when it is no JSON object."""
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise Fault("assertion", f'Expected a dictionary of items but got type "{kind}".')
    return value


def bring_in(call: Call, submission: Submission) -> Held:
    """Verify and store one badge; raises Refused for what Badgr refuses and Broken for its 500s.

    The refusal carries the messages un-flattened in `detail` (v1) and flattened in `validation`.
    A badge that was awarded here is not copied but accepted (5-issuer-52).
    """
    account = call.account
    web = OwnWeb(call.state.issuing, call.base, call.desk.new_web())
    verdict = assess(submission, web, account.addresses, call.desk.clock())
    if verdict.crash:
        raise Broken
    if verdict.messages:
        listed = dicts(verdict.messages)
        raise Refused(400, listed, validation=flattened(listed))
    award = web.award_at(verdict.open_badge_id or "")
    if award is not None:
        with call.state.lock:
            if award.acceptance == "Accepted":
                raise Refused(400, [DUPLICATE], validation=[DUPLICATE])
            award.acceptance = "Accepted"
        return award_shapes.as_held(award, account.id, call.base)
    held, image = _held(call, verdict)
    if not call.state.add(held, image):
        raise Refused(400, [DUPLICATE], validation=[DUPLICATE])
    return held


def dicts(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    """Return the messages as v1 lists them: a friendly pair in front of the names it knows."""
    listed = []
    for message in messages:
        if message.name in FRIENDLY:
            name, description = FRIENDLY[message.name]
            listed.append({"name": name, "description": description})
        entry = {
            "name": message.name,
            "success": str(message.success),
            "result": message.text,
            "messageLevel": "ERROR",
        }
        if message.node is not None:
            entry["node_id"] = message.node
        if message.prop is not None:
            entry["prop_name"] = message.prop
        listed.append(entry)
    return listed


def flattened(listed: list[dict[str, str]]) -> list[str]:
    """Return the values of the dicts one after the other: what v2 makes of the same list."""
    return [value for entry in listed for value in entry.values()]


def _held(call: Call, verdict: Verdict) -> tuple[Held, str]:
    """Return what is stored for an accepted badge, and where its image comes from."""
    assertion = verdict.assertion
    if assertion is None or not verdict.open_badge_id:
        raise Broken
    document = verdict.documents.assertion or {}
    row = _badge_class_row(call, assertion, verdict)
    image = assertion.image or row.badge_class.image or ""
    held = Held(
        id=entity_id(),
        account=call.account.id,
        open_badge_id=verdict.open_badge_id,
        assertion=replace(assertion, badge_class=None),
        badge_class=row,
        address=verdict.recipient_address or call.account.primary,
        media=_media_path(image, of_assertion=assertion.image is not None),
        extra={name: value for name, value in document.items() if name not in _TERMS},
        pending=verdict.pending,
        changed=call.state.issuing.tick(),
    )
    return held, image


def _badge_class_row(call: Call, assertion: Assertion, verdict: Verdict) -> BadgeClassRow:
    badge_class = assertion.badge_class or BadgeClass(name="")
    issuer = badge_class.issuer or Issuer(name="")
    documents = verdict.documents
    issued_by = _id(issuer.id or badge_class.issuer_id, documents.issuer)
    own = _id(badge_class.id or assertion.badge_class_id, documents.badge_class)
    image = (documents.badge_class or {}).get("image")
    more = image if isinstance(image, dict) else {}
    return call.state.keep_badge_class(
        BadgeClassRow(
            entity_id(),
            own,
            replace(badge_class, issuer=None),
            call.state.keep_issuer(IssuerRow(entity_id(), issued_by, issuer)),
            caption={name: value for name, value in more.items() if name not in ("id", "type")},
        )
    )


def _id(url: str | None, document: JsonObject | None) -> str:
    """Return the id of a document, a new blank node for one that has none."""
    own = url or (document or {}).get("id")
    return own if isinstance(own, str) and own else f"_:{uuid4()}"


def _media_path(image: str, *, of_assertion: bool) -> str:
    """Return a path as Badgr names its copies of images."""
    digest = hashlib.sha256(image.encode()).hexdigest()
    suffix = "svg" if ".svg" in image or image.startswith("data:image/svg") else "png"
    folder = "uploads/badges"
    if of_assertion:
        folder, digest = f"{folder}/remote/assertion/cached", digest[:49]
    return f"media/{folder}/{digest}_{secrets.token_hex(4)[:7]}.{suffix}"
