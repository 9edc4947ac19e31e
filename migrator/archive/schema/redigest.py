"""Digests of badge classes made anew, so that they are the same in every archive."""

from __future__ import annotations

import json
import sqlite3
from hashlib import sha256


def redigest_badge_classes(conn: sqlite3.Connection) -> None:
    """Write the digest that holds the issuer by its digest; version 1 held it by its number.

    The rule is written out here: an upgrade goes on doing what it did, whatever the rule becomes.
    """
    for number, by, *columns in conn.execute(_BADGE_CLASSES).fetchall():
        targets = [tuple(row) for row in conn.execute(_ALIGNMENTS, (number,))]
        tags = [row[0] for row in conn.execute(_TAGS, (number,))]
        url_id, *rest = columns
        said = json.dumps([(url_id, by, *rest), targets, tags], separators=(",", ":"))
        conn.execute(
            "update badge_class set digest = ? where id = ?",
            (sha256(said.encode()).digest(), number),
        )


_BADGE_CLASSES = """
select badge_class.id, iif(issuer.id is null, null, lower(hex(issuer.digest))),
  badge_class.url_id, badge_class.name, badge_class.description, badge_class.image,
  criteria_url, criteria_narrative
from badge_class left join issuer on issuer.id = badge_class.issuer_id
"""
_ALIGNMENTS = """
select target_name, target_url, target_description, target_framework, target_code
from alignment where badge_class_id = ? order by id
"""
_TAGS = "select name from tag where badge_class_id = ? order by id"
