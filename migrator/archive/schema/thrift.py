"""Version 10: what a million badges would pay for and hardly anybody asks is no longer indexed."""

from __future__ import annotations

import sqlite3

from migrator.archive.schema.statements import run_statements

# A hash with salt differs from badge to badge, so an index of these is as long as the table, and
# only whoever has the very hash at hand asks for one: they are walked. Without salt, the hash of an
# address is always the same, and is asked for with each old address. Most learners of a Backpack
# have no name, and most baked images no badge class: neither needs an entry.
_THRIFT = """
drop index assertion_hashed;
create index assertion_hashed on assertion (substr(recipient_identity, 8, 8) collate nocase)
  where recipient_hashed = 1 and recipient_salt is null;
drop index assertion_badge_class;
create index assertion_badge_class on assertion (badge_class_id) where badge_class_id is not null;
drop trigger learner_ai;
drop trigger learner_au;
drop trigger learner_ad;
create trigger learner_ai after insert on learner when new.name is not null begin
  insert into learner_fts (rowid, name) values (new.id, new.name); end;
create trigger learner_ad after delete on learner when old.name is not null begin
  insert into learner_fts (learner_fts, rowid, name) values ('delete', old.id, old.name); end;
create trigger learner_au after update of name on learner begin
  insert into learner_fts (learner_fts, rowid, name)
    select 'delete', old.id, old.name where old.name is not null; insert into learner_fts
    (rowid, name) select new.id, new.name where new.name is not null; end;
drop table learner_fts;
create virtual table learner_fts using fts5 (name, content=learner, columnsize=0);
insert into learner_fts (rowid, name) select id, name from learner where name is not null;
"""


def save_room(conn: sqlite3.Connection) -> None:
    """Make the indexes smaller, and leave learners without a name out of the search."""
    run_statements(conn, _THRIFT)
