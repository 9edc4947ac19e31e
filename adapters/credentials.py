"""Open Badges 3.0 credentials, CLR 2.0 and wallet back-ups: JSON, JSON Lines and JWT.

A learner record (CLR) or presentation is kept whole, because its signature covers what is in it,
and each badge inside is a badge of its own. Private keys are never copied. Reference:
badge-formats.md 1.12.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from migrator.openbadges.credential import is_achievement, is_credential, unwrap
from migrator.openbadges.documents import as_backpack_wrote, decode
from migrator.openbadges.jws import is_jws, payload
from migrator.openbadges.model import Json, JsonObject, Unreadable
from migrator.openbadges.values import items, mapping, text
from migrator.openbadges.versions import is_assertion
from migrator.sources.adapter import Match
from migrator.sources.beginning import surest
from migrator.sources.found import Found, FoundFile, Outcome, Problem, Severity, Yielded
from migrator.sources.jsontext import Item, JsonText
from migrator.sources.place import Member, MemberUnreadable, Place

_HEAD = 16 * 1024
_FIRST = 5
_FILES_LOOKED_INTO = 3
_ENDINGS = (".json", ".jsonl", ".jws", ".jwt", ".1ob", ".txt")
_INSIDE = ("contents", "credential", "credentials", "compactJwsString")
_NESTED = ("credentialSubject", "verifiableCredential")
_NESTING = 3
_ENVELOPE = re.compile(r"data:application/vc\+[a-z+]*jwt,(.+)", re.DOTALL)
_SECRET = re.compile(r"privateKey|secretKey")
_START = re.compile(r"[\s\ufeff]*[\[{]")
_WALLET = re.compile(r'"UniversalWallet\d*"')
_SUBJECT = re.compile(r'"(credentialSubject|verifiableCredential)"\s*:\s*[\[{"]')
_TYPE = re.compile(r'"(Verifiable(Credential|Presentation)|(OpenBadge|Achievement|Clr)Credential)"')

_LOCKED = (
    "This wallet back-up is locked: its credentials are encrypted. Unlock the wallet in the app, "
    "make a back-up without a password, and archive that."
)
_KEYS = (
    "This back-up holds private keys too. They were not copied, and are needed to use the "
    "credentials in a wallet: keep the back-up itself in a safe place."
)
_OTHER = (
    "This is a verifiable credential, but no badge: it says nothing about an achievement. It is "
    "kept as it is."
)
_EMPTY = "There is no badge in this learner record. It is kept as it is; ask who made it."
_LEFT_OUT = (
    "This entry of the wallet is no credential, and could be a secret, so it was not copied. "
    "It stays in the back-up."
)
_NO_BADGE = "This is no credential and no badge. Look at it in the wallet or platform it is from."
_UNREADABLE = "This cannot be read. {} What stands before and after it was read."
_DAMAGED = "The file cannot be read to its end ({}). Download or copy it again."


class Credentials:
    """Files of verifiable credentials, told by content."""

    name = "credentials"
    title = "Open Badges 3.0 credentials, CLR 2.0 and wallet back-ups"
    reads = "Open Badges 3.0 and CLR 2.0 (JSON, .1ob, JWT), back-ups of Learner Credential Wallet"

    def detect(self, place: Place) -> Match | None:
        """Look at the first values of a file, or of a few files of a folder."""
        return surest(place, _judge, _ENDINGS, head=_HEAD, files=_FILES_LOOKED_INTO)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield each badge, what is around it, and a word for everything else."""
        for member in place.members():
            if place.kind != "file" and _judge(place.beginning(member, _HEAD)) is None:
                yield place.foreign(member)
                continue
            try:
                yield from _file(place, member)
            except MemberUnreadable as error:
                yield place.problem(member, error)


