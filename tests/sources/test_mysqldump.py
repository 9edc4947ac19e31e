from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.errors import SourceUnreadable
from migrator.sources import mysqldump, window
from migrator.sources.mysqldump import RAW_LIMIT, Broken, Dump, Row

CREATE = b"CREATE TABLE `t` (\n  `id` int NOT NULL,\n  `it``s` blob,\n  PRIMARY KEY (`id`)\n);\n"
ESCAPES = {
    b"\\": b"\\\\", b"\0": b"\\0", b"\n": b"\\n", b"\r": b"\\r",
    b"'": b"\\'", b'"': b'\\"', b"\x1a": b"\\Z",
}  # fmt: skip


def read(data, *wanted, **options):
    return list(Dump(io.BytesIO(data), set(wanted or ("t",)), **options))


def values(data, *wanted):
    rows = read(data, *wanted)
    assert all(isinstance(row, Row) for row in rows), rows
    return [row.values for row in rows]


def quoted(data):
    return b"'%s'" % re.sub(rb"[\\\0\n\r'\"\x1a]", lambda found: ESCAPES[found[0]], data)


def doubled(data):
    return b"'%s'" % quoted(data)[1:-1].replace(b"\\'", b"''")


def hexed(data):
    return b"0x" + data.hex().encode() if data else b"''"


def binary(data):
    return b"_binary " + quoted(data)


def written(value, how):
    return b"NULL" if value is None else how(value)


# Every byte the reader treats specially, and some it does not.
SPECIAL = [b"\\", b"'", b'"', b",", b"(", b")", b";", b"\n", b"),(", b"%", b"0"]
TEXT = st.lists(st.sampled_from(SPECIAL) | st.binary(max_size=4)).map(b"".join)
ROWS = st.lists(
    st.tuples(st.none() | TEXT, st.none() | TEXT, st.none() | st.binary(max_size=150)),
    min_size=1,
    max_size=8,
)


@settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=ROWS,
    how=st.sampled_from([quoted, doubled, hexed, binary]),
    between=st.sampled_from([b",", b",\n", b" ,\r\n "]),
    chunk=st.integers(1, 90),
)
def test_what_mysqldump_writes_is_read_back_byte_for_byte(monkeypatch, rows, how, between, chunk):
    monkeypatch.setattr(window, "_CHUNK", chunk)
    monkeypatch.setattr(mysqldump, "_LOOKAHEAD", 250)
    create = b"CREATE TABLE `t` (\n  `a` blob,\n  `b` blob,\n  `c` blob\n);\n"
    tuples = [b"(%s)" % b",".join(written(value, how) for value in row) for row in rows]
    dump = create + b"INSERT INTO `t` VALUES " + between.join(tuples) + b";\nUNLOCK TABLES;\n"
    assert values(dump) == rows
    assert values(b"INSERT INTO `u` VALUES (1);\n".join([create, dump]), "t") == rows
    assert values(dump.replace(b"`t`", b"`skipped`") + dump) == rows


@settings(deadline=None)
@given(junk=st.binary(max_size=300), cut=st.integers(0, 200))
def test_whatever_stands_in_a_dump_reading_ends_and_raises_nothing(junk, cut):
    dump = CREATE + b"INSERT INTO `t` VALUES (1,'a'),(2,'b');\n"
    for item in read(dump[:cut] + junk + dump[cut:]):
        assert isinstance(item, Row | Broken)


def test_a_row_knows_its_columns_its_line_and_its_number():
    first, second = read(CREATE + b"INSERT INTO `t` VALUES\n(1,NULL),\n(-2.5e3,'x');\n")
    assert first == Row("t", ("id", "it`s"), (b"1", None), 7, 1)
    assert second.named() == {"id": b"-2.5e3", "it`s": b"x"}
    assert (second.line, second.number) == (8, 2)


