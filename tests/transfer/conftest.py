"""A backpack in memory that does what it is told: keep badges, lose answers, refuse, be away."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from migrator.archive import accounts as accounts_store
from migrator.archive import totals
from migrator.destinations.base import (
    Capabilities,
    Credentials,
    Held,
    HeldCollection,
    Input,
    NotAccepted,
    Outcome,
    OutcomeState,
    TryLater,
)
from migrator.errors import SignInFailed
from migrator.openbadges.model import Addresses
from migrator.transfer.plan import Question, plan
from migrator.transfer.push import Limits, push_account
from migrator.verify.answers import Answer

ANN = "ann@example.org"


class Killed(BaseException):
    """The process ends here: nothing after it is done."""


class SilentWeb:
    """A web that nobody asks."""

    def get(self, url):
        return Answer.unknown(url)


class Backpack:
    """A destination; `faults` says what happens to the next badges sent, first come first."""

    kind = "memory"
    title = "A backpack in memory"
    url = "https://backpack.example"
    capabilities = Capabilities(inputs=frozenset(Input), collections=True)

    def __init__(self):
        self.accounts = {ANN: MemoryAccount(Addresses((ANN,)))}
        self.faults = []
        self.arrived = Counter()
        self.sent = []
        self.away = False
        self.tokens = 0

    def sign_in(self, credentials, on_tokens=lambda tokens: None):
        if self.away:
            raise TryLater("The backpack cannot be reached.", "Try again.")
        account = self.accounts.get(credentials.username)
        if account is None or account.locked:
            raise SignInFailed(f"{credentials.username} is not let in.", "Run login.")
        return MemorySession(self, account, credentials, on_tokens)


class MemoryAccount:
    """What one account holds, by open badge id, and its collections."""

    def __init__(self, addresses):
        self.addresses = addresses
        self.badges = {}
        self.hidden = set()
        self.collections = {}
        self.locked = False
        self.forbidden = set()
        self.fills = 0


class MemorySession:
    """A signed-in account. Every send renews the token, as some servers do."""

    def __init__(self, backpack, account, credentials, on_tokens):
        self.backpack, self.account = backpack, account
        self.on_tokens = on_tokens
        self.username = credentials.username
        self.addresses = account.addresses
        self.closed = False
        on_tokens(self.credentials)

    @property
    def credentials(self):
        return Credentials(self.username, refresh_token=f"token {self.backpack.tokens}")

    def held(self):
        if self.backpack.away:
            raise TryLater("The backpack cannot be reached.", "Try again.")
        for open_badge_id, remote_id in list(self.account.badges.items()):
            yield Held(remote_id, open_badge_id, open_badge_id in self.account.hidden)

    def send(self, parcel):
        self.backpack.sent.append(parcel)
        self.backpack.tokens += 1
        self.on_tokens(self.credentials)
        fault = self.backpack.faults.pop(0) if self.backpack.faults else "ok"
        return getattr(self, f"_{fault}")(parcel)

    def find(self, parcel):
        return next(
            (one for one in self.held() if one.open_badge_id in parcel.open_badge_ids), None
        )

    def collections(self):
        if self.backpack.away:
            raise TryLater("The backpack cannot be reached.", "Try again.")
        return [
            HeldCollection(remote_id, name, None, badges)
            for remote_id, (name, badges, _) in self.account.collections.items()
        ]

    def create_collection(self, name, description, published):
        if name in self.account.forbidden:
            raise NotAccepted(f"{name} is not allowed.", "Rename it.")
        remote_id = f"collection {len(self.account.collections) + 1}"
        self.account.collections[remote_id] = (name, (), published)
        if "killed" in self.backpack.faults:
            raise Killed
        return remote_id

    def fill_collection(self, remote_id, name, badges):
        assert len(set(badges)) == len(badges)
        assert set(badges) <= set(self.account.badges.values()) | {"her own"}
        self.account.fills += 1
        published = self.account.collections[remote_id][2]
        self.account.collections[remote_id] = (name, badges, published)

    def close(self):
        self.closed = True

    def _ok(self, parcel, pending=False):
        open_badge_id = min(parcel.open_badge_ids)
        if open_badge_id in self.account.badges:
            remote_id = self.account.badges[open_badge_id]
            return Outcome(OutcomeState.ALREADY_THERE, remote_id=remote_id)
        self.backpack.arrived[open_badge_id] += 1
        remote_id = f"remote {open_badge_id}"
        self.account.badges[open_badge_id] = remote_id
        return Outcome(OutcomeState.DONE, remote_id=remote_id, pending=pending, http_status=201)

    def _pending(self, parcel):
        return self._ok(parcel, pending=True)

    def _answer_lost(self, parcel):
        self._ok(parcel)
        return Outcome(OutcomeState.UNKNOWN, reason="answer_lost", detail="timed out")

    def _request_lost(self, parcel):
        return Outcome(OutcomeState.UNKNOWN, reason="answer_lost", detail="timed out")

    def _refused(self, parcel):
        return Outcome(OutcomeState.REFUSED, reason="revoked", detail="It is revoked.")

    def _later(self, parcel):
        return Outcome(OutcomeState.TRY_AGAIN, reason="rate_limited", after=120.0)

    def _much_later(self, parcel):
        return Outcome(OutcomeState.TRY_AGAIN, reason="rate_limited", after=1e9)

    def _never(self, parcel):
        return Outcome(OutcomeState.TRY_AGAIN, reason="rate_limited", after=float("nan"))

    def _unreachable(self, parcel):
        return Outcome(OutcomeState.TRY_AGAIN, reason="destination_unreachable")

    def _signed_out(self, parcel):
        return Outcome(OutcomeState.REFUSED, reason="sign_in_failed")

    def _unverified(self, parcel):
        return Outcome(OutcomeState.REFUSED, reason="account_unverified")

    def _killed(self, parcel):
        raise Killed

    def _killed_after(self, parcel):
        self._ok(parcel)
        raise Killed


class Treated:
    """A destination treated without manners: nobody waits, and nothing is tried again."""

    def __init__(self, wrap=lambda session: session):
        self.wrap = wrap

    def sign_in(self, enter):
        return self.wrap(enter())


class Desk:
    """One archive, one backpack, one account: what a person does with them, step by step."""

    def __init__(self, archive, reader, clock):
        self.archive, self.reader, self.clock = archive, reader, clock
        self.backpack = Backpack()
        self.saved = accounts_store.save_destination(archive, "memory", self.backpack.url)
        self.account = self.login(ANN, ANN)
        self.seen = []

    def login(self, username, *addresses):
        self.backpack.accounts.setdefault(username, MemoryAccount(Addresses(addresses)))
        return accounts_store.save_account(
            self.archive, self.saved.id, username, Addresses(addresses)
        )

    def read(self, outcomes):
        return self.reader.outcomes(self.archive, self.archive.path.parent, outcomes)

    def plan(self, **more):
        now = datetime(2026, 11, 23, tzinfo=UTC)
        inputs = more.pop("capabilities", self.backpack.capabilities)
        web = more.pop("web", SilentWeb())
        watch = more.pop("watch", lambda judged: None)
        question = Question(self.saved, inputs, web, more.pop("asked", "archive"), now, **more)
        counts = plan(self.archive, question, watch)
        assert counts.balances
        self.balance()
        return counts

    def push(self, *faults, badges=None, stop=lambda: False, account=None):
        """Push once with these faults; returns the tally."""
        self.backpack.faults = list(faults)
        account = account or self.account
        session = self.session(account)
        try:
            return push_account(
                self.archive, account, session, Limits(badges, stop), self.seen.append
            )
        finally:
            self.balance()

    def session(self, account=None):
        return self.backpack.sign_in(Credentials((account or self.account).username))

    def balance(self):
        for total in totals.totals(self.archive).destinations:
            assert total.missing == 0

    def states(self):
        rows = self.archive.all(
            "select state, reason from transfer join assertion on assertion_id = assertion.id"
            " order by assertion.id"
        )
        return [tuple(row) for row in rows]

    def state(self):
        """Return the states alone."""
        return [state for state, _ in self.states()]

    def once(self):
        """Whether no badge arrived twice."""
        return set(self.backpack.arrived.values()) <= {1}


@pytest.fixture
def desk(archive, reader, text_clock):
    return Desk(archive, reader, text_clock)


@pytest.fixture(scope="session")
def make_desk():
    return Desk


@pytest.fixture(scope="session")
def killed():
    return Killed


@pytest.fixture(scope="session")
def memory_account():
    return MemoryAccount


@pytest.fixture(scope="session")
def treated():
    return Treated
