"""Where a backpack's Badge Connect is: its manifest at `/.well-known/badgeconnect.json`.

Source: reference/badge-formats.md 2.5, badgr-api.md 8; recordings 6-badgeconnect-01 to 03 (the
well-known address leads on to another).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from migrator.destinations.invited.manifest import Manifest, said_at, trusted
from migrator.errors import SignInFailed
from migrator.net import Client
from migrator.openbadges.model import Json, JsonObject

WELL_KNOWN = "/.well-known/badgeconnect.json"
_PURL = "https://purl.imsglobal.org/spec/ob/v2p1/scope"
READ, CREATE, PROFILE = (
    f"{_PURL}/assertion.readonly",
    f"{_PURL}/assertion.create",
    f"{_PURL}/profile.readonly",
)
SCOPES = (READ, CREATE, PROFILE)
"""What this program asks for: look, add, and see whose backpack it is."""


class NoManifest(SignInFailed):
    """Nothing at this address speaks Badge Connect."""


def discover(client: Client, url: str) -> Manifest:
    """Return the manifest of the backpack at an address; raises NoManifest and TryLater."""
    parts = urlsplit(url)
    well_known = f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}"
    body = said_at(client, url, well_known)
    found = _manifest(body, url) if body is not None else None
    if found is None:
        raise NoManifest(
            f"There is no Badge Connect at {url}.",
            f"Check the address: {well_known} must answer with a manifest. A Badgr server is also"
            f" reached as badgr:{url}.",
        )
    return found


def _manifest(body: JsonObject, url: str) -> Manifest | None:
    apis = body.get("badgeConnectAPI")
    listed = apis if isinstance(apis, list) else [apis]
    whole = [one for one in (_api(each, url) for each in listed) if one is not None]
    return whole[0] if whole else None


def _api(api: Json, url: str) -> Manifest | None:
    """Return one of the manifest's entries, None when it lacks what a sign-in needs."""
    if not isinstance(api, dict):
        return None
    base, authorization, token = (
        trusted(api.get(name), url) for name in ("apiBase", "authorizationUrl", "tokenUrl")
    )
    if base is None or authorization is None or token is None:
        return None
    name, offered = api.get("name"), api.get("scopesOffered")
    scopes = [one for one in offered if one in SCOPES] if isinstance(offered, list) else SCOPES
    image = api.get("image")
    return Manifest(
        name=name if isinstance(name, str) else "",
        api=base.rstrip("/"),
        authorization_url=authorization,
        token_url=token,
        registration_url=trusted(api.get("registrationUrl"), url),
        image=image if isinstance(image, str) else None,
        scopes=tuple(one for one in SCOPES if one in scopes),
    )
