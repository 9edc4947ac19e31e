"""What is handed over, reduced to what the server really looks at: a URL or a JWS."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.openbadges import baking, documents, jws
from migrator.openbadges.baked import Baked
from migrator.openbadges.model import Json, JsonObject, Unreadable
from migrator.verify.asking import Asking, not_interpreted, unreachable
from migrator.verify.contexts import check_contexts
from migrator.verify.forms import is_url
from migrator.verify.verdict import Message, Submission

_NO_URL = (
    "Could not determine verifiable input from provided JSON. No hosted verification URL found."
)
_NOT_IMPLEMENTED = (
    "<class 'NotImplementedError'> ['NotImplementedError: only URL, JSON, or JWS input implemented "
    "so far\\n']"
)
_NOT_ONE = "Must provide only one of 'url', 'image' or 'assertion'."
_PICTURES = ("image/png", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Start:
    """Where the verification starts: exactly one of `url`, `jws`, `message`, `crash` is set.

    `held` is the JSON that was handed over with the URL: the server throws it away. `crash` is the
    reason code for HTTP 500. Messages named "url" and "image" are field errors of the request.
    """

    url: str | None = None
    jws: str | None = None
    held: JsonObject | None = None
    message: Message | None = None
    crash: str | None = None


def reduce_input(submission: Submission, asking: Asking) -> Start:
    """Reduce a submission as reference/badgr-api.md 5.3 step 1 says."""
    given = (submission.url, submission.image, submission.assertion or None, submission.jws)
    if sum(value is not None for value in given) != 1:
        return Start(message=Message("REQUEST", _NOT_ONE, "no_badge_data"))
    if submission.url is not None:
        return _from_url(submission.url, asking)
    if submission.image is not None:
        return _from_image(submission.image, asking)
    if submission.assertion is not None:
        return _from_json(submission.assertion, asking)
    return Start(jws=submission.jws)


def _from_url(url: str, asking: Asking) -> Start:
    """A URL may serve a baked image; then that is read (2-import-09). 2-import-36: no URL."""
    if not is_url(url):
        return Start(message=Message("url", "Enter a valid URL.", "no_web_address"))
    answer = asking.get(url)
    if not answer.known:
        return Start(url=url)
    if answer.status is None:
        return Start(message=unreachable(answer))
    if answer.content_type.split(";")[0].strip().lower() not in _PICTURES:
        return Start(url=url)
    start = _from_image(answer.body, asking)
    if start.crash or (start.message and start.message.name == "image"):
        return Start(message=not_interpreted(answer))
    return start


def _from_image(image: bytes, asking: Asking) -> Start:
    """Unbake an image that was handed over.

    2-import-06, 07 (PNG with JSON or URL), 2-import-40 (no badge data: HTTP 500), 2-import-41
    (GIF), 2-import-42 (broken), 3-dead-41 (JWS), 2-import-45 and 4-backpack-71, 72 (SVG).
    """
    try:
        unbaked = baking.unbake(image)
    except Unreadable:
        return Start(message=Message("image", "Invalid image.", "no_badge_data"))
    if unbaked.media_type not in _PICTURES:
        return Start(message=Message("image", "Invalid PNG", "no_badge_data"))
    readable = [baked for baked in unbaked.baked if baked.keyword in {"openbadges", "assertion"}]
    if not readable:
        return Start(crash="version_unsupported" if unbaked.baked else "no_badge_data")
    if unbaked.media_type == "image/svg+xml":
        # The server loses the `verify` attribute and sees only what stands inside the element.
        readable = [baked for baked in readable if baked.kind == "json"]
    first = min(readable, key=lambda baked: baked.start, default=None)
    return _from_baked(first, asking)


def _from_baked(baked: Baked | None, asking: Asking) -> Start:
    if baked is not None and baked.kind == "url" and is_url(baked.text):
        return Start(url=baked.text)
    if baked is not None and baked.kind == "jws":
        return Start(jws=baked.text)
    if baked is not None and baked.kind == "json":
        try:
            return _from_json(documents.parse_object(baked.text.encode()), asking)
        except Unreadable:
            pass  # it is answered as any other text is
    return Start(message=Message("DETECT_INPUT_TYPE", _NOT_IMPLEMENTED, "badge_incomplete"))


def _from_json(document: JsonObject, asking: Asking) -> Start:
    """JSON counts only for its address: `id`, or `verify.url` of 1.0.

    2-import-05, 3-dead-29 (1.0), 2-import-39, 3-dead-06, 07, 35, 49 (no address), 7-extra-23 (3.0).
    """
    dead = check_contexts(document, asking, name="DETECT_INPUT_TYPE", node=None)
    if dead:
        return Start(message=dead)
    verify = document.get("verify")
    hosted: Json = verify.get("url") if isinstance(verify, dict) else None
    if isinstance(verify, dict) and verify.get("type") == "signed":
        hosted = None
    for url in (document.get("id"), hosted):
        if isinstance(url, str) and is_url(url):
            return Start(url=url, held=document)
    return Start(message=Message("REPORT_MESSAGE", _NO_URL, "no_web_address", success=True))


def payload_of(token: str) -> JsonObject | None:
    """Return the payload of a JWS, None for what is none."""
    try:
        return jws.payload(token)
    except Unreadable:
        return None


def not_a_jws() -> Message:
    """A text handed over as JWS that is none."""
    return Message("DETECT_INPUT_TYPE", _NOT_IMPLEMENTED, "badge_incomplete")
