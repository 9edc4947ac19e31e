"""Issuing at a destination: an account's own issuers and badge classes, and awards made with them.

The route `reaward` needs it: where a badge cannot be moved, somebody with an account of their own
awards a new one that says openly which badge it replaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from migrator.destinations.base import Credentials, Destination, OnTokens, OutcomeState
from migrator.destinations.oauth import App, Invitation
from migrator.errors import Usage
from migrator.openbadges.model import Addresses

ROUTE = "reaward"
LARGEST_BATCH = 500


@dataclass(frozen=True, slots=True)
class OwnIssuer:
    """An issuer the account may award for; `edits` says that it may make badge classes too."""

    remote_id: str
    name: str
    edits: bool = True


@dataclass(frozen=True, slots=True)
class OwnBadgeClass:
    """A badge class the account may award."""

    remote_id: str
    name: str
    issuer_id: str


@dataclass(frozen=True, slots=True)
class NewIssuer:
    """An issuer to be made; `email` must be a confirmed address of the account."""

    name: str
    url: str
    email: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class NewBadgeClass:
    """A badge class to be made; `alignments` are (name, url)."""

    name: str
    description: str
    image: bytes
    criteria_url: str | None = None
    criteria_narrative: str | None = None
    tags: tuple[str, ...] = ()
    alignments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence as it is sent or found: an address, words, or both."""

    url: str | None
    narrative: str | None


@dataclass(frozen=True, slots=True)
class Award:
    """One award to be made; dates are ISO 8601 UTC, and no `issued_on` means now."""

    recipient: str
    recipient_type: str
    issued_on: str | None
    narrative: str
    evidence: tuple[Proof, ...] = ()
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class Awarded:
    """An award as the destination has it; `page` is its public address."""

    remote_id: str
    page: str
    recipient: str
    narrative: str
    evidence: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class AwardPage:
    """A part of a list of awards, and where the next part is (None: this was the last)."""

    awards: tuple[Awarded, ...]
    following: str | None = None


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What one batch ended in: all of it was awarded (DONE), none of it, or nobody knows (UNKNOWN).

    `bad` are the destination's words about single awards by their place in the batch, where it
    tells them apart; the others were not made either. `reason` is a code of `migrator.reasons`,
    `detail` the destination's own words, without personal addresses.
    """

    state: OutcomeState
    awarded: tuple[Awarded, ...] = ()
    bad: dict[int, str] = field(default_factory=dict)
    reason: str | None = None
    after: float | None = None
    detail: str = ""
    http_status: int | None = None


class IssuerSession(Protocol):
    """An account signed in to award, used by one thread; every call is exactly one request.

    Only `award` always answers with an outcome. The others raise TryLater, SignInFailed, and
    NotAccepted, as a `Session` does.
    """

    @property
    def addresses(self) -> Addresses:
        """The account's addresses; an issuer needs a confirmed one."""

    @property
    def credentials(self) -> Credentials:
        """How the account signs in now."""

    def issuers(self) -> list[OwnIssuer]:
        """Return the issuers the account may award for."""

    def badge_classes(self) -> list[OwnBadgeClass]:
        """Return the badge classes of all these issuers."""

    def create_issuer(self, new: NewIssuer) -> OwnIssuer:
        """Make an issuer."""

    def create_badge_class(self, issuer_id: str, new: NewBadgeClass) -> OwnBadgeClass:
        """Make a badge class of an issuer."""

    def award(self, badge_class_id: str, awards: Sequence[Award], *, notify: bool) -> BatchOutcome:
        """Award a batch; recipients get a mail of it only with `notify`; never raises."""

    def awarded(self, badge_class_id: str, page: str | None = None) -> AwardPage:
        """Return a part of what was awarded of a badge class; `page` is the `following` before."""

    def awarded_to(
        self, issuer_id: str, recipients: Iterable[str], page: str | None = None
    ) -> AwardPage:
        """Return a part of what an issuer has awarded to some people."""

    def close(self) -> None:
        """Give back connections."""


class IssuingDestination(Destination, Protocol):
    """A destination that badges can be awarded at."""

    def sign_in_to_award(
        self, credentials: Credentials, on_tokens: OnTokens | None = None
    ) -> IssuerSession:
        """Sign in with the right to award; raises SignInFailed with what to do, and TryLater."""

    def invite_to_award(self, app: App | None) -> Invitation:
        """Prepare such a sign-in in the browser, where that is an entrance of the destination."""


def issuing(destination: Destination) -> IssuingDestination:
    """Return a destination as one that badges can be awarded at; raises Usage where they cannot."""
    if ROUTE not in destination.capabilities.routes:
        raise Usage(
            f"Nothing can be awarded at {destination.title} with this program.",
            "Award the badges there by hand, or name another destination with --to.",
        )
    return cast("IssuingDestination", destination)