def test_numbers_go_on_over_several_statements():
    dump = CREATE + b"INSERT INTO t VALUES (1,'a');\nINSERT INTO t VALUES (2,'b');\n"
    assert [row.number for row in read(dump)] == [1, 2]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"'it\\'s'", b"it's"),
        (b"'it''s'", b"it's"),
        (b"''", b""),
        (b"''''", b"'"),
        (b"'\\\\'", b"\\"),
        (b"'\\\\\\''", b"\\'"),
        (b"'\\0\\n\\r\\t\\b\\Z\\\"'", b'\0\n\r\t\b\x1a"'),
        (b"'100\\% \\_'", b"100\\% \\_"),
        (b"'\\q'", b"q"),
        (b"0x00FF", b"\0\xff"),
        (b"0xF", b"\x0f"),
        (b"X'7b7D'", b"{}"),
        (b"b'101'", b"5"),
        (b"_utf8mb4'\xc3\xa9'", b"\xc3\xa9"),
        (b"N'n'", b"n"),
        (b"-0.25", b"-0.25"),
        (b"+7", b"+7"),
        (b" NULL ", None),
    ],
)
def test_a_value_is_read(text, value):
    (row,) = values(CREATE + b"INSERT INTO `t` VALUES (1," + text + b");\n")
    assert row == (b"1", value)


def test_a_long_text_of_escapes_is_read_without_a_list_of_them():
    data = b"\\" * 1_500_001 + b"'\n"
    (row,) = values(CREATE + b"INSERT INTO `t` VALUES (1," + quoted(data) + b");\n")
    assert row[1] == data


@pytest.mark.parametrize(
    "statement",
    [
        b"INSERT INTO `t` VALUES (1,'a');",
        b"INSERT  IGNORE INTO `t` VALUES (1,'a');",
        b"insert delayed into t values (1,'a');",
        b"REPLACE INTO `t` VALUES (1,'a');",
        b"INSERT INTO `db`.`t` VALUES (1,'a');",
        b"INSERT INTO \"t\" VALUES (1,'a');",
        b"/*!40101 INSERT INTO `t` VALUES (1,'a') */;",
        b"INSERT INTO `t` VALUES (1,'a') ON DUPLICATE KEY UPDATE id=';';",
        b"INSERT INTO `t` (`it``s`, `id`) VALUES ('a',1);",
        b'INSERT INTO "t" ("it`s", "id") VALUES (\'a\',1);',
        b"INSERT INTO t (`it``s`,id) VALUES ('a',1);",
    ],
)
def test_every_form_of_insert_is_read(statement):
    (row,) = read(CREATE + statement + b"\n")
    assert row.named() == {"id": b"1", "it`s": b"a"}


def test_columns_may_stand_without_quotes():
    create = b"CREATE TABLE t (\n  id int NOT NULL,\n  body blob,\n  KEY body (body)\n);\n"
    (row,) = read(create + b"INSERT INTO t VALUES (1,'a');\n")
    assert row.columns == ("id", "body")


def test_the_columns_of_every_table_are_told_even_without_rows():
    dump = Dump(io.BytesIO(CREATE + b"INSERT INTO `u` (`x`) VALUES (1);\n"), {"t"})
    assert list(dump) == []
    assert dump.tables == {"t": ("id", "it`s"), "u": ("x",)}


def test_what_is_no_row_is_passed_over():
    before = b"""/*M!999999\\- enable the sandbox mode */
/*!999999\\- enable the sandbox mode */
-- MySQL dump 10.13 -- it's a comment; with an apostrophe
--
# it's another
/* it's
   a third; */
mysqldump: [Warning] Using a password on the command line interface can be insecure.
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO;AUTO' */;
/*!50001 CREATE VIEW `v` AS SELECT 1 AS `a;'b` */;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`l`*/ /*!50003 TRIGGER x BEFORE INSERT ON t FOR EACH ROW
BEGIN INSERT INTO `t` VALUES (9,'no row'); SET @a='it'; END */;;
DELIMITER ;
"""
    after = b"INSERT INTO `t` VALUES (1,'a');\n-- Dump completed on 2019-08-22\n"
    assert values(before + CREATE + after) == [(b"1", b"a")]
    assert values((before + CREATE + after).replace(b"\n", b"\r\n")) == [(b"1", b"a")]
    assert values(b"\xef\xbb\xbf" + before + CREATE + after) == [(b"1", b"a")]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_dump_is_read_like_a_plain_one(pack):
    assert values(pack(CREATE + b"INSERT INTO `t` VALUES (1,'a');\n")) == [(b"1", b"a")]


