"""A restored site played on 127.0.0.1, under the names of its hosts, before anybody puts it up.

What `export restore-site` has written is served by its manifest: each address, with its query, from
its file, with its media type. All other hosts hang up, unless somebody else plays them.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self, TypeAlias

from migrator import errors
from migrator.openbadges.location import Location, Unservable, host_at, locate
from migrator.rehearsal.faults import StartResponse, hang_up
from migrator.rehearsal.running import Running
from migrator.rehearsal.web import Documents, HostedWeb

MANIFEST = "manifest.json"
_Folder: TypeAlias = Path | zipfile.Path


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a site, with what the manifest says of it."""

    folder: _Folder
    name: str
    media_type: str
    digest: str

    def read(self) -> bytes | None:
        """Return its bytes, None when it is not there."""
        file = self.folder.joinpath(*self.name.split("/"))
        return file.read_bytes() if file.is_file() else None


class RestoredSite:
    """The files of one or several hosts; a folder of `export restore-site`, or a ZIP of it.

    Raises Usage when there is no manifest in it.
    """

    def __init__(self, place: Path) -> None:
        self._files: dict[Location, _File] = {}
        self.example: Location | None = None
        for folder in _folders(place):
            for entry in _entries(folder):
                self._take(folder, entry)
        if not self._files:
            raise errors.Usage(
                f"{place} holds no restored site.",
                "Name the folder or ZIP that `badge-migrator export restore-site` has written.",
            )

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts, sorted."""
        return tuple(sorted({location.host for location in self._files}))

    @property
    def files(self) -> int:
        """How many addresses are served."""
        return len(self._files)

    def document_at(self, url: str) -> tuple[bytes, str] | None:
        """Return body and media type, None when there is nothing at this address.

        A query that no address has is ignored, as web servers do for files.
        """
        try:
            location = locate(url)
        except Unservable:
            return None
        bare = Location(location.host, location.path)
        file = self._files.get(location) or self._files.get(bare)
        body = file.read() if file else None
        return None if file is None or body is None else (body, file.media_type)

    def changed(self) -> list[str]:
        """Return the files that are not there, or not what the manifest says."""
        found = []
        for file in dict.fromkeys(self._files.values()):
            body = file.read()
            if body is None or sha256(body).hexdigest() != file.digest:
                found.append(file.name)
        return found

    def _take(self, folder: _Folder, entry: dict[str, Any]) -> None:
        try:
            name, media_type = str(entry["file"]), str(entry["media_type"])
            urls = [str(entry["url"]), *map(str, entry["also"])]
            locations = [locate(url) for url in urls]
            digest = str(entry["sha256"])
        except (KeyError, TypeError, Unservable):
            return
        if not name.startswith("site/") or ".." in name.split("/") or "\n" in media_type:
            return
        file = _File(folder, name, media_type, digest)
        for location in locations:
            self._files.setdefault(location, file)
        self.example = self.example or locations[0]


def _folders(place: Path) -> Iterator[_Folder]:
    """Yield every folder with a manifest: the place itself, or those in it; ZIPs are folders."""
    try:
        if place.is_file():
            root: _Folder = zipfile.Path(place)
        else:
            root = place
            for each in sorted(place.glob("*.zip")):
                yield from _folders(each)
        inside: list[_Folder] = [*root.iterdir()] if root.is_dir() else []
        inside.sort(key=lambda one: one.name)
    except (OSError, zipfile.BadZipFile) as error:
        raise errors.Usage(
            f"{place} cannot be read ({error}).", "Name a folder or ZIP of `export restore-site`."
        ) from error
    for folder in (root, *(one for one in inside if one.is_dir())):
        if folder.joinpath(MANIFEST).is_file():
            yield folder


def _entries(folder: _Folder) -> list[dict[str, Any]]:
    try:
        read = json.loads(folder.joinpath(MANIFEST).read_text(encoding="utf-8"))
        files = read["files"]
    except (ValueError, KeyError, TypeError) as error:
        raise errors.Usage(
            f"{folder.joinpath(MANIFEST)} is damaged ({error}).",
            "Write it anew with `badge-migrator export restore-site`.",
        ) from error
    return [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Somebody who plays the other hosts, and these alone: what a site lacks is to be seen."""

    documents: Documents
    hosts: frozenset[str]

    def document_at(self, url: str) -> tuple[bytes, str] | None:
        return None if host_at(url) in self.hosts else self.documents.document_at(url)


class SiteServer:
    """A site being served; a context manager that stops it. Raises OSError for a taken port.

    `others` plays all hosts that the site is not for; without it they hang up.
    """

    def __init__(self, site: RestoredSite, port: int = 0, others: Documents | None = None) -> None:
        self.site = site
        self._hosts = frozenset(site.hosts)
        self._all = others is not None
        elsewhere = () if others is None else (_Elsewhere(others, self._hosts),)
        self._hosted = HostedWeb((site, *elsewhere))
        self._running = Running(self, port)
        self.url = self._running.url

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer for a host of the site; hang up for others, as a dead host does."""
        if not self._all and not self._is_ours(environ):
            return hang_up(environ, start_response)
        return self._hosted(environ, start_response)

    def _is_ours(self, environ: dict[str, Any]) -> bool:
        scheme = environ.get("HTTP_X_FORWARDED_PROTO", "http")
        return host_at(f"{scheme}://{environ.get('HTTP_HOST', '')}/") in self._hosts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._running.stop()
