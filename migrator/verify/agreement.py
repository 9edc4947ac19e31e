"""The rules held against recorded exchanges with a real server: who says what, and how often both.

Used by the tests, which insist on agreement, and by docs/rules.md, which shows it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from migrator.openbadges.location import host_at
from migrator.openbadges.model import Addresses
from migrator.verify.answers import Answer
from migrator.verify.assess import Submission, Verdict, assess
from migrator.verify.rules import RULES

IMPORTS = ("/v2/backpack/import", "/v1/earner/badges", "/bcv1/assertions")
NOT_ABOUT_BADGES = frozenset(
    {
        "1-auth-39-ro-import",
        "1-auth-40-ro-import-v1",
        "1-auth-41-ro-bc",
        "1-auth-48-expired-import",
        "2-import-35-two-inputs",
        "2-import-37-assertion-as-string",
        "2-import-43-image-no-datauri",
        "2-import-44-image-http-url",
        "2-import-46-image-multipart",
        "2-import-47-form-url",
        "2-import-48-malformed-json",
        "4-backpack-55-v1-assertion-obj",
        "4-backpack-58-v1-two",
        "4-backpack-59-v1-empty",
        "6-badgeconnect-22-import-noid",
        "6-badgeconnect-23-import-noassertion",
        "6-badgeconnect-44-unverified-import",
        "6-badgeconnect-45-unverified-import-v1",
    }
)
"""Answers to the request itself, given before anything is verified: no rule is about them."""

RECORDED_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_NOT_ONE = "Must provide only one of 'url', 'image' or 'assertion'."
_SUMMARIES = frozenset({"VERIFY_SIGNATURE", "ASSERTION_REVOKED"})

Exchange = dict[str, Any]


class RecordedPages:
    """The web the recordings were made over (fixtures/badgr/web.json); `restored`: part 9's."""

    def __init__(self, web: dict[str, Any], *, restored: bool = False) -> None:
        pages = web["pages"] + (web["restored"] if restored else [])
        self._pages: dict[str, dict[str, Any]] = {page["url"]: page for page in pages}
        self._images = web["images"]
        self._dead = frozenset(web["dead"])

    def get(self, url: str) -> Answer:
        """Return what the page answered, or that its host is dead, or 404."""
        page = self._pages.get(url)
        if page and "redirect" in page:
            page = self._pages[page["redirect"]]
        if page is None:
            if host_at(url).partition(":")[0] in self._dead:
                return Answer(url, error="dns")
            return Answer(url, 404, "text/html", b"<html>not found</html>")
        if "image" in page:
            body = base64.b64decode(self._images[page["image"]])
        else:
            body = page["text"].encode() if "text" in page else json.dumps(page["json"]).encode()
        return Answer(url, page["status"], page["type"], body)


@dataclass(frozen=True, slots=True)
class Compared:
    """One exchange: what the server said, and what the rules say.

    `heard` are the server's error names (empty: accepted, or a crash); `crashed` is HTTP 500.
    """

    name: str
    status: int
    heard: frozenset[str]
    verdict: Verdict

    @property
    def crashed(self) -> bool:
        """Whether the server failed over it."""
        return self.status == 500

    @property
    def accepted(self) -> bool:
        """Whether the server took it in, or had it already."""
        return self.status == 201 or self.heard == {"DUPLICATE_BADGE"}

    @property
    def said(self) -> frozenset[str]:
        """The error names of our verdict."""
        return frozenset(message.name for message in self.verdict.messages)

    @property
    def agrees(self) -> bool:
        """Whether both say the same: accepted, or the same names, or a crash."""
        if self.crashed or self.verdict.crash:
            return self.crashed and self.verdict.crash
        if self.accepted:
            return self.verdict.accepted
        return self.said == self.heard

    @property
    def reasons(self) -> frozenset[str]:
        """The reason codes of our verdict."""
        codes = {message.reason for message in self.verdict.messages}
        if self.verdict.crash and self.verdict.crash_reason:
            codes.add(self.verdict.crash_reason)
        return frozenset(codes)


