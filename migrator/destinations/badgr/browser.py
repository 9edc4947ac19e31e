"""Signing in at a Badgr server in the browser: for accounts that have no password of their own.

Source: reference/badgr-api.md 2; recordings 6-badgeconnect-08 to 12. The program must be known
there: its client id comes from the server's operator, for this server does not give one with the
scopes of a backpack to whoever asks (6-badgeconnect-06).
"""

from __future__ import annotations

from migrator.destinations.badge_connect.manifest import NoManifest, discover
from migrator.destinations.oauth import App, Invitation, invitation
from migrator.errors import SignInFailed
from migrator.net import Client


def invite(client: Client, url: str, app: App | None, scope: str) -> Invitation:
    """Prepare a sign-in with these scopes; raises SignInFailed without an `app`, and TryLater.

    The page for persons is part of the server's web pages, on another host often; the manifest of
    Badge Connect names it (6-badgeconnect-02).
    """
    if app is None:
        raise SignInFailed(
            f"{url} must know this program before it can ask in the browser.",
            "Ask the backpack's operator for a client id, and give it with --client-id and"
            f" --redirect; or sign in at badge-connect:{url}, where none is needed.",
        )
    try:
        page = discover(client, url).authorization_url
    except NoManifest:
        page = f"{url}/o/authorize"
    return invitation(page, f"{url}/o/token", app, tuple(scope.split()))
