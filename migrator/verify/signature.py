"""Signed badges: the key is fetched, must be the issuer's, and must fit the signature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from migrator.openbadges import jws
from migrator.openbadges.model import Json, JsonObject
from migrator.verify.asking import Asking, fetch
from migrator.verify.forms import is_url
from migrator.verify.nodes import Node
from migrator.verify.properties import missing
from migrator.verify.verdict import Message

_INDEX = "<class 'IndexError'> ['IndexError: list index out of range\\n']"


def check_signature(
    token: str, assertion: Node, issuer: Node | None, asking: Asking
) -> Iterator[Message]:
    """Yield what is wrong with the signature of an assertion and its key.

    3-dead-41, 50, 4-backpack-76 (accepted), 3-dead-43 (other key), 3-dead-44 to 46 (key dead),
    3-dead-46, 47 (key embedded in the issuer).
    """
    keys = _items(issuer.terms.get("publicKey")) if issuer else []
    for prop in ("id", "owner", "publicKeyPem"):
        if any(isinstance(key, dict) for key in keys):
            yield Message("VALIDATE_PROPERTY", _INDEX, "signing_key_missing", prop=prop)
    # An embedded key of an issuer that is embedded itself keeps no id the server could compare.
    names = [_id(key) for key in keys if isinstance(key, str) or (issuer and not issuer.blank)]
    key_url = _creator(assertion) or next((name for name in names if name), None)
    if issuer is not None and key_url not in names:
        text = f"Assertion signed by a key {key_url} other than those authorized by issuer profile"
        yield Message("VERIFY_KEY_OWNERSHIP", text, "signing_key_missing", assertion.id)
    if key_url is not None and is_url(key_url):
        yield from _check_key(token, assertion, key_url, asking)


def check_revocation(assertion: Node, issuer: Node, asking: Asking) -> Iterator[Message]:
    """Yield a message when the issuer's revocation list cannot be read, or names the assertion."""
    url = _id(issuer.terms.get("revocationList"))
    if url is None or not is_url(url):
        return
    fetched = fetch(asking, url)
    if fetched.message is not None:
        yield fetched.message
        return
    listed = fetched.document.get("revokedAssertions") if fetched.document else None
    own = {assertion.id, assertion.terms.get("uid")} - {None}
    for entry in _items(listed):
        names = [entry.get("id"), entry.get("uid")] if isinstance(entry, dict) else [entry]
        if any(isinstance(name, str) and name in own for name in names):
            text = f"Assertion {assertion.id} has been revoked by its issuer"
            yield Message("VERIFY_SIGNED_ASSERTION_NOT_REVOKED", text, "revoked", assertion.id)
            return


def _check_key(token: str, assertion: Node, url: str, asking: Asking) -> Iterator[Message]:
    fetched = fetch(asking, url)
    if fetched.message is not None:
        yield replace(fetched.message, reason="signing_key_missing")
    if fetched.document is None:
        return
    absent = [prop for prop in ("owner", "publicKeyPem") if not fetched.document.get(prop)]
    for prop in absent:
        yield missing(prop, url, "signing_key_missing")
    pem = fetched.document.get("publicKeyPem")
    if isinstance(pem, str) and pem and not jws.verify(token, pem.encode("utf-8", "replace")):
        text = (
            f"Signature for node {assertion.id} failed verification :: "
            "Signature verification failed."
        )
        yield Message("VERIFY_JWS", text, "signature_invalid", assertion.id)


def _creator(assertion: Node) -> str | None:
    verification = assertion.terms.get("verification")
    found: JsonObject = verification if isinstance(verification, dict) else {}
    return _id(found.get("creator"))


def _id(value: Json) -> str | None:
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None


def _items(value: Json) -> list[Json]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
