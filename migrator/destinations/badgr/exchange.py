"""The code a person brings back from the browser, exchanged for tokens: once, and never again.

Source: recordings 6-badgeconnect-12 and 13. A code that is used up, too old, or was asked for by
another program is one and the same answer; each failure makes the server let the program wait.
"""

from __future__ import annotations

from migrator.destinations.badgr.tokens import JSON, out_of_reach, too_busy
from migrator.destinations.badgr.verdicts import body_of, plain, wait_of
from migrator.destinations.base import Credentials
from migrator.destinations.oauth import AppUnknown, Invitation, proof_of
from migrator.errors import SignInFailed
from migrator.net import Client, Reply, Unreachable


def exchange(
    client: Client, url: str, username: str, invitation: Invitation, code: str
) -> Credentials:
    """Return the tokens of an account for a code; raises SignInFailed, AppUnknown and TryLater."""
    named, headers = proof_of(invitation.app)
    form = {"grant_type": "authorization_code", "code": code, **invitation.form, **named}
    try:
        reply = client.request("POST", invitation.token_url, form=form, headers={**JSON, **headers})
    except Unreachable as error:
        raise out_of_reach(error, url) from error
    body = body_of(reply)
    access = body.get("access_token") if isinstance(body, dict) else None
    if reply.status != 200 or not isinstance(body, dict) or not isinstance(access, str):
        raise _refusal(reply, url)
    refresh = body.get("refresh_token")
    return Credentials(
        username,
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
        access_token=access,
        client_id=invitation.app.client_id,
        client_secret=invitation.app.client_secret,
    )


def somebody_else(url: str, username: str, found: str) -> SignInFailed:
    """Return what to say when the browser was signed in as another person."""
    return SignInFailed(
        f"The browser was signed in at {url} as {found}, not as {username}.",
        "Sign out there and run `login` again; or name that address after --as, if it is yours.",
    )


def _refusal(reply: Reply, url: str) -> Exception:
    body = body_of(reply)
    error = body.get("error") if isinstance(body, dict) else None
    said = error if isinstance(error, str) else ""
    if reply.status == 429:
        wait = wait_of(reply)
        return SignInFailed(
            f"{url} lets this program wait, after a sign-in that failed.",
            f"Run `login` again in {f'{wait:.0f} seconds' if wait else 'an hour'}.",
        )
    if reply.status >= 500:
        return too_busy(reply, url)
    if said == "invalid_grant":
        return SignInFailed(
            "The code is no good any more: each is good once, and for a minute or so.",
            "Run `login` again and paste the new address as soon as the browser shows it.",
        )
    if said.replace("_", " ").startswith(("invalid client", "unauthorized client")):
        return AppUnknown(
            f"{url} does not know this program ({plain(said)}).",
            "Run `login` again to register anew; with --client-id, check it and"
            " BADGE_MIGRATOR_CLIENT_SECRET.",
        )
    words = plain(said) or f"HTTP {reply.status}"
    return SignInFailed(f"{url} refused the code: {words}.", "Run `login` again.")
