"""Signed badges: does the signature fit the issuer's key, in 2.0 and in 1.x, whoever accepts it?"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from migrator.openbadges import jws
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.openbadges.normal import read_assertion
from migrator.openbadges.values import address, mapping
from migrator.verify.answers import Web
from migrator.verify.hosts.finding import parsed


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of a signature: whether it holds (None: nobody can say), and a sentence."""

    holds: bool | None
    sentence: str
    key_url: str | None = None


def check(token: str, web: Web) -> Proof:
    """Check a compact JWS with the key its issuer publishes.

    2.0 names the key as `verification.creator`, a document with `publicKeyPem`; 1.x as
    `verify.url`, a PEM file on the issuer's own host (reference/mozilla-backpack.md 6).
    """
    try:
        document = jws.payload(token)
    except Unreadable:
        return Proof(None, "its signature cannot be read")
    url, old = _key_address(document)
    if url is None:
        return Proof(None, "it does not say with which key it was signed")
    pem = _pem(web, url)
    if pem is None:
        return Proof(None, f"the key it was signed with cannot be had from {url}", url)
    if not jws.verify(token, pem):
        return Proof(False, f"its signature does not fit the key at {url}", url)
    if old and not _same_host(url, document):
        return Proof(False, f"its signature fits, but the key at {url} is not the issuer's", url)
    return Proof(True, f"its signature fits the key at {url}", url)


def _key_address(document: JsonObject) -> tuple[str | None, bool]:
    verification = mapping(document.get("verification"))
    if verification is not None:
        return address(verification.get("creator")), False
    verify = mapping(document.get("verify"))
    return (address(verify.get("url")) if verify else None), True


def _pem(web: Web, url: str) -> bytes | None:
    answer = web.get(url)
    if answer.status is None or answer.status >= 400:
        return None
    document = parsed(answer.body)
    if document is not None:
        pem = document.get("publicKeyPem")
        return pem.encode("utf-8", "replace") if isinstance(pem, str) and pem else None
    return answer.body if b"-----BEGIN " in answer.body[:4096] else None


def _same_host(key_url: str, document: JsonObject) -> bool:
    """Say whether a 1.x key is on the host of the badge class: nothing else ties it to one."""
    try:
        badge = read_assertion(document).badge_class_id
        return badge is None or urlsplit(key_url).hostname == urlsplit(badge).hostname
    except ValueError:
        return False
