"""canvabadges: its JSON for one badge or for a person, and its PostgreSQL dump.

Reference page badge-formats.md, 1.12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from migrator.openbadges.address import web_address
from migrator.openbadges.model import (
    Assertion,
    BadgeClass,
    Evidence,
    Issuer,
    Json,
    JsonObject,
    Recipient,
)
from migrator.openbadges.recipient import looks_hashed
from migrator.openbadges.values import label, mapping
from migrator.openbadges.versions import is_assertion
from migrator.sources.adapter import Match
from migrator.sources.beginning import created, each_file, is_dump, judged
from migrator.sources.dumptables import Record, dump_tables
from migrator.sources.found import Found, Outcome, Problem, Yielded
from migrator.sources.jsonfile import JsonFile, begins_json
from migrator.sources.place import Member, Place
from migrator.sources.rowdocument import row_document
from migrator.sources.window import decompressed_head

_URL = "canvabadges.url"
_TABLE = "badges"
_NEEDED = ("badge_config_id", "nonce", "recipient", "salt")
_COLUMNS = (
    *("id", "user_id", "badge_url", *_NEEDED, "name", "description", "issued", "email"),
    *("evidence_url", "state", "user_full_name"),
    *("issuer_name", "issuer_org", "issuer_url", "issuer_email", "issuer_image_url"),
)
_HOSTED = re.compile(r"https?://[^/]+/api/v1/badges/data/[^/]+/[^/]+/[^/]+\.json")
_LISTED = frozenset({"config_id", "nonce", "state"})
_NOT_AWARDED = ("pending", "unissued")

_DUMP_IT = "Run `pg_dump --table=badges DATABASE > canvabadges.sql`, and archive canvabadges.sql."
_NO_URL = (
    "This list does not say where the badge was served. If you know the address of the "
    "canvabadges site, add it to the command, as in "
    "--set canvabadges.url=https://badges.example.org, and archive the list again."
)
_NO_ADDRESS = (
    "This award has neither an e-mail address nor a recipient, so it is not known whose badge it "
    "is. Ask the administrator of the Canvas site for user {}."
)
_REVOKED = "This badge was revoked, so it has no address any more. Ask the issuer about it."
_NO_AWARD = "This is no badge of canvabadges. Save its page or list again."


class Canvabadges:
    """Reads `/api/v1/badges/data/...json`, `/api/v1/badges/public/...json`, and the dump."""

    name = "canvabadges"
    title = "canvabadges (badges of Canvas courses)"
    reads = "saved JSON of a canvabadges site, or a pg_dump of its table badges"
    settings = {  # noqa: RUF012 (nobody changes it)
        _URL: "the address of the canvabadges site, such as https://badges.example.org, for lists "
        "and dumps: they do not say it, and a badge of canvabadges is its address"
    }

    def detect(self, place: Place) -> Match | None:
        """Look for the site's own addresses, or for its table of badges."""
        return judged(place, _judge)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield every badge that was awarded."""
        yield from each_file(place, _judge, _read)


def _judge(head: bytes) -> Match | None:
    if is_dump(head):
        ours = set(_NEEDED) <= set(created(head).get(_TABLE, ()))
        return Match(94, "It is a database dump with canvabadges' table badges.") if ours else None
    for value in _FILE.first(head):
        if _own_url(value):
            return Match(86, "It holds assertions as canvabadges serves them.")
        if value.keys() >= _LISTED:
            return Match(88, "It is canvabadges' list of a person's badges.")
    return None


def _own_url(value: JsonObject) -> str | None:
    """Return where an assertion says that it is served, when that is canvabadges' way."""
    url = label((mapping(value.get("verify")) or {}).get("url"))
    return url if url and _HOSTED.fullmatch(url) else None


def _is_one(value: JsonObject) -> bool:
    return "recipient" in value or value.keys() >= _LISTED


