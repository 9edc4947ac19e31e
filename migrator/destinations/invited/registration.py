"""How this program makes itself known at a backpack: dynamic client registration (RFC 7591).

Source: reference/badge-formats.md 2.5, badgr-api.md 8; recordings 6-badgeconnect-04 to 07. Every
address must be https and all must be on one domain, and the logo is downloaded. A program on
somebody's computer has no domain: it names the backpack's own pages. So the code never passes
through anybody else's hands, and the terms that apply are the backpack's: there is no service of
ours behind this program.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from migrator import __version__
from migrator.destinations.badgr.tokens import JSON, out_of_reach, too_busy
from migrator.destinations.badgr.verdicts import body_of, plain
from migrator.destinations.invited.manifest import Manifest
from migrator.destinations.oauth import App
from migrator.errors import SignInFailed
from migrator.net import Client, Reply, Unreachable
from migrator.openbadges.model import JsonObject

NAME = "badge-migrator, run on your own computer"


def register(client: Client, url: str, manifest: Manifest) -> App:
    """Register this program, and return how it is known; raises SignInFailed and TryLater."""
    if manifest.registration_url is None:
        raise _needs_client_id(f"{url} takes no registration of programs.")
    form = registration_of(manifest)
    try:
        reply = client.request("POST", manifest.registration_url, json=form, headers=JSON)
    except Unreachable as error:
        raise out_of_reach(error, url) from error
    if reply.status == 429 or reply.status >= 500:
        raise too_busy(reply, url)
    body = body_of(reply)
    client_id = body.get("client_id") if isinstance(body, dict) else None
    if reply.status >= 300 or not isinstance(body, dict) or not isinstance(client_id, str):
        raise _needs_client_id(f"{url} refused to register this program: {_words(reply)}.")
    secret = body.get("client_secret")
    return App(client_id, _redirect(manifest), secret if isinstance(secret, str) else None)


def registration_of(manifest: Manifest) -> JsonObject:
    """Return what is sent; every address is on the domain of the backpack's picture, or its API."""
    home = _home(manifest)
    return {
        "client_name": NAME,
        "client_uri": f"{home}/",
        "logo_uri": _logo(manifest, home),
        "tos_uri": f"{home}/",
        "policy_uri": f"{home}/",
        "software_id": "badge-migrator",
        "software_version": __version__,
        "redirect_uris": [_redirect(manifest)],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": " ".join(manifest.scopes),
    }


def _home(manifest: Manifest) -> str:
    """Return the origin of the addresses; always as https, which is what registration takes."""
    for url in (manifest.image, manifest.api):
        try:
            parts = urlsplit(url or "")
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.hostname and not parts.username:
            return f"https://{parts.netloc}"
    raise _needs_client_id("The backpack's manifest names no web site to register with.")


def _logo(manifest: Manifest, home: str) -> str:
    if manifest.image and urlsplit(manifest.image).netloc == urlsplit(home).netloc:
        return "https://" + manifest.image.split("://", 1)[1]
    return f"{home}/favicon.svg"


def _redirect(manifest: Manifest) -> str:
    return f"{_home(manifest)}/badge-migrator"


def _words(reply: Reply) -> str:
    body = body_of(reply)
    said = (
        [body.get(name) for name in ("error_description", "error")]
        if isinstance(body, dict)
        else []
    )
    return next(
        (plain(one).rstrip(".") for one in said if isinstance(one, str)), f"HTTP {reply.status}"
    )


def _needs_client_id(what: str) -> SignInFailed:
    return SignInFailed(
        what, "Ask its operator for a client id, and give it with --client-id and --redirect."
    )
