"""What an attached archive (`other`) knows better of badges that are in ours already."""

from __future__ import annotations

import sqlite3

from migrator.archive import merge
from migrator.archive.life.mapping import value
from migrator.archive.life.tables import ASSERTION, EVIDENCE

_NUMBERS = ("badge_class_id", "learner_id", "jws_id", "document_id", "image_id")


def learn_more(conn: sqlite3.Connection, first: int, last: int) -> None:
    """Bring the badges of a batch up to what either archive knows of them.

    The richer normal form wins and what it leaves open is filled from the other. Where both are
    equally rich the digests of their parts decide, so that neither has to come first.
    """
    for row in conn.execute(_DIFFERENT, (first, last)).fetchall():
        number, other, ours, theirs, *columns = tuple(row)
        if columns[_LEARNER] is not None:
            _settle_learner(conn, number, columns[_LEARNER])
        better = theirs > ours
        conn.execute(merge.REPLACE if better else merge.FILL, (*columns, number))
        _evidence(conn, number, other, better=better)


def _settle_learner(conn: sqlite3.Connection, number: int, theirs: int) -> None:
    conn.execute(_FIRST_LEARNER, (number, theirs))


def _evidence(conn: sqlite3.Connection, number: int, other: int, *, better: bool) -> None:
    here = conn.execute(
        "select 1 from evidence where assertion_id = ? limit 1", (number,)
    ).fetchone()
    there = conn.execute(
        "select 1 from other.evidence where assertion_id = ? limit 1", (other,)
    ).fetchone()
    if there and (better or not here):
        names = ", ".join(EVIDENCE.columns)
        conn.execute("delete from evidence where assertion_id = ?", (number,))
        conn.execute(
            f"insert into main.evidence (assertion_id, {names}) select ?, {names}"  # noqa: S608 - our own names
            " from other.evidence where assertion_id = ? order by id",
            (number, other),
        )


def _order(alias: str, schema: str) -> str:
    # A text that grows with the worth of a normal form, and is the same in every archive.
    digests = ", ".join(
        f"hex((select digest from {schema}.{table} where id = {alias}.{column}))"  # noqa: S608 - our own names
        for column, table in (
            ("document_id", "document"),
            ("jws_id", "document"),
            ("badge_class_id", "badge_class"),
            ("image_id", "image"),
        )
    )
    plain = ", ".join(
        f"{alias}.{column}"
        for column in merge.COLUMNS
        if column not in _NUMBERS and column != "richness"
    )
    return f"printf('%04d', {alias}.richness) || json_array({digests}, {plain})"


def _different() -> str:
    columns = ", ".join(value(column, ASSERTION.references) for column in merge.COLUMNS)
    ours = ", ".join(f"m.{column}" for column in merge.COLUMNS)
    return (
        f"select m.id, o.id, {_order('m', 'main')}, {_order('o', 'other')}, {columns}"  # noqa: S608 - our own names
        " from other.assertion as o join main.assertion as m on m.digest = o.digest"
        " where o.id between ? and ? and o.id not in (select old from temp.fresh)"
        f" and ({columns}) is not ({ours}) order by o.id"
    )


_LEARNER = merge.COLUMNS.index("learner_id")
_DIFFERENT = _different()
# Two people who hold one badge: the one whose address comes first, whichever archive came first.
_FIRST_LEARNER = """
update assertion set learner_id = ?2 where id = ?1 and learner_id is not null
  and (select min(value) from identity where learner_id = ?2)
    < (select min(value) from identity where learner_id = assertion.learner_id)
"""
