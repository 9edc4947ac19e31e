"""The survey: every address the badges name is asked once, politely, and each answer recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from migrator.archive.archive import Archive
from migrator.archive.documents import document_bytes
from migrator.archive.lease import Lease, leased
from migrator.archive.web import agenda as agendas
from migrator.archive.web import answers as webanswers
from migrator.archive.web.agenda import Address, Agenda, Books
from migrator.archive.web.answers import WebAnswer
from migrator.archive.web.kept_at import kept_at
from migrator.openbadges.jws import payload
from migrator.openbadges.model import Unreadable
from migrator.verify.hosts.asked import document_of, record
from migrator.verify.hosts.crew import Crew
from migrator.verify.hosts.doubts import Doubts, finds_names
from migrator.verify.hosts.fate import LATER, SERVED
from migrator.verify.hosts.finding import judge
from migrator.verify.hosts.heard import Getter, Heard, hear
from migrator.verify.hosts.lines import Lines, Manners
from migrator.verify.hosts.references import references

_BATCH_ROWS, _BATCH_BYTES, _BATCH_SECONDS = 200, 8 * 1024 * 1024, 2.0
_LAST_ANSWERS = 3.0
_PAUSE = 30.0
_SPARED = "not asked: its host did not answer for another address"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked: the badges of one learner, one host, and how old an answer may be.

    `again` asks whatever was asked before; `max_age` is in days.
    """

    learner: int | None = None
    host: str | None = None
    again: bool = False
    max_age: float = 7


