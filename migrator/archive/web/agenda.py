"""The agenda of one run on the web: every address to ask, once, in a table that ends with the run.

SQLite keeps it in a temporary file, so that memory does not grow with the archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.web.answers import origin_of
from migrator.openbadges.address import host_of, is_on, is_place

_TO_ASK, _TAKEN, _ASKED, _SPARED, _FRESH, _LEFT = range(6)


@dataclass(frozen=True, slots=True)
class Address:
    """One address to ask: what should stand there, and on which host ("" for none of the web)."""

    id: int
    url: str
    kind: str
    host: str


@dataclass(frozen=True, slots=True)
class Books:
    """What became of the addresses of a run: `addresses = asked + spared + fresh + left`.

    Spared ones were not asked because their host had not answered for others; fresh ones had been
    asked a short while ago; left ones are for the next run.
    """

    addresses: int
    asked: int
    spared: int
    fresh: int
    left: int

    @property
    def balances(self) -> bool:
        """Whether every address is accounted for."""
        return self.addresses == self.asked + self.spared + self.fresh + self.left


class Agenda:
    """The addresses of one run; used by the thread the archive belongs to.

    `via` is the local server that plays all hosts in a rehearsal: what it has answered is not taken
    for what the real hosts would, nor for what another would.
    """

    def __init__(self, archive: Archive, host: str | None = None, via: str | None = None) -> None:
        self._archive = archive
        self._conn = archive.conn
        self._host = host.lower() if host else None
        self._looked_at = 0
        origin = origin_of(via)
        self._conn.create_function("asked_of", 0, lambda: origin)
        self._conn.create_function("asked_via", 0, lambda: via)
        self._conn.create_function("wanted", 1, self._wanted, deterministic=True)
        self._conn.create_function("host_of", 1, host_of, deterministic=True)
        self._conn.execute("drop table if exists temp.agenda")
        self._conn.execute(
            "create temp table agenda (id integer primary key, url text not null unique,"
            f" kind text not null, host text not null, state integer not null default {_TO_ASK})"
        )
        self._conn.execute("create index temp.agenda_state on agenda (state, host, id)")

    def close(self) -> None:
        """Forget the agenda; what was answered is in the archive."""
        self._conn.execute("drop table if exists temp.agenda")

    def fill(self, learner: int | None = None) -> None:
        """Put down every address that the normal form of the badges names."""
        chosen = "" if learner is None else " where assertion.learner_id = :learner"
        for kind, select in _ADDRESSES:
            self._conn.execute(
                "insert or ignore into temp.agenda (url, kind, host)"  # noqa: S608 - our own words
                f" select url, '{kind}', host_of(url) from ({select.format(chosen=chosen)})"
                " where wanted(url)",
                {"learner": learner},
            )

    def add(self, named: Iterable[tuple[str, str]]) -> int:
        """Put down further (address, kind); returns how many of them were not there yet."""
        before = self._conn.total_changes
        self._conn.executemany(
            "insert or ignore into temp.agenda (url, kind, host) values (?, ?, ?)",
            [(url, kind, host_of(url)) for url, kind in named if self._wanted(url)],
        )
        return self._conn.total_changes - before

    def skip_fresh(self, since: str, but: Iterable[str]) -> None:
        """Skip what was asked since a moment, unless its outcome is one of `but`.

        Only addresses that were put down since the last call are looked at.
        """
        outcomes = list(but)
        looked_at, self._looked_at = self._looked_at, self._last_id()
        self._conn.execute(
            f"update temp.agenda set state = {_FRESH} where id > ? and state = {_TO_ASK} and exists"  # noqa: S608 - numbers
            f" (select 1 from web_answer where id = {_LATEST} and asked_at >= ?"
            f" and outcome not in ({', '.join('?' * len(outcomes))}))",
            (looked_at, since, *outcomes),
        )

    def fresh(self, after: int = 0, most: int = 200) -> list[Address]:
        """Return some of the skipped addresses, those behind an id."""
        return self._some(f"state = {_FRESH} and id > ? order by id limit ?", after, most)

    def next_host(self, after: str) -> str | None:
        """Return a host with something to ask, the next in the alphabet, then from the start."""
        for sign in (">", "<="):
            row = self._archive.one(
                f"select host from temp.agenda where state = {_TO_ASK} and host {sign} ?"  # noqa: S608 - numbers
                " order by host limit 1",
                after,
            )
            if row is not None:
                return str(row[0])
        return None

    def take(self, host: str, most: int) -> list[Address]:
        """Take some of a host's addresses to be asked."""
        taken = self._some(f"state = {_TO_ASK} and host = ? order by id limit ?", host, most)
        self._set(_TAKEN, taken)
        return taken

    def asked(self, addresses: Iterable[Address]) -> None:
        """Note addresses that were asked."""
        self._set(_ASKED, addresses)

    def spared(self, addresses: Iterable[Address]) -> None:
        """Note addresses that need not be asked: their host does not answer."""
        self._set(_SPARED, addresses)

    def leave_host(self, host: str) -> None:
        """Leave what is still to be asked of a host for another run."""
        self._conn.execute(
            f"update temp.agenda set state = {_LEFT} where host = ? and state = {_TO_ASK}",  # noqa: S608 - numbers
            (host,),
        )

    def leave(self, addresses: Iterable[Address]) -> None:
        """Leave addresses for another run."""
        self._set(_LEFT, addresses)

    @property
    def to_ask(self) -> int:
        """How many addresses are still to be asked."""
        return self._count().get(_TO_ASK, 0)

    @property
    def books(self) -> Books:
        """What has become of the addresses so far."""
        count = self._count()
        return Books(
            addresses=sum(count.values()),
            asked=count.get(_ASKED, 0),
            spared=count.get(_SPARED, 0),
            fresh=count.get(_FRESH, 0),
            left=sum(count.get(state, 0) for state in (_TO_ASK, _TAKEN, _LEFT)),
        )

    def outcomes(self) -> dict[str, int]:
        """Return how many addresses have which outcome, as they were last answered."""
        rows = self._archive.all(
            "select outcome, count(*) from temp.agenda"  # noqa: S608 - our own words
            f" join web_answer on web_answer.id = {_LATEST} group by outcome"
        )
        return {row[0]: row[1] for row in rows}

    def hosts(self) -> int:
        """Return how many hosts the addresses are on."""
        row = self._archive.one(
            "select count(distinct iif(host like '%:80', substr(host, 1, length(host) - 3), host))"
            " from temp.agenda where host <> ''"
        )
        return int(row[0]) if row else 0

    def _wanted(self, url: object) -> bool:
        if not is_place(url):  # type: ignore[arg-type] # SQL hands over anything
            return False
        return self._host is None or is_on(url, self._host)

    def _some(self, condition: str, *values: object) -> list[Address]:
        sql = f"select id, url, kind, host from temp.agenda where {condition}"  # noqa: S608 - our own words
        return [Address(*row) for row in self._archive.all(sql, *values)]

    def _set(self, state: int, addresses: Iterable[Address]) -> None:
        self._conn.executemany(
            f"update temp.agenda set state = {state} where id = ?",  # noqa: S608 - a number
            [(one.id,) for one in addresses],
        )

    def _last_id(self) -> int:
        row = self._archive.one("select coalesce(max(id), 0) from temp.agenda")
        return int(row[0]) if row else 0

    def _count(self) -> dict[int, int]:
        rows = self._archive.all("select state, count(*) from temp.agenda group by state")
        return {row[0]: row[1] for row in rows}


