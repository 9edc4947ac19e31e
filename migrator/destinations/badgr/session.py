"""One signed-in account of a Badgr backpack. Source: reference/badgr-api.md 4 to 6."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from migrator.destinations.badgr import emails, imported, verdicts
from migrator.destinations.badgr.calls import Calls
from migrator.destinations.badgr.emails import addresses_of
from migrator.destinations.base import (
    Credentials,
    Held,
    HeldCollection,
    Outcome,
    OutcomeState,
    Parcel,
    TryLater,
)
from migrator.destinations.named import name_in
from migrator.errors import SignInFailed
from migrator.net import Unreachable
from migrator.openbadges.baking import sniff
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.model import Addresses, Json, JsonObject

_IMPORT = "/v2/backpack/import"
# v2 takes no bare signature; v1 takes it as a string (reference/badgr-api.md 5.2).
_IMPORT_JWS = "/v1/earner/badges?json_format=plain"
_HELD = "/v2/backpack/assertions?include_pending=1&include_expired=1&include_revoked=1"
_COLLECTIONS = "/v2/backpack/collections"

# Limits that only some databases enforce, with HTTP 500 (reference/badgr-api.md 6).
LONGEST_NAME = 128
LONGEST_DESCRIPTION = 255


class BadgrSession:
    """A signed-in account; `user` is what `GET /v2/users/self` says of it.

    `takes_credentials` says that Open Badges 3.0 has a place of its own here, beside the backpack
    (`migrator.destinations.badgr.imported`).
    """

    def __init__(self, calls: Calls, user: JsonObject, *, takes_credentials: bool = False) -> None:
        self._calls = calls
        self._takes_credentials = takes_credentials
        self.addresses = addresses_of(user)

    def __repr__(self) -> str:
        """Without secrets."""
        return f"BadgrSession({self.credentials.username!r} at {self._calls.url})"

    @property
    def credentials(self) -> Credentials:
        """How the account signs in now."""
        return self._calls.tokens.credentials

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds; ids in canonical form."""
        for one in self._calls.results("GET", _HELD):
            remote_id, open_badge_id = name_in(one.get("entityId")), name_in(one.get("openBadgeId"))
            if remote_id and open_badge_id:
                yield Held(remote_id, canonical_url(open_badge_id), one.get("pending") is True)
        if self._takes_credentials:
            yield from imported.held(self._calls)

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge: one import request; never raises for an answer."""
        path, body = _handed_over(parcel)
        try:
            outcome = verdicts.outcome(self._calls.exchange("POST", path, body))
            return imported.named(outcome) if parcel.document is not None else outcome
        except Unreachable as error:
            return verdicts.no_answer(error)
        except SignInFailed as error:
            detail = verdicts.plain(str(error))
            return Outcome(OutcomeState.REFUSED, reason="sign_in_failed", detail=detail)
        except TryLater as error:  # of the sign-in: the badge itself was not let in
            detail = verdicts.plain(str(error))
            return Outcome(
                OutcomeState.TRY_AGAIN,
                reason="destination_unreachable",
                after=error.after,
                detail=detail,
            )

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up among those the account holds."""
        wanted = {canonical_url(one) for one in parcel.open_badge_ids}
        return next((one for one in self.held() if one.open_badge_id in wanted), None)

    def collections(self) -> list[HeldCollection]:
        """Return the account's collections."""
        return [_collection(one) for one in self._calls.results("GET", _COLLECTIONS)]

    def create_collection(self, name: str, description: str | None, published: bool) -> str:
        """Create an empty collection and return its remote id.

        Created with badges in it the server fails, so they are put in afterwards.
        """
        body: JsonObject = {"name": _plain_text(name, LONGEST_NAME) or "Badges"}
        body["published"] = published
        if text := _plain_text(description or "", LONGEST_DESCRIPTION):
            body["description"] = text
        made = self._calls.results("POST", _COLLECTIONS, body)
        remote_id = name_in(made[0].get("entityId")) if made else None
        if remote_id is None:
            raise TryLater("The answer to a new collection has no id.", "Run `push` again.")
        return remote_id

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Set a collection's badges; what else it says stays as it is."""
        body: JsonObject = {"name": _plain_text(name, LONGEST_NAME) or "Badges"}
        body["assertions"] = [one for one in badges if not imported.is_imported(one)]
        self._calls.answered("PUT", f"{_COLLECTIONS}/{remote_id}", body)

    def add_email(self, address: str) -> Outcome:
        """Add an address to the account, which sends a mail to confirm it; changes `addresses`."""
        if address in self.addresses.all:
            return Outcome(OutcomeState.ALREADY_THERE)
        outcome = emails.add_email(self._calls, address)
        if outcome.state is OutcomeState.DONE:
            known = self.addresses
            unverified = (*known.unverified, address)
            self.addresses = Addresses(known.verified, unverified, known.variants)
        return outcome

    def add_spelling(self, spelling: str) -> Outcome:
        """Save another spelling of a confirmed address, no mail is needed; changes `addresses`."""
        outcome, self.addresses = emails.add_spelling(self._calls, spelling)
        return outcome

    def close(self) -> None:
        """Give back connections."""
        self._calls.close()


def _handed_over(parcel: Parcel) -> tuple[str, JsonObject]:
    if parcel.url is not None:
        return _IMPORT, {"url": parcel.url}
    if parcel.image is not None:
        media_type = sniff(parcel.image) or "image/png"
        data = base64.b64encode(parcel.image).decode("ascii")
        return _IMPORT, {"image": f"data:{media_type};base64,{data}"}
    if parcel.assertion is not None:
        return _IMPORT, {"assertion": parcel.assertion}
    if parcel.document is not None:
        return imported.PATH, {"assertion": parcel.document.decode("utf-8-sig", "replace")}
    return _IMPORT_JWS, {"assertion": parcel.jws}


def _collection(found: JsonObject) -> HeldCollection:
    description = found.get("description")
    badges = tuple(one for one in _items(found.get("assertions")) if isinstance(one, str))
    return HeldCollection(
        remote_id=str(found.get("entityId", "")),
        name=str(found.get("name", "")),
        description=description if isinstance(description, str) and description else None,
        badges=badges,
    )


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _plain_text(text: str, longest: int) -> str:
    """Return a text the server takes: no pictures in it, not too long, no blanks around it."""
    text = text.strip()
    while "![" in text:
        text = text.replace("![", "[")
    return text[:longest].rstrip()
