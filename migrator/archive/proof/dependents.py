"""Dependents: the badges that hang on a row, and where each could be found again."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from migrator.archive.proof.damage import Damage, Dependent, words_of

_PLACES = 5


class Dependents:
    """Finds what hangs on damaged rows, as far as the archive can still tell.

    `listed` is how many badges are named for one damage; the rest are counted.
    """

    def __init__(self, conn: sqlite3.Connection, listed: int) -> None:
        self._conn = conn
        self._listed = listed
        self._made: set[str] = set()

    def of(self, damage: Damage, last: int | None = None) -> Damage:
        """Return the damage with its badges, for its row or for the rows up to `last`."""
        query = _BADGES_OF.get(damage.table)
        if query is None or damage.row is None:
            return damage
        rows = (damage.row, damage.row if last is None else last)
        try:
            return self._found(damage, query, rows)
        except sqlite3.DatabaseError as error:
            words = words_of(error)
            more = f"{damage.sentence} What hangs on it cannot be told ({words})."
            return replace(damage, sentence=more)

    def _found(self, damage: Damage, query: str, rows: tuple[int, int]) -> Damage:
        for table, statements in _INDEXES.items():
            # No index leads from a picture to its badges; one is made when it is first needed.
            if table in query and table not in self._made:
                for statement in statements:
                    self._conn.execute(statement)
                self._made.add(table)
        count = "select count(*) from "
        badges = int(self._conn.execute(f"{count} ({query})", rows).fetchone()[0])
        if not badges and damage.table in _UNINDEXED:
            query = _UNINDEXED[damage.table]
            badges = int(self._conn.execute(f"{count} ({query})", rows).fetchone()[0])
        named = self._conn.execute(f"{query} order by 1 limit {self._listed:d}", rows).fetchall()
        dependents = tuple(self._dependent(row[0]) for row in named)
        return replace(damage, badges=badges, dependents=dependents)

    def _dependent(self, assertion_id: int) -> Dependent:
        row = self._conn.execute(_BADGE, (assertion_id,)).fetchone()
        places = self._conn.execute(_FOUND_IN, (assertion_id, _PLACES)).fetchall()
        badge, learner = row or (f"badge {assertion_id} (its own row is lost)", None)
        return Dependent(assertion_id, badge, learner, tuple(place[0] for place in places))


_BADGE = """
select coalesce(badge_class.name, assertion.hosted_url, assertion.identity),
  coalesce((select value from identity where identity.learner_id = assertion.learner_id
    order by identity.id limit 1), assertion.recipient_identity)
from assertion left join badge_class on badge_class.id = assertion.badge_class_id
where assertion.id = ?
"""
_FOUND_IN = """
select case when source.label is null then sighting.locator
  when instr(sighting.locator, source.label) = 1 then sighting.locator
  else source.label || ', ' || sighting.locator end
from sighting left join source on source.id = sighting.source_id
where sighting.assertion_id = ? order by sighting.id limit ?
"""
_IMAGES_OF_BADGES = """
select image_id, assertion_id from sighting where image_id is not null
union select image_id, id from assertion where image_id is not null
"""
_ARTWORKS_OF_BADGES = f"""
select image.artwork_id, used.assertion_id from image
join ({_IMAGES_OF_BADGES}) as used on used.image_id = image.id
"""  # noqa: S608 - the query above
_INDEXES = {
    "image_use": (
        f"create temp table image_use as {_IMAGES_OF_BADGES}",
        "create index temp.image_use_image on image_use (image_id)",
    ),
    "artwork_use": (
        f"create temp table artwork_use as {_ARTWORKS_OF_BADGES}",
        "create index temp.artwork_use_artwork on artwork_use (artwork_id)",
    ),
}
# The badges an address stands for, of web answers chosen by what follows.
_OF_ADDRESSES = """
select id from assertion where hosted_url in (select url from web_answer where {chosen})
union select assertion.id from badge_class join assertion
  on assertion.badge_class_id = badge_class.id
  where badge_class.url_id in (select url from web_answer where {chosen})
  or badge_class.image in (select url from web_answer where {chosen})
"""
# Each gives the badges that hang on the rows from ?1 to ?2 of a table.
_BADGES_OF = {
    "document": "select distinct sighting.assertion_id from sighting_document join sighting"
    " on sighting.id = sighting_document.sighting_id"
    " where sighting_document.document_id between ?1 and ?2",
    "frame": "select distinct sighting.assertion_id from document join sighting_document"
    " on sighting_document.document_id = document.id join sighting"
    " on sighting.id = sighting_document.sighting_id"
    " where document.frame_id between ?1 and ?2",
    "sighting_document": "select distinct assertion_id from sighting where id between ?1 and ?2",
    "image": "select distinct assertion_id from image_use where image_id between ?1 and ?2",
    "artwork": "select distinct assertion_id from artwork_use where artwork_id between ?1 and ?2",
    "assertion": "select id from assertion where id between ?1 and ?2"
    " union select assertion_id from sighting where assertion_id between ?1 and ?2",
    "issuer": "select assertion.id from badge_class join assertion"
    " on assertion.badge_class_id = badge_class.id where badge_class.issuer_id between ?1 and ?2",
    "badge_class": "select id from assertion where badge_class_id between ?1 and ?2",
    "web_answer": _OF_ADDRESSES.format(chosen="id between ?1 and ?2"),
    **{
        table: f"select distinct assertion_id from {table} where rowid between ?1 and ?2"  # noqa: S608 - names from the line below
        for table in ("sighting", "evidence", "collection_assertion", "transfer", "verdict")
    },
}
# Slow, so only asked when the way over the sightings has shown nothing.
_UNINDEXED = {
    "document": f"""
select id from assertion where document_id between ?1 and ?2 or jws_id between ?1 and ?2
union {_OF_ADDRESSES.format(chosen="document_id between ?1 and ?2")}
""",  # noqa: S608 - the query above
}
