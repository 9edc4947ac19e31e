"""Everything the archive has about one badge, to be shown as proof; and which badge is meant."""

from __future__ import annotations

import json
from dataclasses import dataclass

from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.search import known_as

MOST = 20
"""How many badges are offered when a few words fit several."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A badge that somebody may mean."""

    assertion_id: int
    title: str
    learner: str | None
    hosted_url: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a badge was found, and when it was read."""

    place: str
    seen_at: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is held of a badge: `digest` is SHA-256 in hex, `url` where it belongs.

    `origin` is found, derived (cut out of a larger document), live, wayback or warc; `at` when a
    web archive had saved it, or when its host served it.
    """

    kind: str
    digest: str
    url: str | None
    origin: str
    at: str | None = None


_BADGES = """
select assertion.id, coalesce(badge_class.name, assertion.hosted_url, assertion.identity) as title,
  (select identity.value from identity where identity.learner_id = assertion.learner_id
   order by identity.id limit 1) as learner, assertion.hosted_url
from assertion left join badge_class on badge_class.id = assertion.badge_class_id
"""
_WORD = """
(badge_class.name like ? escape '\\' or assertion.identity like ? escape '\\'
 or exists (select 1 from identity where identity.learner_id = assertion.learner_id
  and identity.value like ? escape '\\')
 or exists (select 1 from learner where learner.id = assertion.learner_id
  and learner.name like ? escape '\\'))
"""
_OF = """
where assertion.id in (select value from json_each(?))
  or assertion.learner_id in (select value from json_each(?))
"""


def meant(archive: Archive, text: str) -> list[Meant]:
    """Return the badges meant by a number, an address, or words of title and learner; at most MOST.

    An address is what `search` knows by an index: a URL, a learner's e-mail address, a hashed
    recipient. Else each word must be in the title, the address, or the learner's name or addresses.
    """
    text = text.strip()
    if text.isdecimal():
        return _found(archive, " where assertion.id = ?", int(text))
    words = text.split()
    known = known_as(archive, text)
    if known or (known is not None and len(words) == 1):
        return _found(archive, _OF, json.dumps(known.badges), json.dumps(known.learners))
    if not words:
        return []
    where = " where " + " and ".join([_WORD] * len(words))
    return _found(archive, where, *(_pattern(word) for word in words for _ in range(4)))


def seen(archive: Archive, assertion_id: int) -> list[Seen]:
    """Return every place a badge was found in, oldest first."""
    rows = archive.all(
        "select case when instr(sighting.locator, source.label) = 1 then sighting.locator"
        " else source.label || ', ' || sighting.locator end, source.last_read_at from sighting"
        " join source on source.id = sighting.source_id where sighting.assertion_id = ?"
        " order by sighting.id",
        assertion_id,
    )
    return [Seen(*row) for row in rows]


def pieces(archive: Archive, assertion_id: int) -> list[Piece]:
    """Return the documents and images a badge was found with."""
    found = [
        Piece(one.kind, one.digest.hex(), one.url, one.origin)
        for one in holdings.documents_of(archive, assertion_id)
    ]
    for number in holdings.images_of(archive, assertion_id):
        row = archive.one("select digest from image where id = ?", number)
        if row is not None:
            found.append(Piece("image", bytes(row[0]).hex(), None, "found"))
    return found


def heard(archive: Archive, url: str) -> list[Piece]:
    """Return what the web or a web archive gave of an address, each digest once, newest first."""
    rows = archive.all(
        "select web_answer.kind, document.digest, web_answer.origin,"
        " max(coalesce(web_answer.captured_at, web_answer.asked_at)) as at from web_answer"
        " join document on document.id = web_answer.document_id where web_answer.url = ?"
        " group by document.digest, web_answer.origin order by at desc",
        url,
    )
    return [Piece(row[0], bytes(row[1]).hex(), url, row[2], row[3]) for row in rows]


def _found(archive: Archive, where: str, *values: object) -> list[Meant]:
    rows = archive.all(f"{_BADGES}{where} order by assertion.id limit {MOST}", *values)
    return [Meant(*row) for row in rows]


def _pattern(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