@dataclass(frozen=True, slots=True)
class Surveyed:
    """How a survey has ended: its books, the fates of all addresses, and what was unchanged.

    `busy` are hosts that asked to be left alone for longer than we wait.
    """

    books: Books
    outcomes: dict[str, int]
    hosts: int
    unchanged: int
    busy: tuple[str, ...]
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and how: `via` is the local server that plays all hosts, in a rehearsal."""

    client: Getter
    manners: Manners = field(default_factory=Manners)
    via: str | None = None
    online: Callable[[], bool] = finds_names


def survey(
    archive: Archive,
    asker: Asker,
    scope: Scope,
    watch: Callable[[int, int], None],
    stop: Callable[[], bool] = lambda: False,
) -> Surveyed:
    """Ask the web about every address in scope, and record what it answers.

    What was asked within `max_age` days is not asked again, but for what is to be asked later.
    `watch` is told how many addresses have been asked, and how many there are. Raises
    ArchiveLocked when another survey is under way, and Incomplete without a network.
    """
    with leased(archive, "verify", "verify") as lease:
        agenda = Agenda(archive, scope.host, asker.via)
        try:
            return _Survey(archive, agenda, lease, asker, scope).run(watch, stop)
        finally:
            agenda.close()


class _Survey:
    def __init__(
        self, archive: Archive, agenda: Agenda, lease: Lease, asker: Asker, scope: Scope
    ) -> None:
        self._archive = archive
        self._agenda = agenda
        self._lease = lease
        self._asker = asker
        self._scope = scope
        self._since = _since(archive.now(), scope.max_age)
        self._followed = 0
        self._lines = Lines(agenda, asker.manners)
        self._doubts = Doubts(asker.online if asker.via is None else lambda: True)
        self._crew: Crew[tuple[Address, dict[str, str]], Heard] = Crew(
            asker.manners.threads, self._hear
        )
        self._tries: dict[int, int] = {}
        self._rows: list[WebAnswer] = []
        self._bytes = 0
        self._written = self._renewed = time.monotonic()
        self._unchanged = 0
        self._busy: dict[str, None] = {}

    def run(self, watch: Callable[[int, int], None], stop: Callable[[], bool]) -> Surveyed:
        self._begin()
        try:
            self._ask_all(watch, stop)
        finally:
            self._crew.dismiss()
            self._write()
        return Surveyed(
            books=self._agenda.books,
            outcomes=self._agenda.outcomes(),
            hosts=self._agenda.hosts(),
            unchanged=self._unchanged,
            busy=tuple(self._busy),
            interrupted=stop(),
        )

    def _begin(self) -> None:
        learner = self._scope.learner
        self._agenda.fill(learner)
        for number in agendas.signed_documents(self._archive, learner):
            self._agenda.add(_named_in(document_bytes(self._archive.conn, number)))
        self._skip_fresh()

    def _skip_fresh(self) -> None:
        """Skip what was asked a short while ago, but not what is behind it.

        That may not have been asked yet: the last run was stopped before it, perhaps.
        """
        if self._scope.again:
            return
        self._agenda.skip_fresh(self._since, LATER)
        while some := self._agenda.fresh(self._followed):
            for address in some:
                self._followed = address.id
                before = webanswers.latest(self._archive, address.url, via=self._asker.via)
                self._follow(address, Heard(address.url, body=(before and before.body) or b""))
            self._agenda.skip_fresh(self._since, LATER)

    def _follow(self, address: Address, heard: Heard) -> int:
        """Put down what a document refers to; returns how many addresses that were new."""
        kept = kept_at(self._archive, address.url, address.kind)
        document = document_of(heard, address.kind, kept)
        return 0 if document is None else self._agenda.add(references(document, address.kind))

    def _ask_all(self, watch: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
        done = 0
        while not stop():
            while self._crew.free and (address := self._lines.next()) is not None:
                self._crew.give((address, self._conditions(address)))
            if not self._crew.busy and self._lines.empty:
                return
            for (address, _), heard in self._crew.results(self._lines.seconds()):
                done += self._take(address, heard)
            watch(done, done + self._agenda.to_ask)
            self._write_now_and_then()
        until = time.monotonic() + _LAST_ANSWERS
        while self._crew.busy and time.monotonic() < until:
            for (address, _), heard in self._crew.results(0.2):
                self._take(address, heard)

    def _hear(self, task: tuple[Address, dict[str, str]]) -> Heard:
        address, conditions = task
        return hear(self._asker.client, address.url, conditions, played=self._asker.via is not None)

    def _conditions(self, address: Address) -> dict[str, str]:
        return webanswers.marks(self._archive, address.url, SERVED, self._asker.via)

    def _take(self, address: Address, heard: Heard) -> int:
        """Take an answer in; returns how many addresses are settled by it."""
        self._lines.done(address)
        if self._is_to_wait(address, heard):
            return 0
        given_up = self._doubts.hear(address.host, heard)
        self._settle(address, heard)
        self._agenda.asked([address])
        return 1 + (self._spare(address.host, given_up) if given_up and address.host else 0)

    def _is_to_wait(self, address: Address, heard: Heard) -> bool:
        """Give a busy host the rest it asks for, and ask again; if that is too long, let it be."""
        if heard.status != 429 and heard.wait is None:
            self._tries.pop(address.id, None)
            return False
        tries = self._tries[address.id] = self._tries.get(address.id, 0) + 1
        wait = _PAUSE if heard.wait is None else heard.wait
        if wait <= self._asker.manners.patience and tries < self._asker.manners.tries:
            self._lines.again(address, wait)
            return True
        self._tries.pop(address.id, None)
        if wait > self._asker.manners.patience:
            self._busy[address.host.removesuffix(":80")] = None
            self._agenda.leave(self._lines.drop(address.host))
            self._agenda.leave_host(address.host)
        return False

    def _settle(self, address: Address, heard: Heard) -> None:
        url, kind = address.url, address.kind
        kept = kept_at(self._archive, url, kind)
        row: WebAnswer | None = None
        if heard.status == 304:
            heard, row = self._unchanged_since(heard)
        if row is None:
            row = record(heard, kind, judge(heard, kind, kept), kept, self._asker.via)
        self._rows.append(row)
        self._bytes += len(row.body or b"")
        document = document_of(heard, kind, kept)
        if document is not None and self._agenda.add(references(document, kind)):
            self._skip_fresh()
            self._lines.added()

    def _unchanged_since(self, heard: Heard) -> tuple[Heard, WebAnswer | None]:
        """Return the earlier answer a 304 stands for; its row too where its body was not kept."""
        self._unchanged += 1
        before = webanswers.latest(self._archive, heard.url, via=self._asker.via)
        if before is None:
            return heard, None
        earlier = replace(
            heard,
            status=before.status,
            content_type=before.media_type or "",
            body=before.body or b"",
            final_url=before.final_url,
            etag=heard.etag or before.etag,
            last_modified=heard.last_modified or before.last_modified,
        )
        return earlier, None if before.body is not None else replace(before, asked_at="")

    def _spare(self, host: str, error: str) -> int:
        """Settle everything else of a host that does not answer; returns how many addresses."""
        count = 0
        some = self._lines.drop(host)
        while some:
            for address in some:
                self._settle(address, Heard(address.url, error=error, detail=_SPARED))
            self._agenda.spared(some)
            count += len(some)
            self._write_now_and_then()
            some = self._agenda.take(host, 100)
        return count

    def _write_now_and_then(self) -> None:
        late = time.monotonic() - self._written > _BATCH_SECONDS
        if late or len(self._rows) >= _BATCH_ROWS or self._bytes >= _BATCH_BYTES:
            self._write()

    def _write(self) -> None:
        if self._rows:
            webanswers.keep(self._archive, self._rows)
        self._rows, self._bytes, self._written = [], 0, time.monotonic()
        if self._written - self._renewed > 30:
            self._lease.renew()
            self._renewed = self._written


def _named_in(token: bytes) -> Iterable[tuple[str, str]]:
    try:
        document = payload(token.decode("ascii", "replace"))
        return list(references(document, "assertion", signed=True))
    except Unreadable:
        return []


def _since(now: str, days: float) -> str:
    then = datetime.fromisoformat(now) - timedelta(days=days)
    return then.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
