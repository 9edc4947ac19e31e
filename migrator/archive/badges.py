"""Writing what was found: documents, image, normal form and the sighting that ties them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import NamedTuple

from migrator.archive import merge, sourcefile
from migrator.archive.classes import Classes
from migrator.archive.crowd import Crowd
from migrator.archive.digest import short_digest
from migrator.archive.documents import DocumentWriter
from migrator.archive.images import ImageWriter
from migrator.archive.lookup import looked_up
from migrator.archive.rows import Rows
from migrator.archive.understood import Answer, Piece, Understood, understand
from migrator.openbadges.badge import Pieces
from migrator.sources.found import (
    Found,
    FoundCollection,
    FoundFile,
    FoundLearner,
    Problem,
    Severity,
)


class BadgeWriter:
    """Takes the outcomes of one source within one transaction.

    `made` is what `DocumentWriter` remembers from one transaction to the next.
    """

    def __init__(
        self,
        conn: sqlite3.Connection,
        source_id: int,
        now: str,
        made: Counter[bytes] | None = None,
    ) -> None:
        self._conn = conn
        self._source = source_id
        self._source_key = _source_key(conn, source_id)
        self._now = now
        self._seen_at = f"{now[:19]}Z"  # to the second: it stands in each of a million rows
        self._rows = Rows(conn)
        self.people = Crowd(conn, self._rows, self._write_badges)
        self.warnings = 0
        self._documents: list[tuple[int, int, str, str | None, str]] = []
        self._memberships: list[tuple[int, int, str | None, int, str]] = []
        self._seen: dict[bytes, int] = {}
        self._classes = Classes(self._rows)
        self._kept = DocumentWriter(self._rows, made)
        self._images = ImageWriter(self._rows)

    def badges(self, batch: Sequence[tuple[Found, Answer | None]]) -> list[str]:
        """Take some badges; returns which count each belongs to: archived, known or problems.

        An answer is what another process has made of the badge already.
        """
        marks = [_Mark.of(self._source_key, found) for found, _ in batch]
        self._seen.update(looked_up(self._conn, _SEEN, [mark.digest for mark in marks]))
        answers = [
            (understand(Pieces(*found.parts)) if answer is None else answer)
            if mark.digest not in self._seen
            else None
            for (found, answer), mark in zip(batch, marks, strict=True)
        ]
        self._expect(batch, marks, answers)
        return [
            self._badge(found, mark, answer)
            for (found, _), mark, answer in zip(batch, marks, answers, strict=True)
        ]

    def _expect(
        self,
        batch: Sequence[tuple[Found, object]],
        marks: Sequence[_Mark],
        answers: Sequence[Answer | None],
    ) -> None:
        """Ask the archive at once what it would be asked for each badge."""
        badges = [one for one in answers if isinstance(one, Understood)]
        self._rows.look_up("assertion", [one.digest for one in badges])
        pieces = [piece for one in badges for piece in (*one.documents, *one.extra)]
        self._rows.look_up("document", [piece.digest for piece in pieces])
        self._rows.look_up("image", [mark.image for mark in marks if mark.image])
        holders = [found.holder for found, _ in batch] + [one.recipient for one in badges]
        self.people.expect(filter(None, holders))

    def _badge(self, found: Found, mark: _Mark, badge: Answer | None) -> str:
        seen = self._seen.get(mark.digest)
        if seen is not None:
            self._remember_memberships(found, seen)
            return "known"
        if not isinstance(badge, Understood):
            raw = found.image or found.assertion or found.jws or b""
            self.problem(Problem(found.locator, "no_badge", badge or "", raw))
            return "problems"
        return self._new_sighting(found, badge, mark)

    def problem(self, problem: Problem) -> None:
        """Take what could not be read, with all that the adapter could give of it."""
        if problem.severity is Severity.WARNING:
            self.warnings += 1
        self._conn.execute(
            "insert or ignore into problem"
            " (source_id, locator, code, severity, sentence, raw, seen_at)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                *(self._source, problem.locator, problem.code, problem.severity.value),
                *(problem.sentence, problem.raw or None, self._now),
            ),
        )
        if problem.file is not None:
            self.file(problem.file)

    def learner(self, found: FoundLearner) -> None:
        """Take a person; one without any address cannot be told apart and becomes a warning."""
        if not any(address.strip() for address in found.addresses):
            self._warn(found.locator, "learner_without_address", _NO_ADDRESS, found.name)
            return
        self.people.learner(found.addresses, found.name)

    def collection(self, found: FoundCollection) -> None:
        """Take a learner's collection; one already known is brought up to date."""
        if not found.holder.strip():
            kept = json.dumps(asdict(found))
            self._warn(found.locator, "collection_without_owner", _NO_OWNER, kept)
            return
        _, learner = self.people.identity(found.holder)
        self._conn.execute(
            "insert into collection"
            " (source_id, learner_id, key, name, description, public, page_url, locator)"
            " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (source_id, key) do update set"
            " name = excluded.name, description = excluded.description, public = excluded.public,"
            " page_url = excluded.page_url",
            (
                *(self._source, learner, found.key, found.name, found.description),
                *(int(found.public), found.page_url, found.locator),
            ),
        )

    def file(self, found: FoundFile) -> None:
        """Take a file that is no badge, byte for byte; one that has changed is kept beside it."""
        sourcefile.keep(self._conn, self._source, found)

    def finish(self) -> None:
        """Write what still waits."""
        self._write_badges()
        for source, key in dict.fromkeys(one[3:] for one in self._memberships):
            if not self._conn.execute(_COLLECTION, (source, key)).fetchone():
                self._warn(f"collection {key}", "collection_unknown", _NO_COLLECTION, key)
        self._conn.executemany(
            "insert or ignore into collection_assertion"
            " (collection_id, assertion_id, position, story)"
            " select id, ?, ?, ? from collection where source_id = ? and key = ?",
            self._memberships,
        )
        self._memberships.clear()

    def _write_badges(self) -> None:
        self._rows.write()
        self._conn.executemany(
            "insert or ignore into sighting_document"
            " (sighting_id, document_id, kind, url, origin) values (?, ?, ?, ?, ?)",
            self._documents,
        )
        self._documents.clear()

    def _warn(self, locator: str, code: str, sentence: str, raw: str | None) -> None:
        kept = (raw or "").encode()
        self.problem(Problem(locator, code, sentence, kept, severity=Severity.WARNING))

    def _new_sighting(self, found: Found, badge: Understood, mark: _Mark) -> str:
        documents = [(self._kept.keep(one), one) for one in badge.documents]
        image_id = self._images.keep(found.image, mark.image, badge, documents)
        holder = self._holder(found, badge)
        assertion_id, state = self._assertion(badge, documents, image_id, holder)
        self._seen[mark.digest] = assertion_id
        sighting = self._rows.add(
            "sighting",
            *(mark.digest, assertion_id, self._source, found.locator, holder and holder[0]),
            *(found.hosted_url, image_id, found.added_at, int(found.deleted), self._seen_at),
        )
        documents += [(self._kept.keep(one), one) for one in badge.extra]
        for number, one in documents:
            self._documents.append((sighting, number, one.kind, one.url, one.origin))
        self._remember_memberships(found, assertion_id)
        for code, sentence in badge.warnings:
            self.problem(Problem(found.locator, code, sentence, severity=Severity.WARNING))
        for warning in found.warnings:
            self.problem(warning)
        return state

    def _remember_memberships(self, found: Found, assertion_id: int) -> None:
        for membership in found.memberships:
            self._memberships.append(
                (
                    *(assertion_id, membership.position, membership.story),
                    *(self._source, membership.collection_key),
                )
            )

    def _holder(self, found: Found, badge: Understood) -> tuple[int, int] | None:
        if found.holder and found.holder.strip():
            return self.people.identity(found.holder)
        return self.people.identity(badge.recipient) if badge.recipient else None

    def _assertion(
        self,
        badge: Understood,
        documents: list[tuple[int, Piece]],
        image_id: int | None,
        holder: tuple[int, int] | None,
    ) -> tuple[int, str]:
        known = self._rows.find("assertion", badge.digest)
        of_kind = {one.kind: number for number, one in reversed(documents)}
        columns = (
            badge.version,
            self._classes.id_of(badge.badge_class),
            holder and holder[1],
            *badge.columns,
            *(of_kind.get("jws"), of_kind.get("assertion"), image_id, badge.richness),
        )
        if known is None:
            number = self._rows.add_new("assertion", badge.digest, badge.own_identity, *columns)
            self._add_evidence(number, badge)
            return number, "archived"
        self._write_badges()
        self._enrich(known, columns, badge)
        return known, "known"

    def _enrich(self, number: int, columns: tuple[object, ...], badge: Understood) -> None:
        # What a second source knows better replaces the normal form; nothing known is blanked.
        richness, evidence = self._conn.execute(merge.KNOWN, (number,)).fetchone()
        better = badge.richness > richness
        self._conn.execute(merge.REPLACE if better else merge.FILL, (*columns, number))
        if badge.evidence and (better or not evidence):
            self._conn.execute("delete from evidence where assertion_id = ?", (number,))
            self._add_evidence(number, badge)

    def _add_evidence(self, number: int, badge: Understood) -> None:
        for one in badge.evidence:
            self._rows.add("evidence", number, *one)


