from __future__ import annotations

import pytest

from migrator.errors import SourceUnreadable
from migrator.sources.dumptables import dump_tables, text_of
from migrator.sources.found import Severity
from migrator.sources.place import open_place

DUMP = """-- MySQL dump 10.13
CREATE TABLE `award` (
  `id` int,
  `badge` int,
  `email` text,
  `code` text
);
INSERT INTO `award` VALUES (1,7,'ada@example.org','zap'),(2,7,'Zo\xeb','zap'),(3,8,NULL,'zap');
CREATE TABLE `badge` (
  `id` int,
  `name` text,
  `made` datetime
);
INSERT INTO `badge` VALUES (7,'Welder','2014-05-29 10:16:01'),(8,'  ','0000-00-00 00:00:00');
-- Dump completed
"""
CHOSEN = {"award": ("id", "badge", "email"), "badge": ("id", "name", "made")}


@pytest.fixture
def filled(tmp_path):
    def fill(text, tables):
        path = tmp_path / "dump.sql"
        path.write_bytes(text.encode("latin-1"))
        with open_place(path) as place:
            (member,) = place.members()
            return list(tables.fill(place, member))

    return fill


def test_rows_are_found_by_their_values_in_the_order_of_the_dump(filled):
    with dump_tables(CHOSEN) as tables:
        assert filled(DUMP, tables) == []
        awards = tables.all("award", "badge", b"7")
        assert text_of(awards, "email") == ("ada@example.org", "Zoë")
        welder = tables.one("badge", "id", awards[0].values["badge"])
        assert welder.moment("made") == "2014-05-29T10:16:01Z"
        assert welder.locator("x, ") == "x, row 1 of table badge (id 7)"
        other = tables.one("badge", "id", b"8")
        assert (other.text("name"), other.moment("made")) == (None, None)
        assert [row.number for row in tables.rows("award")] == [1, 2, 3]
        assert tables.all("award", "badge", b"7") == awards


def test_what_was_not_asked_for_is_not_there(filled):
    with dump_tables(CHOSEN) as tables:
        filled(DUMP, tables)
        row = next(tables.rows("award"))
        assert "code" not in row.values
        assert b"zap" not in row.told()
        assert tables.all("award", "code", b"zap") == []
        assert tables.all("award", "email", None) == []
        assert list(tables.rows("user")) == []
        assert tables.one("user", "id", b"1") is None
        assert 7 not in tables


def test_rows_can_be_left_out_by_what_they_say(filled):
    with dump_tables(lambda name: CHOSEN.get(name, ()), lambda row: bool(row.text("id"))) as tables:
        filled(DUMP.replace("(1,7,", "(NULL,7,"), tables)
        assert [row.number for row in tables.rows("award")] == [2, 3]


def test_a_broken_row_is_shown_only_without_a_secret(filled):
    broken = DUMP.replace("(2,7,", "(2,7,7,").replace("(8,'  ',", "(8,")
    with dump_tables(CHOSEN) as tables:
        award, badge = filled(broken, tables)
    assert (award.code, award.raw) == ("row_broken", b"")
    assert badge.raw.startswith(b"(8,")
    assert award.severity is Severity.PROBLEM


def test_missing_tables_are_told_unless_the_dump_breaks_off(filled):
    lost = {"user": "names are missing"}
    with dump_tables(CHOSEN) as tables:
        filled(DUMP, tables)
        (warning,) = tables.missing("x, ", lost)
        assert "no table user, so names are missing" in warning.sentence
        with pytest.raises(SourceUnreadable, match="no table award with the columns id, shoe"):
            tables.must_have("award", ("id", "shoe"), "x", "Do this.")
    with dump_tables(CHOSEN) as tables:
        (cut,) = filled(DUMP[: DUMP.index("CREATE TABLE `badge`")], tables)
        assert cut.code == "dump_cut"
        assert list(tables.missing("x, ", lost)) == []


def test_a_text_that_is_no_sql_is_a_warning(filled):
    with dump_tables(CHOSEN) as tables:
        (noise,) = filled("rubbish\n" + DUMP, tables)
    assert noise.severity is Severity.WARNING
