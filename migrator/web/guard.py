"""What stands before every request: who is asked, from where, and what an answer may load."""

from __future__ import annotations

import ipaddress
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from migrator.web.rights import Settings
from migrator.web.tables import harmless

Scope: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Any, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load: nothing from elsewhere, nothing inline."""
_POLICY_NAME = b"content-security-policy"
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    # Not no-referrer: browsers would not say of the desk's own forms where they come from.
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"private, no-store"),
)
# Of Datasette's own pages about itself only what signing in needs: others name paths and settings.
_ITSELF = re.compile(r"/-/(login|logout|static/.*|desk/.*)")
# What may follow signing in: a page of ours, never an address elsewhere.
_PAGE = re.compile(r"/(?:(?:find|learner|badge|board|class|issuer|by|problems|totals)\b[!-~]*)?")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", re.ASCII)
_LARGEST_FORM = 64 * 1024
_TRIES, _SECONDS = 10, 60.0


class Guard:
    """Wraps the application of one desk."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._tries: deque[float] = deque(maxlen=_TRIES)

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {key.lower(): value for key, value in scope.get("headers") or ()}
        refused = self._refused(scope, headers)
        if refused is not None:
            await _refuse(send, *refused)
            return
        # People sign in on the page: a password in a header would be tried without a limit.
        kept = [(k, v) for k, v in scope["headers"] if k.lower() != b"authorization"]

        inert = harmless(scope["path"], send)

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = _led_on(scope, message)
                secure = scope.get("scheme") == "https"
                headers = _with(message.get("headers") or (), secure=secure)
                message = {**message, "headers": headers}
            await inert(message)

        await self._app({**scope, "headers": kept}, receive, guarded)

    def _refused(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if not self._is_known(host):
            return 421, (
                "The desk is not known under this name. Use the address that `serve` has printed,"
                " or start it with --name."
            )
        path = scope["path"]
        if path.startswith("/-/") and _ITSELF.fullmatch(path) is None:
            return 404, "There is no such page."
        if scope["method"] not in ("GET", "HEAD"):
            return self._refused_form(scope, headers, host)
        return None

    def _refused_form(
        self, scope: Scope, headers: dict[bytes, bytes], host: str
    ) -> tuple[int, str] | None:
        if scope["method"] != "POST":
            return 405, "The desk only answers GET and POST."
        if not _from_here(headers, host):
            return 403, "This form was not sent from a page of the desk. Nothing was changed."
        length = headers.get(b"content-length", b"")
        if not length.isdigit() or int(length) > _LARGEST_FORM:
            return 413, "That is more than a form of the desk holds."
        if scope["path"] == "/-/login" and self._too_many():
            return 429, "Too many tries to sign in. Wait a minute, then try again."
        return None

    def _is_known(self, host: str) -> bool:
        # A page of somebody else's whose name was turned to this computer asks under that name.
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].strip("[]")
        return name == "localhost" or name in self._settings.names or _is_number(name)

    def _too_many(self) -> bool:
        now = time.monotonic()
        full = len(self._tries) == _TRIES and now - self._tries[0] < _SECONDS
        if not full:
            self._tries.append(now)
        return full


def _from_here(headers: dict[bytes, bytes], host: str) -> bool:
    """Whether a form comes from a page of the desk: browsers always say from where."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    if headers.get(b"sec-fetch-site", b"same-origin") != b"same-origin":
        return False
    return urlsplit(origin).netloc.lower() == host


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _with(headers: Any, *, secure: bool) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with ours in place of its own; a file may have a policy of its."""
    ours = {name for name, _ in _HEADERS}
    kept_so = b"; HttpOnly; Secure" if secure else b"; HttpOnly"
    kept = [
        (key, value + kept_so if _is_session(key, value) else value)
        for key, value in headers
        if key.lower() not in ours
    ]
    if not any(key.lower() == _POLICY_NAME for key, _ in kept):
        kept.append((_POLICY_NAME, POLICY.encode()))
    return [*kept, *_HEADERS]


def _is_session(key: bytes, value: bytes) -> bool:
    return (
        key.lower() == b"set-cookie"
        and value.startswith(b"ds_")
        and b"httponly" not in value.lower()
    )


def _led_on(scope: Scope, message: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Let whoever has signed in go on to the page of the desk they had asked for."""
    if scope["path"] != "/-/login" or message["status"] != 302:
        return message
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    wanted = query.get("next", ["/"])[0]
    if _PAGE.fullmatch(wanted) is None:
        return message
    headers = [(key, value) for key, value in message["headers"] if key.lower() != b"location"]
    return {**message, "headers": [*headers, (b"location", wanted.encode())]}


async def _refuse(send: Send, status: int, words: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})