def test_a_broken_row_is_told_and_the_rows_around_it_are_read():
    dump = CREATE + b"INSERT INTO `t` VALUES (1,'a'),(2,'b'c'),(3,'c),(d'),(4,'d');\n"
    first, broken, third, fourth = read(
        dump + b"-- Dump completed on 2019-08-22 10:00:00, with love\n"
    )
    assert [first.values[0], third.values[0], fourth.values[0]] == [b"1", b"3", b"4"]
    assert (broken.code, broken.number, broken.line) == ("row_broken", 2, 6)
    assert broken.locator == "row 2 of table t, line 6"
    assert broken.raw == b"(2,'b'c'),"
    assert "behind value 2" in broken.sentence
    assert fourth.number == 4


@pytest.mark.parametrize(
    ("tuples", "kept"),
    [
        (b"(1,'a'),\n(2,oops),\n(3,'c');\n", [b"1", b"3"]),
        (b"(1,'a'),\n(2,'b),\n(3,'c');\n", [b"1", b"3"]),
        (b"(1,'a'),\n2,'b'),\n(3,'c');\n", [b"1", b"3"]),
        (b"(1,'a'),(2,'b',3),(3,'c');\n", [b"1", b"3"]),
        (b"(1,'a'),\n(2,'b';\n", [b"1"]),
        (b"(1,'a'),(2,'b);\nUNLOCK TABLES;\n", [b"1"]),
        (b"(1,'a') (3,'c');\n", [b"1", b"3"]),
    ],
)
def test_after_a_broken_row_reading_goes_on(tuples, kept):
    more = b"INSERT INTO `t` VALUES (9,'z');\n"
    items = read(CREATE + b"INSERT INTO `t` VALUES " + tuples + more)
    assert [item.values[0] for item in items if isinstance(item, Row)] == [*kept, b"9"]
    assert all(item.code in ("row_broken", "not_sql") for item in items if isinstance(item, Broken))


def test_a_broken_quote_in_a_table_nobody_wants_costs_its_line_only():
    dump = b"INSERT INTO `u` VALUES (1,'it's'),(2,'b');\n" + CREATE
    assert values(dump + b"INSERT INTO `t` VALUES (1,'a');\n") == [(b"1", b"a")]


def test_a_row_with_too_many_values_is_broken():
    row = b"(" + b",".join([b"1"] * 5000) + b")"
    (broken,) = read(CREATE + b"INSERT INTO `t` VALUES " + row + b";\n")
    assert "4096" in broken.sentence


def test_what_is_kept_of_a_broken_row_is_limited():
    row = b"(1,'" + b"a" * 100_000 + b"'b)"
    (broken,) = read(CREATE + b"INSERT INTO `t` VALUES " + row + b";\n")
    assert len(broken.raw) == RAW_LIMIT


def test_a_row_larger_than_the_limit_is_told_and_left_out():
    large = b"INSERT INTO `t` VALUES (1,'" + b"a" * 50_000 + b"');\n"
    small = b"INSERT INTO `t` VALUES (2,'b');\n"
    broken, row = read(CREATE + large + small, row_limit=10_000)
    assert (broken.code, broken.number) == ("row_too_large", 1)
    assert row.values == (b"2", b"b")


def test_of_several_noisy_lines_only_the_first_is_told():
    noise = b"mysqldump: Got error: 1146\nError 2013: Lost connection\n"
    told, row = read(noise + CREATE + b"INSERT INTO `t` VALUES (1,'a');\n")
    assert (told.code, told.locator) == ("not_sql", "line 1")
    assert row.number == 1


def test_rows_whose_columns_nobody_told_are_one_problem():
    insert = b"INSERT INTO `t` VALUES (1,'a');\n"
    (broken,) = read(insert + insert)
    assert (broken.code, broken.locator) == ("columns_unknown", "table t, line 1")


WHOLE = (
    b"-- MySQL dump 10.13\n" + CREATE + b"INSERT INTO `t` VALUES (1,'a'),(2,'b');\n"
    b"INSERT INTO `u` VALUES ('it\\'s\\\\');\n-- Dump completed\n"
)


