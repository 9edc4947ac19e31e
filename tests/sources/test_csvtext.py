"""Tables as people and spreadsheets write them, and what is wrong with some."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.sources import csvtext
from migrator.sources.csvtext import CsvText


def read(data, **how):
    return list(CsvText(io.BytesIO(data), **how))


def cells(data, **how):
    return [record.cells for record in read(data, **how)]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_delimiter_encoding_and_line_end_is_read(sign, encoding, end):
    rows = [("Name", "Größe", "Notes"), ("Zoë", "38", 'says "hi"'), ("Bo", "", "two, or more; x")]
    out = io.StringIO()
    csv.writer(out, delimiter=sign, lineterminator=end).writerows(rows)
    if end == "\r" and encoding in ("utf-16", "utf-32"):
        return  # nobody has written these since line feeds came in
    assert cells(out.getvalue().encode(encoding)) == rows


def test_cells_may_go_over_several_lines_and_lines_are_counted_all_the_same():
    found = read(b'a,b\n\n"one\ntwo",2\n3,4')
    assert [(record.line, record.cells) for record in found] == [
        (1, ("a", "b")),
        (3, ("one\ntwo", "2")),
        (5, ("3", "4")),
    ]
    assert found[1].raw == b'"one\ntwo",2'


def test_an_open_quotation_mark_spoils_its_own_line_only():
    found = read(b'a,b\n1,"open\n3,4\n5,"closed"\n7,8\n')
    assert [record.cells for record in found if not record.wrong] == [
        ("a", "b"),
        ("3", "4"),
        ("5", "closed"),
        ("7", "8"),
    ]
    (spoiled,) = (record for record in found if record.wrong)
    assert (spoiled.line, spoiled.raw) == (2, b'1,"open')
    assert "never closed" in spoiled.wrong


def test_marks_in_the_middle_of_a_cell_are_letters():
    assert cells(b'a,b\n5" disk,x\n"six"teen,y\n') == [
        ("a", "b"),
        ('5" disk', "x"),
        ("sixteen", "y"),
    ]


def test_a_line_that_is_not_in_the_encoding_of_the_file_is_read_as_windows_wrote_it():
    assert cells("é,1\n".encode() + "é,2\n".encode("cp1252") + b"\x81,3\n")[1:] == [
        ("é", "2"),
        ("\x81", "3"),
    ]


def test_the_hint_of_spreadsheets_names_the_delimiter_and_is_no_row():
    assert cells(b"sep=|\na|b\n1,5|2\n") == [("a", "b"), ("1,5", "2")]
    assert cells(b"sep=;") == []
    assert cells(b"sep=") == []


def test_delimiter_and_encoding_may_be_told():
    assert cells("ä,b;c\n".encode("cp1250"), delimiter=";", encoding="cp1250") == [("ä,b", "c")]
    with pytest.raises(LookupError):
        read(b"a,b\n", encoding="klingon")


def test_a_line_that_is_too_long_is_passed_over_whole(monkeypatch):
    monkeypatch.setattr(csvtext, "LONGEST", 1 << 10)
    found = read(b"a,b\n" + b"x" * 3000 + b",y\n1,2\n")
    assert [record.cells for record in found if not record.wrong] == [("a", "b"), ("1", "2")]
    assert [record.line for record in found] == [1, 2, 3]
    assert "longer than any row" in found[1].wrong


def test_a_cell_longer_than_csv_takes_is_wrong_and_nothing_else():
    found = read(b"a,b\n" + b"x" * 200_000 + b",y\n1,2\n")
    assert [bool(record.wrong) for record in found] == [False, True, False]


@pytest.mark.no_cover  # hundreds of damages; other tests measure
def test_a_damaged_packed_file_is_read_as_far_as_it_goes():
    text = CsvText(io.BytesIO(gzip.compress(b"a,b\n1,2\n" * 50_000)[:-200]))
    assert len(list(text)) > 10
    assert text.damage


def test_a_stray_return_inside_a_line_is_a_blank():
    assert cells(b'a,b\n1\r2,"3\r\n4"\r\n') == [("a", "b"), ("1 2", "3\n4")]


def test_nothing_is_evaluated():
    assert cells(b'a,b\n"=HYPERLINK(""http://x"")",=1+1\n')[1] == ('=HYPERLINK("http://x")', "=1+1")


@given(
    st.lists(
        st.tuples(*[st.text('ab,;"\n é', max_size=6).map(str.strip)] * 3).filter(any), min_size=1
    )
)
def test_what_csv_writes_comes_back(rows):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    found = read(out.getvalue().encode(), delimiter=",", encoding="utf-8")
    assert [record.cells for record in found] == rows
    assert not any(record.wrong for record in found)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(data):
    for record in read(data):
        assert record.line >= 1
