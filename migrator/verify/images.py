"""IMAGE_VALIDATION of badge class and assertion, and the issuer image that ends in HTTP 500."""

from __future__ import annotations

from migrator.openbadges.baking import sniff
from migrator.openbadges.model import Json
from migrator.verify.answers import Answer
from migrator.verify.asking import Asking
from migrator.verify.forms import is_data_uri, is_url
from migrator.verify.nodes import Node
from migrator.verify.profile import Profile
from migrator.verify.upgrade import Kind
from migrator.verify.verdict import Message

_REQUIRED = "Could not load and validate image in node {node}"
_UNFETCHED = "Could not fetch image at {url}"
_RELATIVE = "Invalid URL '{url}': No schema supplied. Perhaps you meant http://{url}?"
_UNSUPPORTED = "{kind} image of type '{type} .{ending}' is unsupported"


def check_image(node: Node, asking: Asking) -> Message | None:
    """Return what is wrong with the picture of a badge class (required) or an assertion (not).

    2-import-20, 22 (none), 2-import-25 (data URI), 2-import-26 (object), 3-dead-16, 17, 20 (dead,
    404), 3-dead-39 (relative), 4-backpack-66, 67 (JPEG, GIF), 4-backpack-68, 70 (SVG, no ending).
    """
    url = image_url(node.terms.get("image"))
    if url is None:
        text = _REQUIRED.format(node=node.id)
        is_optional = node.kind is Kind.ASSERTION
        return None if is_optional else _message(node, text, "badge_class_incomplete")
    if is_data_uri(url):
        media_type = url[5:].split(",", 1)[0].split(";")[0].strip().lower()
        return _unsupported(node, media_type, asking.profile)
    if not is_url(url):
        return _message(node, _RELATIVE.format(url=url), "relative_url")
    return _check_fetched(node, asking.get(url), asking.profile)


def _check_fetched(node: Node, answer: Answer, profile: Profile) -> Message | None:
    if not answer.known:
        return None
    if answer.status != 200:
        return _message(node, _UNFETCHED.format(url=answer.url), "badge_image_missing")
    return _unsupported(node, _media_type(answer), profile)


def issuer_image_is_dead(node: Node, asking: Asking) -> bool:
    """Whether the issuer's picture is on a host that does not answer: HTTP 500 (3-dead-18).

    A 404 is harmless (3-dead-19), no picture too (2-import-19).
    """
    url = image_url(node.terms.get("image"))
    if url is None or not is_url(url):
        return False
    answer = asking.get(url)
    return answer.known and answer.status is None


def image_url(value: Json) -> str | None:
    """Return the address of an image, written as a string, an object or a list of one."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None


def _media_type(answer: Answer) -> str:
    declared = answer.content_type.split(";")[0].strip().lower()
    return sniff(answer.body) or declared or "application/octet-stream"


def _unsupported(node: Node, media_type: str, profile: Profile) -> Message | None:
    if media_type in profile.image_types:
        return None
    ending = media_type.rpartition("/")[2]
    text = _UNSUPPORTED.format(kind=node.kind, type=media_type, ending=ending)
    is_picture = media_type.startswith("image/")
    return _message(node, text, "badge_image_unsupported" if is_picture else "badge_image_missing")


def _message(node: Node, text: str, reason: str) -> Message:
    return Message("IMAGE_VALIDATION", text, reason, node.id, "image")
