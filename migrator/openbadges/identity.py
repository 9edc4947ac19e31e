"""What makes two finds the same badge: its hosted URL, else its signature, else issuer and uid."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from migrator.openbadges.documents import canonical
from migrator.openbadges.model import Assertion, JsonObject
from migrator.openbadges.portable import MADE_FROM_ROWS, ROW_KEY

_DEFAULT_PORT = {"http": ":80", "https": ":443"}
# Most addresses are spelled so already; taking them apart is the slower way to find out.
_CANONICAL = re.compile(r"https?://[a-z0-9.-]+/[A-Za-z0-9._~/%-]*", re.ASCII)
_VERSION_QUERY = frozenset(
    {
        *("v=1_1", "v=2_0"),  # Badgr
        *("obversion=1", "obversion=2", "obversion=v2p0", "obversion=v2p1"),  # Moodle
    }
)


def canonical_url(url: str) -> str:
    """Return the one spelling of a URL under which a badge is known.

    Scheme and host in lower case, no default port, no fragment, no blanks around it, and without
    the `?v=2_0` or `&obversion=2` by which Badgr and Moodle serve one assertion in two versions.
    """
    url = url.strip()
    if _CANONICAL.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if not parts.netloc:
        return url
    query = "&".join(part for part in parts.query.split("&") if part not in _VERSION_QUERY)
    return urlunsplit((parts.scheme, _host(parts), parts.path, query, "")).strip()


def identity(assertion: Assertion | None, jws: str | None, document: JsonObject | None) -> str:
    """Return the name under which the same badge is found again from any source.

    "url:<canonical URL>", else "jws:<sha256 of the JWS>", else "row:<its name>" of what was made
    from a row of a database, else "uid:<issuer>#<uid>", else "doc:<sha256 of the canonical
    document>". Raises ValueError when nothing is given.
    """
    if assertion and (url := assertion.hosted_url):
        return f"url:{canonical_url(url)}"
    if jws:
        return f"jws:{hashlib.sha256(jws.strip().encode()).hexdigest()}"
    if document and (key := _row_key(document)):
        return f"row:{key}"
    if assertion and assertion.uid and (issuer := _issuer_key(assertion)):
        return f"uid:{issuer}#{assertion.uid}"
    if document is None:
        raise ValueError("an identity needs a hosted URL, a JWS, a uid or a document")
    return f"doc:{hashlib.sha256(canonical(document)).hexdigest()}"


def _host(parts: SplitResult) -> str:
    user, at, host = parts.netloc.rpartition("@")
    host = host.lower().removesuffix(_DEFAULT_PORT.get(parts.scheme, " "))
    return user + at + host


def _row_key(document: JsonObject) -> str | None:
    made = document.get(MADE_FROM_ROWS)
    key = made.get(ROW_KEY) if isinstance(made, dict) else None
    return key if isinstance(key, str) and key else None


def _issuer_key(assertion: Assertion) -> str | None:
    badge_class = assertion.badge_class
    if badge_class is None:
        return None
    issuer = badge_class.issuer
    known = (badge_class.issuer_id, issuer and issuer.id, issuer and issuer.url)
    return next((canonical_url(key) for key in known if key), None)
