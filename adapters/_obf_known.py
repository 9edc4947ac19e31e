"""What saved answers of Open Badge Factory say of events and badges, kept on disk while it is read.

Awards name an event, events name a badge, and each may stand in any file. This is private to one
reading and is deleted with it.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from migrator.openbadges.documents import as_backpack_wrote, parse_object
from migrator.openbadges.model import JsonObject
from migrator.openbadges.values import label, mapping

_TABLES = """
create table known (kind text, id blob, entry blob, primary key (kind, id));
create table told (event blob primary key);
"""
_ISSUER_KEYS = frozenset({"reply_to", "vat_id", "billing_email", "issuing_limit", "aliases"})
_BADGE_KEYS = frozenset({"primary_language", "criteria_html", "draft", "alt_language", "tag"})


def kind_of(entry: JsonObject) -> str:
    """Return what an entry is: recipient, event, badge or client; "" for what is none of these."""
    if "event_id" in entry and "email" in entry:
        return "recipient"
    if "id" not in entry:
        return ""
    if badge_of(entry) and entry.keys() & {"issued_on", "recipient", "recipient_count"}:
        return "event"
    if entry.keys() & _ISSUER_KEYS and "name" in entry:
        return "client"
    named = "name" in entry or isinstance(entry.get("content"), list)
    return "badge" if named and entry.keys() & _BADGE_KEYS else ""


def badge_of(event: JsonObject) -> str | None:
    """Return the number of the badge an event is about."""
    badge = mapping(event.get("badge")) or {}
    return label(event.get("badge_id")) or label(badge.get("id"))


class Known:
    """Events, badges and issuers by their numbers."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._db.executescript(_TABLES)
        self._db.execute("begin")

    def learn(self, entry: JsonObject) -> None:
        """Keep an event, badge or issuer; the one that says more of two with the same number."""
        kind, number = kind_of(entry), label(entry.get("id"))
        if kind in ("event", "badge", "client") and number:
            self._db.execute(
                "insert into known values (?,?,?) on conflict do update set entry = excluded.entry"
                " where length(excluded.entry) > length(entry)",
                (kind, _stored(number), as_backpack_wrote(entry)),
            )

    def find(self, kind: str, number: str | None) -> JsonObject | None:
        """Return an event or badge."""
        found = self._db.execute(
            "select entry from known where kind = ? and id = ?", (kind, _stored(number or ""))
        ).fetchone()
        return parse_object(found[0]) if found else None

    def client(self) -> JsonObject | None:
        """Return the issuer, None when there are several or none."""
        found = self._db.execute("select entry from known where kind = 'client'").fetchmany(2)
        return parse_object(found[0][0]) if len(found) == 1 else None

    def tell(self, event: str) -> None:
        """Note that it is known to whom an event awarded."""
        self._db.execute("insert or ignore into told values (?)", (_stored(event),))

    def untold(self) -> int:
        """Count the events of which it is not known to whom they awarded."""
        query = "select count(*) from known where kind = 'event' and id not in (select * from told)"
        return int(self._db.execute(query).fetchone()[0])


def _stored(number: str) -> bytes:
    """Return a number as SQLite takes it, also one that is no UTF-8."""
    return number.encode("utf-8", "surrogatepass")


@contextmanager
def nothing_known() -> Iterator[Known]:
    """Give an empty store in a folder only this user can read, and delete it afterwards."""
    with tempfile.TemporaryDirectory(prefix="badge-migrator-") as folder:
        database = sqlite3.connect(Path(folder) / "known.db", isolation_level=None)
        with closing(database) as connection:
            for pragma in ("journal_mode=off", "synchronous=off"):
                connection.execute(f"pragma {pragma}")
            yield Known(connection)