def _read(place: Place, member: Member) -> Iterator[Outcome]:
    base = place.settings.get(_URL, "").rstrip("/")
    if not begins_json(decompressed_head(place.peek(member, 4096))):
        yield from _read_dump(place, member, base)
        return

    def outcomes(locator: str, value: Json, data: bytes) -> Iterator[Outcome]:
        said: JsonObject = value if isinstance(value, dict) else {}
        if said.keys() >= _LISTED:
            yield from _listed(locator, said, data, base)
        elif is_assertion(said):
            yield Found(locator, data, hosted_url=_own_url(said))
        else:
            yield Problem(locator, "no_award", _NO_AWARD, data)

    yield from _FILE.read(place, member, outcomes)


def _listed(locator: str, said: JsonObject, data: bytes, base: str) -> Iterator[Outcome]:
    """Yield the badge an entry of a list stands for; nothing for one that was never awarded."""
    state = said.get("state")
    if state in _NOT_AWARDED:
        return
    parts = {name: label(said.get(name)) for name in ("config_id", "id", "nonce")}
    url = _address(base, *parts.values())
    if state == "revoked":
        yield Problem(locator, "revoked", _REVOKED, data)
    elif url:
        yield Found(locator, hosted_url=url)
    else:
        yield Problem(locator, "site_unknown", _NO_URL, data)


def _address(base: str, *parts: str | None) -> str | None:
    known = [part for part in parts if part]
    if not base or len(known) < len(parts):
        return None
    return f"{base}/api/v1/badges/data/{'/'.join(known)}.json"


def _read_dump(place: Place, member: Member, base: str) -> Iterator[Outcome]:
    label_ = place.locator(member)
    with dump_tables({_TABLE: _COLUMNS}) as tables:
        yield from tables.fill(place, member)
        tables.must_have(_TABLE, _NEEDED, label_, _DUMP_IT)
        for row in tables.rows(_TABLE):
            if row.text("state") not in _NOT_AWARDED:
                yield from _of_row(row, row.locator(f"{label_}, "), base)


def _of_row(row: Record, locator: str, base: str) -> Iterator[Outcome]:
    email, hashed = row.text("email"), row.text("recipient")
    recipient = None
    if hashed:
        recipient = Recipient(hashed, hashed=looks_hashed(hashed), salt=row.text("salt"))
    elif email:
        recipient = Recipient(email.strip())
    if recipient is None:
        sentence = _NO_ADDRESS.format(row.text("user_id"))
        yield Problem(locator, "award_without_address", sentence, row.told())
        return
    parts = [row.text(name) for name in ("badge_config_id", "user_id", "nonce")]
    url = _address(base, *parts)
    evidence = web_address(row.text("evidence_url"))
    said = Assertion(
        recipient=recipient,
        id=url,
        uid=row.text("id"),
        issued_on=row.moment("issued"),
        evidence=(Evidence(evidence),) if evidence else (),
        revoked=row.text("state") == "revoked",
        badge_class=_badge_class(row),
    )
    nonce = row.text("nonce")  # a number by chance, of this award alone
    key = f"canvabadges {nonce}" if nonce else None
    document = row_document(said, "a canvabadges database", key=key, unread=_unread(row))
    yield Found(locator, document, hosted_url=url, holder=email and email.strip())


def _badge_class(row: Record) -> BadgeClass:
    image, name = row.text("badge_url"), row.text("issuer_org") or row.text("issuer_name")
    issuer = Issuer(
        name or "",
        web_address(row.text("issuer_url")),
        email=row.text("issuer_email"),
        image=web_address(row.text("issuer_image_url")),
    )
    return BadgeClass(
        name=row.text("name") or "",
        description=row.text("description"),
        image=image if image and image.startswith(("http://", "https://", "data:")) else None,
        issuer=issuer if name else None,
    )


def _unread(row: Record) -> Mapping[str, str]:
    said = {name: row.text(name) or "" for name in ("user_full_name", "badge_config_id", "user_id")}
    return {**said, "nonce": row.text("nonce") or ""}


_FILE = JsonFile(_is_one, inside=frozenset({"objects"}))