_SEEN = "select digest, assertion_id from sighting where digest in (KEYS)"
_COLLECTION = "select 1 from collection where source_id = ? and key = ?"
_NO_ADDRESS = (
    "This person has no e-mail address, so nobody can be told apart by it. The badges were read."
)
_NO_OWNER = (
    "This collection does not say whose it is, so it was not kept. The badges in it were read."
)
_NO_COLLECTION = (
    "Badges name this collection, but the source did not describe it before them, so it was not"
    " kept. The badges were."
)


def _source_key(conn: sqlite3.Connection, source_id: int) -> str:
    # Not the row's number: two archives of one source must know each other's sightings.
    row = conn.execute("select adapter, place from source where id = ?", (source_id,)).fetchone()
    return "\0".join(row)


class _Mark(NamedTuple):
    """What a badge of a source is known by when it is read again, and its picture."""

    digest: bytes
    image: bytes | None

    @classmethod
    def of(cls, source_key: str, found: Found) -> _Mark:
        image = sha256(found.image).digest() if found.image is not None else None
        said = f"{source_key}\0{found.locator}\0{found.hosted_url}\0{found.holder}".encode()
        parts = (found.assertion, found.badge_class, found.issuer, found.jws, image)
        marks = [b"\0-" if part is None else b"\0%d:%b" % (len(part), part) for part in parts]
        return cls(short_digest(b"".join((said, *marks))), image)