def _file(place: Place, member: Member) -> Iterator[Outcome]:
    prefix = place.locator(member)
    wallet = _WALLET.search(decode(place.beginning(member, _HEAD))) is not None
    reader = _Reader(wallet)
    keys = 0
    with place.open(member) as stream:
        values = JsonText(stream, inside=_INSIDE, is_one=_is_one, deep=True)
        for item in values:
            if _has_secrets(item.value):
                keys += 1
            else:
                yield from reader.outcomes(f"{prefix}, {item.where}", item)
        if values.damage:
            sentence = _DAMAGED.format(values.damage)
            yield Problem(f"{prefix}, end", "file_damaged", sentence)
    if keys:
        yield Problem(prefix, "private_keys_left_out", _KEYS, severity=Severity.WARNING)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Of a wallet nothing is kept that is not known to be no secret."""

    wallet: bool

    def outcomes(self, locator: str, item: Item, levels: int = _NESTING) -> Iterator[Outcome]:
        """Yield what one value is, and the badges inside it."""
        value = item.value
        if item.kind == "bad":
            secret = self.wallet or _SECRET.search(decode(item.data))
            raw = b"" if secret else item.data
            yield Problem(locator, "unreadable", _UNREADABLE.format(value), raw)
        elif jws := _jws_of(value):
            yield from self._credential(locator, _payload(jws), jws.encode(), levels, signed=True)
        elif isinstance(value, dict) and (is_credential(value) or _holds_credentials(value)):
            yield from self._credential(locator, value, item.data, levels)
        elif isinstance(value, dict) and is_assertion(value):
            yield Found(locator, item.data)
        elif isinstance(value, dict) and _is_wallet(value):
            yield Problem(locator, "wallet_locked", _LOCKED)
        elif isinstance(value, dict) and _is_about_somebody(value):
            yield FoundFile(locator, item.data)
        elif self.wallet:
            yield Problem(locator, "entry_left_out", _LEFT_OUT, severity=Severity.WARNING)
        elif value != "":
            yield Problem(locator, "no_badge", _NO_BADGE, item.data)

    def _credential(
        self, locator: str, value: JsonObject, data: bytes, levels: int, *, signed: bool = False
    ) -> Iterator[Outcome]:
        if _holds_credentials(value):
            yield FoundFile(locator, data)
            plain = as_backpack_wrote(value) if signed else data
            where = f"{locator} (decoded)" if signed else locator
            yield from self._inside(where, plain, levels)
        elif is_credential(value) and not is_achievement(value):
            yield FoundFile(locator, data)
            yield Problem(locator, "other_credential", _OTHER, severity=Severity.WARNING)
        elif signed:
            yield Found(locator, jws=data)
        else:
            yield Found(locator, data)

    def _inside(self, locator: str, data: bytes, levels: int) -> Iterator[Outcome]:
        """Yield the badges inside a learner record or presentation."""
        found = 0
        values = JsonText(io.BytesIO(data), inside=_NESTED, is_one=_is_nested)
        for item in values if levels else ():
            if isinstance(item.value, (dict, str)):
                found += 1
                yield from self.outcomes(f"{locator}, credential {found}", item, levels - 1)
        if not found:
            yield Problem(locator, "no_badge", _EMPTY, severity=Severity.WARNING)


def _judge(head: bytes) -> Match | None:
    """Say what the beginning of a file tells; never raises."""
    said = decode(head)
    if _START.match(said):
        if _WALLET.search(said):
            return Match(95, "It is the back-up of a wallet.")
        if _SUBJECT.search(said) and _TYPE.search(said):
            return Match(86, "It holds verifiable credentials.")
        return None
    first = (item.value for item in islice(JsonText(io.BytesIO(head)), _FIRST))
    signed = (_payload(value) for value in first if isinstance(value, str) and is_jws(value))
    if any(is_credential(one) or _holds_credentials(one) for one in signed):
        return Match(86, "It holds signed verifiable credentials.")
    return None


def _payload(jws: str) -> JsonObject:
    """Return the credential or presentation of a JWT; nothing for what is no JWT."""
    try:
        claims = payload(jws)
    except Unreadable:
        return {}
    presented = claims.get("vp")
    return presented if isinstance(presented, dict) else unwrap(claims)


def _jws_of(value: Json) -> str:
    """Return the JWT that a value is, or (VC 2.0) carries in its id; "" for any other."""
    if isinstance(value, dict):
        enveloped = _ENVELOPE.fullmatch(text(value.get("id")) or "")
        value = enveloped[1] if enveloped else ""
    jws = value.strip() if isinstance(value, str) else ""
    return jws if is_jws(jws) else ""


def _holds_credentials(value: JsonObject) -> bool:
    subject = mapping(value.get("credentialSubject")) or {}
    return any("verifiableCredential" in one for one in (value, subject))


def _is_nested(value: JsonObject) -> bool:
    return not _holds_credentials(value)


def _is_one(value: JsonObject) -> bool:
    if _is_wallet(value):
        return value.get("status") == "LOCKED"
    return is_credential(value) or _holds_credentials(value)


def _is_wallet(value: JsonObject) -> bool:
    return any(isinstance(one, str) and "Wallet" in one for one in items(value.get("type")))


def _is_about_somebody(value: JsonObject) -> bool:
    """Say whether this is a DID document or the name of a wallet's profile: nothing secret."""
    return "verificationMethod" in value or "ProfileMetadata" in items(value.get("type"))


def _has_secrets(value: Json) -> bool:
    if isinstance(value, list):
        return any(_has_secrets(one) for one in value)
    if not isinstance(value, dict):
        return False
    if any(_SECRET.search(key) for key in value) or {"kty", "d"} <= value.keys():
        return True
    return any(_has_secrets(one) for one in value.values())
