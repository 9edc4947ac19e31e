"""The web of issuers: every host in one server, told apart by the Host header.

Documents come from a folder (`<folder>/<host>/<path>`), from pages described in a JSON file, or
from an archive. A host can be dead: then the connection ends without an answer. Nothing of it
reaches the internet.
"""

from __future__ import annotations

import base64
import json
import mimetypes
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit

from flask import Response

from migrator.openbadges.baking import sniff
from migrator.rehearsal.answers import page as html_page
from migrator.rehearsal.faults import StartResponse, hang_up

DESCRIPTION = "web.json"


class Documents(Protocol):
    """Somebody who keeps documents by their address, such as an archive."""

    def document_at(self, url: str) -> tuple[bytes, str] | None:
        """Return body and media type, None when there is nothing at this address."""


@dataclass(frozen=True, slots=True)
class Page:
    """One odd page: any status, a redirect, a wrong media type."""

    status: int = 200
    media_type: str = "application/json"
    body: bytes = b""
    redirect: str = ""


class Pages:
    """Pages described in a JSON file: a list `pages` of url, status, type and what is in it.

    What is in it is one of `json`, `text`, `image` (a name of the map `images`, base64) or
    `redirect`; a list `dead` names hosts that never answer.
    """

    def __init__(self, described: dict[str, Any]) -> None:
        images = {
            name: base64.b64decode(data) for name, data in described.get("images", {}).items()
        }
        self.pages = {each["url"]: _page(each, images) for each in described.get("pages", ())}
        self.dead = tuple(described.get("dead", ()))

    def document_at(self, url: str) -> tuple[bytes, str] | None:
        """Return body and media type of an ordinary page."""
        found = self.pages.get(url)
        return None if found is None or found.status != 200 else (found.body, found.media_type)

    def page_at(self, url: str) -> Page | None:
        """Return the page at an address."""
        return self.pages.get(url)


def _page(described: dict[str, Any], images: dict[str, bytes]) -> Page:
    if "json" in described:
        body = json.dumps(described["json"]).encode()
    elif "image" in described:
        body = images[described["image"]]
    else:
        body = described.get("text", "").encode()
    return Page(
        described.get("status", 200),
        described.get("type") or kind_of(described["url"], body),
        body,
        described.get("redirect") or "",
    )


class Folder:
    """Files in `<folder>/<host>/<path>`; a query is part of the name, as `?...` or `%3F...`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def document_at(self, url: str) -> tuple[bytes, str] | None:
        """Return body and media type of a file; its host may be written with or without port."""
        parts = urlsplit(url)
        for host in dict.fromkeys((parts.netloc, parts.hostname or "")):
            for name in _names(parts.path, parts.query):
                file = self._file(host, name)
                if file is not None:
                    body = file.read_bytes()
                    return body, kind_of(file.name, body)
        return None

    def _file(self, host: str, name: str) -> Path | None:
        segments = [each for each in name.split("/") if each]
        if not host or any(each in (".", "..") or "\\" in each for each in (host, *segments)):
            return None
        file = self.folder.joinpath(host, *segments)
        if file.is_dir():
            file = file / "index.html"
        inside = file.resolve().is_relative_to(self.folder)
        return file if inside and file.is_file() else None


def _names(path: str, query: str) -> tuple[str, ...]:
    plain = unquote(path)
    if not query:
        return (plain,)
    return (f"{plain}?{query}", f"{plain}%3F{quote(query, safe='=')}", plain)


def kind_of(name: str, body: bytes) -> str:
    """Return the media type a careful host would give: by content first, then by name."""
    kind = sniff(body)
    if kind is not None:
        return kind
    if body.lstrip()[:1] in (b"{", b"["):
        return "application/json"
    return mimetypes.guess_type(name)[0] or "text/html"


class HostedWeb:
    """The WSGI app that plays all issuers' hosts; `dead` may be changed while it runs."""

    def __init__(self, sources: Sequence[Documents], dead: Iterable[str] = ()) -> None:
        self.sources = tuple(sources)
        self.fetched: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._dead = frozenset(host.lower() for host in dead)

    @property
    def dead(self) -> tuple[str, ...]:
        """The hosts that do not answer, sorted."""
        return tuple(sorted(self._dead))

    def set_dead(self, hosts: Iterable[str]) -> None:
        """Say anew which hosts do not answer; all others do."""
        self._dead = frozenset(host.lower() for host in hosts)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer for the host named in the request."""
        host = environ.get("HTTP_HOST", "").lower()
        with self._lock:
            self.fetched[host] += 1
        if {host, host.partition(":")[0]} & self._dead:
            return hang_up(environ, start_response)
        scheme = environ.get("HTTP_X_FORWARDED_PROTO", "http")
        target = environ.get("RAW_URI") or environ["PATH_INFO"]
        whole = target.startswith(("http://", "https://"))
        url = target if whole else f"{scheme}://{host}{target}"
        return self._answer(url)(environ, start_response)

    def _answer(self, url: str) -> Response:
        found = self.page_at(url)
        if found is None:
            return html_page(404, "There is nothing at this address.")
        headers = {"Location": found.redirect} if found.redirect else None
        return Response(found.body, found.status, headers, content_type=found.media_type)

    def page_at(self, url: str) -> Page | None:
        """Return the page at an address from the first source that has one."""
        for source in self.sources:
            if isinstance(source, Pages):
                page = source.page_at(url)
                if page is not None:
                    return page
            else:
                document = source.document_at(url)
                if document is not None:
                    return Page(200, document[1], document[0])
        return None


def folder_sources(folder: Path) -> tuple[tuple[Documents, ...], tuple[str, ...]]:
    """Return the sources of a folder and the hosts its description says are dead."""
    description = folder / DESCRIPTION
    if not description.is_file():
        return (Folder(folder),), ()
    pages = Pages(json.loads(description.read_text(encoding="utf-8")))
    return (pages, Folder(folder)), pages.dead
