"""HOSTED_ID_IN_VERIFICATION_SCOPE: may this issuer's badges be hosted here?"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from migrator.openbadges.model import Json
from migrator.verify.forms import is_domain, is_url, short
from migrator.verify.nodes import Node
from migrator.verify.verdict import Message


def check_scope(assertion: Node, issuer: Node) -> Iterator[Message]:
    """Yield why a hosted assertion is out of its issuer's scope.

    2-import-30 (other authority), 2-import-31 (allowedOrigins with a port), 4-backpack-75.
    An issuer without an address has no scope (2-import-29, 3-dead-33, 7-extra-07).
    """
    policy = issuer.terms.get("verification")
    listed = policy if isinstance(policy, dict) else {}
    origins, starts = _texts(listed.get("allowedOrigins")), _texts(listed.get("startsWith"))
    for prop, form, values, fits in (
        ("allowedOrigins", "URL_AUTHORITY", origins, is_domain),
        ("startsWith", "URL", starts, is_url),
    ):
        bad = next((value for value in values if not fits(value)), None)
        if bad is not None:
            path = short(f"{issuer.id}, verification")
            text = f"{form} property {prop} value {bad} not valid in unknown type node {path}"
            yield Message("VALIDATE_PROPERTY", text, "issuer_elsewhere", prop=prop)
    if not origins and not starts:
        origins = [_authority(issuer.id)] if is_url(issuer.id) else []
    if origins and _authority(assertion.id) not in origins:
        yield _outside(assertion, f"allowed origins {', '.join(origins)}")
    if starts and not assertion.id.startswith(tuple(starts)):
        yield _outside(assertion, f"scope of {', '.join(starts)}")


def _outside(assertion: Node, where: str) -> Message:
    text = f"Assertion {short(assertion.id)} not hosted in {where}"
    return Message("HOSTED_ID_IN_VERIFICATION_SCOPE", text, "issuer_elsewhere", assertion.id)


def _texts(value: Json) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


def _authority(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return url