def signed_documents(archive: Archive, learner: int | None = None) -> Iterator[int]:
    """Yield the document ids of the JWS of signed badges: their addresses stand inside."""
    last = 0
    while rows := archive.all(
        "select id, jws_id from assertion where jws_id is not null and id > ?1"
        " and (?2 is null or learner_id = ?2) order by id limit 500",
        last,
        learner,
    ):
        last = rows[-1][0]
        yield from (row[1] for row in rows)


_LATEST = (
    "(select id from web_answer as answer where answer.url = agenda.url"
    " and answer.origin = asked_of() and answer.via is asked_via()"
    " order by answer.asked_at desc, answer.id desc limit 1)"
)
_BADGES = "assertion{chosen}"
_CLASSES = f"badge_class where id in (select badge_class_id from {_BADGES})"  # noqa: S608 - our own words
_ISSUERS = f"issuer where id in (select issuer_id from {_CLASSES})"  # noqa: S608 - our own words
_ADDRESSES = tuple(
    (kind, f"select {column} as url from {table}")  # noqa: S608 - our own words
    for kind, column, table in (
        ("assertion", "hosted_url", _BADGES),
        ("badge_class", "url_id", _CLASSES),
        ("issuer", "url_id", _ISSUERS),
        ("revocation_list", "revocation_list", _ISSUERS),
        ("key", "iif(verification = 'signed', verification_url, null)", _BADGES),
        ("image", "image", _BADGES),
        ("image", "image", _CLASSES),
        ("image", "image", _ISSUERS),
    )
)
