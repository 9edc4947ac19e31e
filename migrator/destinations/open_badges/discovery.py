"""Where a host's Open Badges 3.0 API is, and how to sign in: its service description.

Source: 1EdTech, Open Badges 3.0, 6.3 (`/ims/ob/v3p0/discovery`, an OpenAPI document) and 7; the
addresses stand under `components.securitySchemes.OAuth2ACG`, some with `x-imssf-` before the name.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from migrator.destinations.invited.manifest import Manifest, said_at, trusted
from migrator.errors import SignInFailed
from migrator.net import Client
from migrator.openbadges.model import Json, JsonObject
from migrator.openbadges.values import items, mapping, text

API = "/ims/ob/v3p0"
DISCOVERY = f"{API}/discovery"
_PURL = "https://purl.imsglobal.org/spec/ob/v3p0/scope"
READ, UPSERT, PROFILE = (
    f"{_PURL}/credential.readonly",
    f"{_PURL}/credential.upsert",
    f"{_PURL}/profile.readonly",
)
SCOPES = (READ, UPSERT, PROFILE)
"""What this program asks for: look, add, and see whose account it is."""


class NoApi(SignInFailed):
    """Nothing at this address speaks the Open Badges 3.0 API."""


def discover(client: Client, url: str) -> Manifest:
    """Return what the host at an address says of itself; raises NoApi and TryLater."""
    body = said_at(client, url, f"{url}{DISCOVERY}")
    found = _described(body, url) if body is not None else None
    if found is None:
        raise NoApi(
            f"There is no Open Badges 3.0 API at {url}.",
            f"Check the address: {url}{DISCOVERY} must answer with a service description.",
        )
    return found


def _described(body: JsonObject, url: str) -> Manifest | None:
    scheme = _scheme(body)
    flow = _part(_part(scheme, "flows"), "authorizationCode")
    authorization, token = (
        _address(flow.get(name), url) for name in ("authorizationUrl", "tokenUrl")
    )
    if authorization is None or token is None:
        return None
    offered = mapping(flow.get("scopes"))
    info = _part(body, "info")
    return Manifest(
        name=text(scheme.get("x-imssf-name")) or text(info.get("title")) or "",
        api=_api(body, url),
        authorization_url=authorization,
        token_url=token,
        registration_url=_address(scheme.get("x-imssf-registrationUrl"), url),
        scopes=tuple(one for one in SCOPES if offered is None or one in offered),
    )


def _scheme(body: JsonObject) -> JsonObject:
    """Return how accounts sign in; the name of the entry is what the specification calls it."""
    schemes = _part(_part(body, "components"), "securitySchemes")
    named = mapping(schemes.get("OAuth2ACG"))
    others = (mapping(one) for one in schemes.values())
    return named or next((one for one in others if one and "flows" in one), {})


def _api(body: JsonObject, url: str) -> str:
    """Return the address of the API: that of the description, unless it names its own."""
    for server in items(body.get("servers")):
        named = _address(server.get("url"), url) if isinstance(server, dict) else None
        if named and named.rstrip("/").endswith(API):
            return named.rstrip("/")
    return f"{url}{API}"


def _address(value: Json, url: str) -> str | None:
    """Return an address that secrets may be sent to; the specification's examples omit https."""
    if isinstance(value, str) and value.startswith("/"):
        parts = urlsplit(url)
        value = f"{parts.scheme}://{parts.netloc}{value}"
    elif isinstance(value, str) and "://" not in value:
        value = f"https://{value}"
    return trusted(value, url)


def _part(found: JsonObject, name: str) -> JsonObject:
    return mapping(found.get(name)) or {}