@pytest.mark.parametrize("end", range(21, len(WHOLE) - 1))
def test_a_cut_dump_yields_what_stands_before_and_then_one_end_marker(end):
    items = read(WHOLE[:end])
    if end >= WHOLE.index(b"-- Dump completed") + len(b"-- Dump completed"):
        assert len(items) == 2
        return
    *rows, last = items
    assert isinstance(last, Broken)
    assert last.code == "dump_cut"
    assert last.sentence.startswith("The dump breaks off here")
    assert all(isinstance(row, Row) for row in rows)
    assert len(rows) == (end >= WHOLE.index(b",(2")) + (end >= WHOLE.index(b";\nINSERT INTO `u`"))


def test_the_end_marker_says_in_which_row_the_dump_breaks_off():
    *_, last = read(WHOLE[: WHOLE.index(b"2,'b'")])
    assert last.locator == "row 2 of table t, line 7"


def test_a_shortened_gzip_file_is_read_as_far_as_it_goes():
    many = b",".join(b"(%d,'%d')" % (i, i * 7919) for i in range(50_000))
    packed = gzip.compress(CREATE + b"INSERT INTO `t` VALUES " + many + b";\n")
    *rows, last = read(packed[: len(packed) // 2])
    assert len(rows) > 1000
    assert last.code == "dump_cut"
    assert "end-of-stream" in last.sentence


def test_a_stream_that_fails_is_a_cut_dump():
    class Failing(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            if len(buffer) < 2:
                return 0
            if not hasattr(self, "done"):
                self.done = True
                buffer[: len(WHOLE)] = WHOLE
                return len(WHOLE)
            raise OSError(5, "Input/output error")

    *rows, last = Dump(Failing(), {"t"})
    assert len(rows) == 2
    assert "Input/output error" in last.sentence


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'<?xml version="1.0"?>\n<mysqldump xmlns:xsi="x">\n', "XML"),
        ("-- MySQL dump 10.13\n".encode("utf-16"), "PowerShell"),
    ],
)
def test_a_dump_in_another_form_says_what_to_do_instead(data, words):
    with pytest.raises(SourceUnreadable, match=words) as refused:
        read(data)
    assert "mysqldump --hex-blob" in refused.value.next_step


def test_other_text_in_utf_16_is_no_dump_at_all():
    told, *_ = read("Dear learner,\r\nhere are your badges\r\n".encode("utf-16"))
    assert told.code == "not_sql"


@pytest.mark.no_cover  # what it measures is memory
def test_memory_does_not_grow_with_the_dump():
    def dump(rows):
        yield CREATE
        for number in range(rows):
            image = b"%d" % number * 3000
            yield b"INSERT INTO `skipped` VALUES (1,'%s'),(2,'x');\n" % image
            yield b"INSERT INTO `t` VALUES (%d,'%s');\n" % (number, image)

    class Stream(io.RawIOBase):
        def __init__(self, parts):
            self.parts, self.left = parts, b""

        def readable(self):
            return True

        def readinto(self, buffer):
            self.left = self.left or next(self.parts, b"")
            part, self.left = self.left[: len(buffer)], self.left[len(buffer) :]
            buffer[: len(part)] = part
            return len(part)

    def peak(rows):
        tracemalloc.start()
        assert sum(1 for _ in Dump(Stream(dump(rows)), {"t"})) == rows
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(3000) < peak(600) * 1.2 < 12 << 20


def test_one_string_larger_than_the_window_is_passed_over_when_nobody_wants_it():
    large = b"INSERT INTO `u` VALUES ('" + b"\\\\\\'" * 100_000 + b"');\n"
    rest = CREATE + b"INSERT INTO `t` VALUES (1,'a');\n"
    (row,) = read(large + rest, row_limit=5000)
    assert row.values == (b"1", b"a")


def test_a_table_definition_that_never_ends_is_a_cut_dump():
    (last,) = read(b"CREATE TABLE `t` (\n  `id` int COMMENT 'never")
    assert (last.code, last.table) == ("dump_cut", "t")
