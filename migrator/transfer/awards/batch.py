"""Awarding a batch: all of it or none on the server, so that one bad badge must not stop the rest.

`sending` is on disk before each request leaves. Where an answer is lost the destination is looked
at before anything is sent again: a server takes the same award twice without a word.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrator.archive import awards
from migrator.archive.archive import Archive
from migrator.archive.award_mapping import Mapped
from migrator.archive.awards import Legacy, Written
from migrator.archive.lease import Lease
from migrator.destinations.base import NotAccepted, OutcomeState, TryLater
from migrator.destinations.issuing import Award, Awarded, AwardPage, BatchOutcome, IssuerSession
from migrator.errors import SignInFailed
from migrator.transfer.awards.replacement import replaces

SERVER_ERROR = "server_error"
_ACCOUNT = frozenset({"sign_in_failed", "not_your_issuer", "destination_unreachable"})
_PEOPLE_A_QUESTION = 50
_NAP = 0.25


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, and how often to try one batch.

    `settling` is how long a request whose answer was lost may still be at work over there;
    `longest` the longest wait a destination may ask for.
    """

    tries: int = 4
    settling: float = 30.0
    longest: float = 60.0
    first: float = 2.0
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Ready:
    """A badge with the award that is to replace it."""

    badge: Legacy
    award: Award


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one badge."""

    badge: Legacy
    state: str
    reason: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Batcher:
    """Awards batches of one destination; `stop` says that a person wants to stop."""

    archive: Archive
    lease: Lease
    destination_id: int
    session: IssuerSession
    notify: bool
    patience: Patience
    stop: Callable[[], bool]

    def award(self, to: Mapped, batch: list[Ready]) -> tuple[list[Became], str | None]:
        """Award a batch; returns what became of each, and why nothing more can be awarded now."""
        return _Run(self, to).work(batch)

    def look(self, to: Mapped, batch: list[Ready]) -> dict[bytes, Awarded]:
        """Return what the destination has of a batch, by digest of the original; raises TryLater.

        While some of it is there and some not, the server may still be at work: then looks again.
        """
        found = self._look_for_all(to, batch)
        while found and len(found) < len(batch):
            self.nap(self.patience.settling)
            now = self._look_for_all(to, batch)
            if len(now) == len(found):
                return now
            found = now
        return found

    def _look_for_all(self, to: Mapped, batch: list[Ready]) -> dict[bytes, Awarded]:
        found: dict[bytes, Awarded] = {}
        for start in range(0, len(batch), _PEOPLE_A_QUESTION):
            found |= self._look(to, batch[start : start + _PEOPLE_A_QUESTION])
        return found

    def _look(self, to: Mapped, some: list[Ready]) -> dict[bytes, Awarded]:
        wanted = {one.badge.digest for one in some}
        people = tuple(dict.fromkeys(one.award.recipient for one in some))
        found: dict[bytes, Awarded] = {}
        for one in pages(
            lambda page: self.session.awarded_to(to.remote_issuer_id or "", people, page)
        ):
            digest = replaces(one)
            if digest in wanted and digest is not None:
                found[digest] = one
        return found

    def nap(self, seconds: float) -> None:
        """Sleep in short pieces, so that a person who wants to stop does not wait for us."""
        while seconds > 0 and not self.stop():
            self.patience.sleep(min(seconds, _NAP))
            seconds -= _NAP


def pages(ask: Callable[[str | None], AwardPage]) -> Iterator[Awarded]:
    """Yield every award of a list, a part at a time; stops where the list leads back."""
    page: str | None = None
    seen: set[str] = set()
    while True:
        answer = ask(page)
        yield from answer.awards
        page = answer.following
        if page is None or page in seen:
            return
        seen.add(page)


class _Run:
    """One batch on its way: split where it must be, until each of its badges is settled."""

    def __init__(self, batcher: Batcher, to: Mapped) -> None:
        self._by = batcher
        self._to = to
        self._became: list[Became] = []
        self._parts: deque[tuple[list[Ready], int]] = deque()

    def work(self, batch: list[Ready]) -> tuple[list[Became], str | None]:
        self._parts.append((batch, 1))
        stopped = None
        while self._parts and stopped is None:
            part, attempt = self._parts.popleft()
            stopped = self._once(part, attempt)
        return self._became, stopped

    def _once(self, part: list[Ready], attempt: int) -> str | None:
        by = self._by
        ids = [one.badge.assertion_id for one in part]
        marked = awards.mark_sending(by.archive, by.lease, by.destination_id, ids)
        # `push` has moved, or is moving, the others meanwhile.
        self._became += [
            Became(one.badge, "elsewhere") for one in part if one.badge.assertion_id not in marked
        ]
        part = [one for one in part if one.badge.assertion_id in marked]
        if not part:
            return None
        outcome = by.session.award(
            self._to.remote_badge_class_id or "", [one.award for one in part], notify=by.notify
        )
        if outcome.state is OutcomeState.DONE:
            return self._awarded(part, outcome, attempt)
        if outcome.state is OutcomeState.UNKNOWN:
            return self._unknown(part, outcome, attempt)
        if outcome.state is OutcomeState.TRY_AGAIN:
            return self._later(part, outcome, attempt)
        return self._refused(part, outcome)

    def _awarded(self, part: list[Ready], outcome: BatchOutcome, attempt: int) -> str | None:
        by_digest = {replaces(one): one for one in outcome.awarded}
        there = [one for one in part if one.badge.digest in by_digest]
        self._write_awarded(there, [by_digest[one.badge.digest] for one in there], outcome)
        missing = [one for one in part if one.badge.digest not in by_digest]
        return self._unknown(missing, outcome, attempt) if missing else None

    def _write_awarded(self, part: list[Ready], made: list[Awarded], outcome: BatchOutcome) -> None:
        self._write(
            part,
            [
                Written(
                    *(one.badge.assertion_id, "done", "done", "awarded_anew", new.page),
                    remote_id=new.remote_id,
                    http_status=outcome.http_status,
                )
                for one, new in zip(part, made, strict=True)
            ],
        )

    def _unknown(self, part: list[Ready], outcome: BatchOutcome, attempt: int) -> str | None:
        """Nobody knows what was awarded: look, and award only what is not there."""
        by = self._by
        if outcome.reason != SERVER_ERROR:
            by.nap(by.patience.settling)
        found = self._looked(part)
        if found is None:
            # They stay as `sending`: the next run looks before it sends.
            return outcome.reason or "answer_lost"
        there = [one for one in part if one.badge.digest in found]
        self._write_awarded(there, [found[one.badge.digest] for one in there], outcome)
        missing = [one for one in part if one.badge.digest not in found]
        if not missing:
            return None
        if outcome.reason == SERVER_ERROR:
            self._split(missing, outcome, SERVER_ERROR)
            return None
        if attempt < by.patience.tries:
            self._parts.append((missing, attempt + 1))
            return None
        return self._put_off(missing, outcome)

    def _looked(self, part: list[Ready]) -> dict[bytes, Awarded] | None:
        if self._by.stop():
            return None
        try:
            return self._by.look(self._to, part)
        except (TryLater, NotAccepted, SignInFailed):
            return None

    def _later(self, part: list[Ready], outcome: BatchOutcome, attempt: int) -> str | None:
        patience = self._by.patience
        wait = patience.first * 2**attempt if outcome.after is None else outcome.after
        too_long = wait > patience.longest or attempt >= patience.tries
        if too_long or self._by.stop():
            return self._put_off(part, outcome)
        self._by.nap(wait)
        self._parts.appendleft((part, attempt + 1))
        return None

    def _put_off(self, part: list[Ready], outcome: BatchOutcome) -> str:
        self._same(part, "waiting", outcome)
        return outcome.reason or "destination_unreachable"

    def _refused(self, part: list[Ready], outcome: BatchOutcome) -> str | None:
        if outcome.reason in _ACCOUNT:
            # The account's trouble, not the badge's: it is awarded as soon as that is in order.
            return self._put_off(part, outcome)
        if outcome.bad:
            self._write(
                [one for place, one in enumerate(part) if place in outcome.bad],
                [
                    self._written(one, "refused", outcome, outcome.bad[place])
                    for place, one in enumerate(part)
                    if place in outcome.bad
                ],
            )
            good = [one for place, one in enumerate(part) if place not in outcome.bad]
            if good:
                self._parts.appendleft((good, 1))
            return None
        self._split(part, outcome, outcome.reason or "award_refused")
        return None

    def _split(self, part: list[Ready], outcome: BatchOutcome, reason: str) -> None:
        """Find the bad one by halves; alone, it is what is refused."""
        if len(part) == 1:
            self._same(part, "refused", outcome, reason)
            return
        half = len(part) // 2
        self._parts.appendleft((part[half:], 1))
        self._parts.appendleft((part[:half], 1))

    def _same(
        self, part: list[Ready], state: str, outcome: BatchOutcome, reason: str | None = None
    ) -> None:
        self._write(
            part,
            [self._written(one, state, outcome, outcome.detail, reason) for one in part],
        )

    def _written(
        self,
        one: Ready,
        state: str,
        outcome: BatchOutcome,
        detail: str,
        reason: str | None = None,
    ) -> Written:
        return Written(
            *(one.badge.assertion_id, state, outcome.state.value, reason or outcome.reason, detail),
            http_status=outcome.http_status,
        )

    def _write(self, part: list[Ready], written: list[Written]) -> None:
        by = self._by
        awards.record(by.archive, by.lease.run_id, by.destination_id, written)
        self._became += [
            Became(one.badge, said.state, said.reason, said.detail)
            for one, said in zip(part, written, strict=True)
        ]
