"""Signing in in the browser: the address to open, the code that comes back, the tokens for it.

For accounts that have no password (single sign-on), and for backpacks that take no password from
programs. The authorization code flow of OAuth 2.0 with PKCE: RFC 6749 4.1, RFC 7636; as recorded
from a real server: 6-badgeconnect-08 to 13, reference/badgr-api.md 2 and 8.

A program on somebody's computer has no web page, so nobody receives the code: the person copies the
address at which the browser ends and pastes it here.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from migrator.destinations.base import Credentials, Destination, Entrance
from migrator.errors import SignInFailed, Usage

_BARE = re.compile(r"[\w.~+/=-]{16,4096}")
_LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class App:
    """How this program is known at a destination.

    `redirect_uri` is where the browser is sent with the code; it must be one that is registered for
    this `client_id`, and need not exist.
    """

    client_id: str
    redirect_uri: str
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A sign-in that waits for a person: `url` is the address to open in the browser.

    `state` and `verifier` are secrets of this one sign-in; it is good for one code.
    """

    url: str
    app: App
    token_url: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    @property
    def form(self) -> dict[str, str]:
        """What is sent with the code, besides who we are."""
        return {"redirect_uri": self.app.redirect_uri, "code_verifier": self.verifier}


class NotTheCode(SignInFailed):
    """What was pasted is not what the browser ended at; pasting again can help."""


class AppUnknown(SignInFailed):
    """The destination does not know this program (any more)."""


class BrowserDestination(Destination, Protocol):
    """A destination at which an account can sign in in the browser."""

    def invite(self, app: App | None) -> Invitation:
        """Prepare a sign-in; without an `app` this program makes itself known, where it can.

        Raises SignInFailed with what to do, and TryLater.
        """

    def admit(self, username: str, invitation: Invitation, code: str) -> Credentials:
        """Exchange a code for the tokens of an account; each code can be tried once.

        Raises SignInFailed (the code is used up, it is somebody else's account), AppUnknown, and
        TryLater.
        """


def in_browser(destination: Destination) -> BrowserDestination:
    """Return a destination as one to sign in at in the browser; raises Usage where one cannot."""
    if Entrance.BROWSER not in destination.capabilities.entrances:
        raise Usage(
            f"This program cannot sign in in the browser at {destination.title}.",
            "Sign in with the password: leave out --browser.",
        )
    return cast("BrowserDestination", destination)


def invitation(
    authorization_url: str, token_url: str, app: App, scopes: tuple[str, ...]
) -> Invitation:
    """Make up a sign-in: new secrets, and the address that shows only their digest."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(authorization_url).query else "?"
    url = f"{authorization_url}{joint}{urlencode(query, quote_via=quote)}"
    return Invitation(url, app, token_url, state, verifier)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def code_in(pasted: str, invited: Invitation) -> str:
    """Return the code in what a person has pasted: the whole address, or the code alone.

    Raises NotTheCode for anything else, for the answer to another sign-in too, and SignInFailed
    when the person (or the backpack) has said no.
    """
    text = "".join(pasted.split()).replace("&amp;", "&")  # copied out of a page's source
    if not text or len(text) > _LONGEST:
        raise NotTheCode("Nothing was pasted.", _PASTE)
    given = _parameters(text)
    if "error" in given:
        raise _said_no(given)
    code = given.get("code", "")
    if not code and "=" not in text and "://" not in text and _BARE.fullmatch(text):
        return (
            text  # whose answer it is cannot be seen; a stranger's fails for want of our verifier
        )
    if not code and "code_challenge" in given:
        raise NotTheCode(
            "That is the address to open, not the one at which the browser ends.",
            "Open it, sign in, say yes; then copy the address from the address bar.",
        )
    if not code:
        raise NotTheCode("There is no code in what was pasted.", _PASTE)
    if not secrets.compare_digest(given.get("state", "").encode(), invited.state.encode()):
        raise NotTheCode(
            "That address belongs to another sign-in, perhaps an earlier one.",
            "Open the address shown above, and paste the one at which the browser ends then.",
        )
    return code


def proof_of(app: App) -> tuple[dict[str, str], dict[str, str]]:
    """Return how a program says who it is, as fields of a form and as headers.

    With a secret by HTTP Basic (RFC 6749 2.3.1), without one by its name in the form.
    """
    if not app.client_secret:
        return {"client_id": app.client_id}, {}
    pair = f"{quote(app.client_id, safe='')}:{quote(app.client_secret, safe='')}"
    return {}, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"}


def _parameters(text: str) -> Mapping[str, str]:
    """Return the parameters of an address: those behind ?, and those behind # that some send."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return {}
    queries = [parts.query, parts.fragment]
    if "://" not in text:
        queries = [text.lstrip("?#")]
    found: dict[str, str] = {}
    for query in queries:
        for name, values in parse_qs(query).items():
            found.setdefault(name, values[0])
    return found


def _said_no(given: Mapping[str, str]) -> SignInFailed:
    said = "".join(c for c in given["error"] if c.isprintable())[:80]
    if said == "access_denied":
        return SignInFailed(
            "The answer was no: this program may not use the backpack.",
            "Run `login` again, and say yes (Allow) in the browser.",
        )
    return SignInFailed(
        f"The backpack did not let the program ask: {said}.",
        "Check --client-id and --redirect with whoever registered them, then run `login` again.",
    )


_PASTE = "Copy the whole address from the browser's address bar; it has code= in it."
