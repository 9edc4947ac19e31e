"""The books of the sources, made anew from what the archive holds of each."""

from __future__ import annotations

import sqlite3

_SEEN = "select count(*) from sighting where source_id = ?"
_BAD = "select count(*) from problem where source_id = ? and severity = 'problem'"
# Of several sources that have a badge, the one that was read first has archived it.
_FIRST_HERE = """
select count(distinct sighting.assertion_id) from sighting
join source on source.id = sighting.source_id
where sighting.source_id = ? and not exists (
  select 1 from sighting as earlier
  join source as elsewhere on elsewhere.id = earlier.source_id
  where earlier.assertion_id = sighting.assertion_id and earlier.source_id <> sighting.source_id
    and (earlier.seen_at, elsewhere.adapter, elsewhere.place)
      < (sighting.seen_at, source.adapter, source.place))
"""


def recount(conn: sqlite3.Connection, sources: list[int] | None = None) -> None:
    """Count each source's sightings and problems again, within a transaction of the caller's.

    The counts of a reading no longer fit when archives were joined or badges removed; afterwards
    `found = archived + known + problems` holds again. None: every source.
    """
    if sources is None:
        sources = [row[0] for row in conn.execute("select id from source order by id")]
    for source in sources:
        seen, bad, first = (
            conn.execute(sql, (source,)).fetchone()[0] for sql in (_SEEN, _BAD, _FIRST_HERE)
        )
        conn.execute(
            "update source set found = ?, archived = ?, known = ?, problems = ? where id = ?",
            (seen + bad, first, seen - first, bad, source),
        )
