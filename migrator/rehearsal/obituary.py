"""What `verify` calls each death of the dead web: a real run, on this computer."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from migrator.archive.archive import Archive
from migrator.archive.intake import read_source
from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.net import Client, Reply
from migrator.openbadges.baking import bake
from migrator.rehearsal.deadweb import ADDRESS, DeadWeb, dead_web
from migrator.rehearsal.deaths import SORTS, Sort
from migrator.sources import registry
from migrator.sources.place import open_place
from migrator.verify.hosts.fate import FATES, Fate
from migrator.verify.hosts.lines import Manners
from migrator.verify.hosts.survey import Asker, Scope, Surveyed, survey
from migrator.verify.hosts.tally import Tally, judge_all

_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_PORT = re.compile(r"127\.0\.0\.1:\d+")


@dataclass(frozen=True, slots=True)
class Obituary:
    """One address of the dead web: what happens there, its fate, and what more is said of it."""

    sort: Sort
    fate: Fate
    detail: str


class _Split:
    """Asks the dead web's own servers, and all others as every command does: guarded."""

    def __init__(self) -> None:
        limits = {"connect_timeout": 2.0, "read_timeout": 0.6, "total_timeout": 1.5}
        self._own = Client(allow_private=True, **limits)  # type: ignore[arg-type] # seconds all
        self._guarded = Client(**limits)  # type: ignore[arg-type] # the same

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """GET an address."""
        own = f"//{ADDRESS}:" in url or ".example/" in url
        return (self._own if own else self._guarded).get(url, headers)


def write_badges(web: DeadWeb, folder: Path) -> None:
    """Write a baked image for each address, as it was downloaded when the address was alive."""
    for sort in SORTS:
        baked = bake(_PNG, json.dumps(web.assertion(sort.name)))
        (folder / f"{sort.name}.png").write_bytes(baked)


def verify_all(archive: Archive) -> tuple[Surveyed, Tally]:
    """Verify an archive on the dead web: no pace, short patience."""
    asker = Asker(_Split(), Manners(free=lambda _host: True), online=lambda: True)
    surveyed = survey(archive, asker, Scope(), lambda _done, _all: None)
    return surveyed, judge_all(archive, Scope(), datetime.now(UTC), lambda _done: None)


def obituaries(folder: Path) -> list[Obituary]:
    """Let every badge die in a folder, and say what each death is called."""
    with dead_web() as web, Archive.open(folder / "dead.db") as archive:
        badges = folder / "badges"
        badges.mkdir()
        write_badges(web, badges)
        with open_place(badges) as place:
            read_source(archive, registry.recognise(place).adapter, place, lambda _counts: None)
        verify_all(archive)
        found = []
        for sort in SORTS:
            answer = webanswers.latest(archive, web.address(sort.name))
            if answer is not None:
                found.append(Obituary(sort, FATES[answer.outcome], _shown(answer)))
    return found


def _shown(answer: WebAnswer) -> str:
    """Return the detail as it is shown: without ports, and without a TLS library's own words."""
    if answer.outcome == "host_insecure":
        return "what the TLS library says"
    return _PORT.sub("academy.example", answer.detail or "")


def table() -> list[str]:
    """Return the lines of a Markdown table for docs/verify.md."""
    with TemporaryDirectory() as folder:
        found = obituaries(Path(folder))
    return [
        "| the host ... | what `verify` calls the badge | and says of it |",
        "|---|---|---|",
        *(
            f"| {one.sort.happens} | `{one.fate.code}`: {one.fate.title} | {one.detail} |"
            for one in found
        ),
    ]
