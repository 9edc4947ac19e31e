"""The destination interface: what a backpack can do, and how it says what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from migrator.errors import Incomplete, MigratorError
from migrator.openbadges.model import Addresses, Evidence, JsonObject


class Input(StrEnum):
    """The form in which a badge is handed over.

    `assertion` is its JSON, written anew; `document` is its JSON byte for byte as it was found.
    """

    URL = "url"
    IMAGE = "image"
    ASSERTION = "assertion"
    JWS = "jws"
    DOCUMENT = "document"


class Place(StrEnum):
    """Where destinations of a kind are: what stands behind their name is an address, or a path."""

    WEB = "web"
    FOLDER = "folder"


class Entrance(StrEnum):
    """How an account can sign in.

    With its password; in the browser, which hands us a code; or by its name alone (a folder).
    """

    PASSWORD = "password"  # noqa: S105 -- a way in, not a secret
    BROWSER = "browser"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a destination can do, as data: never found out by trying attributes.

    `entrances` are how an account signs in; `tells_addresses` says that a signed-in account's
    addresses are all known (False: it may have more). `profile` names what it accepts
    (`migrator.verify.profile`), `emails` says that addresses can be added to an account from here.
    `at_once` is how many requests may be under way together (of
    different accounts: those of one account go one after the other), `requests_per_minute` and
    `account_requests_per_minute` how many may begin (None: as many as are answered). `described`
    says that a parcel is to come with what is known of its badge (`Parcel.about`).
    """

    inputs: frozenset[Input]
    routes: frozenset[str] = frozenset({"import"})
    collections: bool = False
    profile: str = "badgr-server"
    emails: bool = False
    max_image_bytes: int | None = None
    requests_per_minute: int | None = None
    account_requests_per_minute: int | None = None
    at_once: int = 4
    entrances: frozenset[Entrance] = frozenset({Entrance.PASSWORD})
    tells_addresses: bool = True
    described: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What the archive knows of a badge, for a destination that writes it down.

    `recipient` is the address it was awarded to, in plain (None: not known); dates are ISO 8601.
    """

    badge: str | None = None
    issuer: str | None = None
    issued_on: str | None = None
    expires: str | None = None
    revoked: bool = False
    recipient: str | None = None
    learner: str | None = None
    hosted_url: str | None = None
    narrative: str | None = None
    evidence: tuple[Evidence, ...] = ()


NOTHING_KNOWN = About()


@dataclass(frozen=True, slots=True)
class Parcel:
    """One badge made ready to send.

    Exactly one of `url`, `image`, `assertion`, `jws` and `document` is set. `open_badge_ids` are
    the ids under which the destination may already hold it: its declared id or address, or the
    name that is made of its bytes where it has neither.
    """

    title: str
    open_badge_ids: frozenset[str]
    url: str | None = None
    image: bytes | None = None
    assertion: JsonObject | None = None
    jws: str | None = None
    document: bytes | None = None
    about: About = NOTHING_KNOWN


class OutcomeState(StrEnum):
    """The closed list of what one `send` can end in.

    `not_sent`: no request has left, because a wrapper has held it back (a dry run, somebody who
    wants to stop, a destination that is away); the badge is as it was before.
    """

    DONE = "done"
    ALREADY_THERE = "already_there"
    REFUSED = "refused"
    TRY_AGAIN = "try_again"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one parcel.

    `reason` is a code of `migrator.reasons` (None when done); `after` is seconds to wait before
    trying again; `detail` is the destination's own words, without personal addresses; `pending`
    says that the badge is there but hidden until the learner confirms an address.
    """

    state: OutcomeState
    remote_id: str | None = None
    reason: str | None = None
    after: float | None = None
    detail: str = ""
    pending: bool = False
    http_status: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A badge the destination already holds for the account."""

    remote_id: str
    open_badge_id: str
    pending: bool = False


@dataclass(frozen=True, slots=True)
class HeldCollection:
    """A collection the account has at the destination, with the remote ids of its badges."""

    remote_id: str
    name: str
    description: str | None = None
    badges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """How one account signs in: a password, or tokens of an earlier sign-in. Never printed.

    `client_id` and `client_secret` name the program to which the tokens were given, where that is
    not the destination's usual one: they are renewed under the same name only.
    """

    username: str
    password: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)


class TryLater(Incomplete):
    """The destination could not be asked now; a later call can succeed.

    `after` is the seconds it asked us to wait; `sent` says that the request may have had its
    effect all the same.
    """

    def __init__(
        self, what: str, next_step: str = "", *, after: float | None = None, sent: bool = False
    ) -> None:
        super().__init__(what, next_step)
        self.after = after
        self.sent = sent


class NotAccepted(MigratorError):
    """The destination refused a request that is no badge, such as a collection."""


OnTokens = Callable[[Credentials], None]


class Session(Protocol):
    """A signed-in account, used by one thread.

    Only `send` always answers with an Outcome. The other calls raise TryLater when the destination
    does not answer or is too busy, SignInFailed when it no longer knows the account, and
    NotAccepted when it refuses for good, or when the capabilities do not say that it can.
    `migrator.destinations.conformance` tries all that is written here.
    """

    @property
    def addresses(self) -> Addresses:
        """The account's addresses, as the destination compares recipients with them."""

    @property
    def credentials(self) -> Credentials:
        """How the account signs in now: tokens change while a session lasts."""

    def held(self) -> Iterator[Held]:
        """Yield every badge the account holds, pending and expired ones too, from all pages.

        Raises for an answer that cannot be understood: that is not "nothing there".
        """

    def send(self, parcel: Parcel) -> Outcome:
        """Hand over one badge: exactly one request, no retry inside; never raises for an answer."""

    def find(self, parcel: Parcel) -> Held | None:
        """Look one badge up at the destination (used when an answer was lost)."""

    def collections(self) -> list[HeldCollection]:
        """Return the account's collections, none where the capabilities name none."""

    def create_collection(self, name: str, description: str | None, published: bool) -> str:
        """Create an empty collection and return its remote id."""

    def fill_collection(self, remote_id: str, name: str, badges: tuple[str, ...]) -> None:
        """Set a collection's badges (remote ids), replacing the list."""

    def add_email(self, address: str) -> Outcome:
        """Add an address to the account; the destination asks its owner to confirm it.

        Only where the capabilities say `emails`. Done (pending), already there, refused, or try
        again after some seconds.
        """

    def add_spelling(self, spelling: str) -> Outcome:
        """Save another spelling of a confirmed address; only where the capabilities say `emails`.

        Never touches the account's other addresses.
        """

    def close(self) -> None:
        """Give back connections; twice does no harm."""


class Destination(Protocol):
    """One backpack service at one address."""

    kind: str
    title: str
    capabilities: Capabilities
    url: str

    def sign_in(self, credentials: Credentials, on_tokens: OnTokens | None = None) -> Session:
        """Open a session; raises SignInFailed with what to do next, and TryLater.

        `on_tokens` is told of new tokens the moment they arrive: the old ones are dead by then.
        """
