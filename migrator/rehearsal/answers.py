"""The shapes of the backpack's answers: three generations of JSON, and HTML where Badgr fails.

Source: reference/badgr-api.md 1. The media types are part of the contract: `application/ld+json`
unless the client asks for `application/json`, a browsable page for `text/html`, 406 for what the
server cannot write.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Request, Response

Headers = tuple[tuple[str, str], ...]

LD_JSON = "application/ld+json"
JSON = "application/json"
HTML = "text/html; charset=utf-8"
_RENDERERS = (LD_JSON, JSON, "text/html")

NOT_AUTHENTICATED = "Authentication credentials were not provided."
NO_PERMISSION = "You do not have permission to perform this action."
NOT_CONFIRMED = (
    "This function only available to authenticated users with confirmed email addresses."
)

_DESCRIPTIONS = {
    400: "bad request",
    401: "no valid auth token found",
    404: "entity not found or insufficient privileges",
}
_MINOR = {401: "unauthorizedrequest", 403: "forbidden", 404: "not_found", 405: "not_allowed"}
_BADGE_CONNECT = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    # Another method than the path has (6-badgeconnect-27)
    405: "PERMISSION_DENIED",
}


class Style(StrEnum):
    """Which generation of the API a path belongs to; they differ in how they say no."""

    V2 = "v2"
    V1 = "v1"
    BADGE_CONNECT = "bcv1"
    PUBLIC = "public"
    OPEN_BADGES_3 = "ob3"


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer: JSON `data`, or `text` with its own media type."""

    status: int = 200
    data: Any = None
    headers: Headers = ()
    text: str | bytes | None = None
    media_type: str = ""


class Refused(Exception):
    """A handler says no: `status`, and what each generation writes about it.

    `detail` is a sentence (or the whole body of a v1 answer when it is no string), `fields` and
    `validation` are the two lists of v2.
    """

    def __init__(
        self,
        status: int,
        detail: Any = None,
        *,
        fields: dict[str, list[str]] | None = None,
        validation: list[Any] | None = None,
    ) -> None:
        super().__init__(status)
        self.status = status
        self.detail = detail
        self.fields = fields or {}
        self.validation = validation or []


class Broken(Exception):
    """The real server fails here with an unhandled exception: HTTP 500 and a page of HTML."""


def ok(*results: Any, status: int = 200, **more: Any) -> Reply:
    """Return the v2 envelope: `result` is a list, also for a single object."""
    envelope = {"status": {"success": True, "description": "ok"}, "result": list(results)}
    return Reply(status, {**envelope, **more})


def chosen(accept: str) -> str | None:
    """Return the media type for an Accept header, None when there is none to agree on.

    The more exact wish wins and weights are ignored, as on the real server.
    """
    wishes = [item.split(";")[0].strip().lower() for item in (accept or "*/*").split(",")]
    for rank in (0, 1, 2):
        for media_type in _RENDERERS:
            if any(_rank(wish) == rank and _fits(media_type, wish) for wish in wishes):
                return media_type
    return None


def _rank(wish: str) -> int:
    """Return how vague a wish is."""
    return (wish == "*/*") + wish.endswith("/*")


def _fits(media_type: str, wish: str) -> bool:
    family = media_type.split("/", maxsplit=1)[0]
    return wish in ("*/*", f"{family}/*", media_type)


def refusal(style: Style, refused: Refused) -> Reply:
    """Return what this generation of the API writes for a refusal."""
    if style is Style.BADGE_CONNECT:
        return _badge_connect(refused)
    if style is Style.OPEN_BADGES_3:
        return _status_info(refused)
    if style is Style.V1:
        body = refused.detail if refused.detail is not None else refused.validation
        detail = {"detail": body} if isinstance(body, str) else body
        challenge = (("WWW-Authenticate", 'Bearer realm="api"'),) if refused.status == 401 else ()
        return Reply(refused.status, detail, challenge)
    # v2 never answers 403: to lack a permission looks like a thing that is not there
    status = 404 if refused.status == 403 else refused.status
    fields: Any = refused.fields
    if status in (405, 406, 415):
        fields = refused.detail
    description = _DESCRIPTIONS.get(status, "miscellaneous error")
    return Reply(
        status,
        {
            "status": {"success": False, "description": description},
            "result": [],
            "fieldErrors": fields,
            "validationErrors": refused.validation,
        },
    )


def _badge_connect(refused: Refused) -> Reply:
    error: Any = refused.fields or refused.validation or None
    text = _BADGE_CONNECT.get(
        refused.status, "REQUEST_VALIDATION_ERROR" if error else "BAD_REQUEST"
    )
    status = 401 if text == "PERMISSION_DENIED" else refused.status
    return Reply(status, {"status": {"error": error, "statusCode": status, "statusText": text}})


def _status_info(refused: Refused) -> Reply:
    """Write an Imsx_StatusInfo (1EdTech, Open Badges 3.0, B.3.1)."""
    words = refused.detail if isinstance(refused.detail, str) else "The request is not valid."
    minor = {
        "imsx_codeMinorFieldName": "rehearsal",
        "imsx_codeMinorFieldValue": _MINOR.get(refused.status, "invalid_data"),
    }
    body = {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": words,
        "imsx_codeMinor": {"imsx_codeMinorField": [minor]},
    }
    return Reply(refused.status, body, media_type=JSON)


def oauth(error: str, description: str = "") -> Reply:
    """Return an error of the OAuth library: 400 and JSON."""
    body = {"error": error}
    if description:
        body["error_description"] = description
    return Reply(400, body, media_type=JSON)


def odd(status: int, body: dict[str, Any]) -> Reply:
    """Return JSON under the media type of HTML, as Badgr's own checks in front of OAuth do."""
    return Reply(status, text=json.dumps(body), media_type=HTML)


def response(request: Request, reply: Reply) -> Response:
    """Write a reply in the media type the client asked for."""
    headers = list(reply.headers)
    if reply.text is not None:
        return Response(reply.text, reply.status, headers, content_type=reply.media_type or HTML)
    if reply.data is None:
        empty = Response(b"", reply.status, headers)
        if reply.status < 300 or reply.status >= 400:
            empty.headers.pop("Content-Type", None)
        return empty
    media_type = reply.media_type or chosen(request.headers.get("Accept", "")) or LD_JSON
    body = json.dumps(reply.data, ensure_ascii=False)
    if media_type == "text/html":
        title = f"{request.method} {request.path}"
        page = f"<h1>{html.escape(title)}</h1><pre>HTTP {reply.status}\n\n{html.escape(body)}</pre>"
        return Response(_page(title, page), reply.status, headers, content_type=HTML)
    return Response(body, reply.status, headers, content_type=media_type)


def page(status: int, sentence: str) -> Response:
    """Return the page of HTML for a path that does not exist (404) or a failure (500)."""
    return Response(_page("Badgr", f"<p>{sentence}</p>"), status, content_type=HTML)


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html>\n<head><meta charset="utf-8"><title>{html.escape(title)}'
        f"</title></head>\n<body>\n{body}\n</body>\n</html>\n"
    )