def exchanges(folder: Path) -> Iterator[Exchange]:
    """Yield every recorded exchange of a folder of recordings, in the order it was made."""
    for path in sorted(folder.glob("*.json")):
        yield from json.loads(path.read_text(encoding="utf-8"))


def imports(folder: Path) -> Iterator[Exchange]:
    """Yield the exchanges in which a badge was handed over and judged."""
    for exchange in exchanges(folder):
        request = exchange["request"]
        path = request["url"].removeprefix("https://badgr.example").partition("?")[0]
        is_import = request["method"] == "POST" and path in IMPORTS
        if is_import and exchange["name"] not in NOT_ABOUT_BADGES:
            yield exchange


def compare(fixtures: Path) -> list[Compared]:
    """Judge every badge that was handed over to the real server, and return what both say.

    `fixtures` is the folder fixtures/badgr: `recordings/*.json` and `web.json`.
    """
    web = json.loads((fixtures / "web.json").read_text(encoding="utf-8"))
    usual, restored = RecordedPages(web), RecordedPages(web, restored=True)
    found = []
    for exchange in imports(fixtures / "recordings"):
        is_back = exchange["name"].startswith("9-") and "died-again" not in exchange["name"]
        verdict = assess(
            submission_of(exchange, web["submitted"]),
            restored if is_back else usual,
            account_of(exchange["name"], web["accounts"]["alice"]),
            RECORDED_AT,
        )
        response = exchange["response"]
        heard = frozenset() if response["status"] in {201, 500} else names_in(response["body"])
        found.append(Compared(exchange["name"], response["status"], heard, verdict))
    return found


def submission_of(exchange: Exchange, submitted: dict[str, str]) -> Submission:
    """Return what was handed over, with images put back that the recordings cut short."""
    name, body = exchange["name"], exchange["request"]["body"]
    if name in submitted:
        data = base64.b64decode(submitted[name])
        return Submission(jws=data.decode()) if "as-assertion" in name else Submission(image=data)
    if isinstance(body, str):
        return Submission(url=parse_qs(body)["url"][0])
    if "image" in body:
        return Submission(image=base64.b64decode(body["image"].partition("base64,")[2]))
    if "assertion" not in body:
        return Submission(url=body.get("url"))
    assertion = body["assertion"]
    if "/bcv1/" in exchange["request"]["url"]:
        return Submission(url=assertion["id"])
    return Submission(assertion=json.loads(assertion) if isinstance(assertion, str) else assertion)


def account_of(name: str, alice: dict[str, list[str]]) -> Addresses:
    """Return the addresses of the account that handed it over."""
    if name == "8-misc-14-bob-claims-badge":
        return Addresses(("bob@example.org",))
    variants = ("Alice@Example.org",) if name.endswith("after-variant") else ()
    return Addresses(tuple(alice["verified"]), tuple(alice["unverified"]), variants)


def names_in(body: Any) -> frozenset[str]:
    """Return the error names of an answer, whatever the shape of the API's generation."""
    if isinstance(body, dict) and body.get("fieldErrors"):
        return frozenset(body["fieldErrors"])
    if isinstance(body, dict) and "validationErrors" in body:
        body = body["validationErrors"]
    elif isinstance(body, dict):
        body = body["status"]["error"]
    names = {item["name"] if isinstance(item, dict) else item for item in body}
    if _NOT_ONE in names:
        return frozenset({"REQUEST"})
    return frozenset(name for name in names if _NAME.fullmatch(name)) - _SUMMARIES


def shown(compared: list[Compared]) -> dict[str | None, tuple[list[str], int]]:
    """Return for each rule's reason code (None: accepted) the exchanges that show it.

    With each list comes in how many of them server and rules say the same. A rule that no exchange
    shows has an empty list.
    """
    found: dict[str | None, tuple[list[str], int]] = {rule.code: ([], 0) for rule in RULES}
    found[None] = ([], 0)
    for one in compared:
        codes: set[str | None] = set(one.reasons) or {None}
        for code in codes:
            names, both = found.get(code, ([], 0))
            found[code] = ([*names, one.name], both + one.agrees)
    return found
