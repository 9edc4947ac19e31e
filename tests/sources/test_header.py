"""Names of columns in any spelling, and rows by them."""

from __future__ import annotations

import io

from migrator.sources.csvrows import fields_of, rows_of
from migrator.sources.csvtext import CsvText
from migrator.sources.header import is_secret, located, plain

ALIASES = {"email": ("recipientemail", "email"), "name": ("name", "email"), "day": ("date",)}


def test_names_are_the_same_in_any_spelling():
    assert plain(" E-Mail ") == plain("email") == plain("E_MAIL:")
    assert plain("Prénom") == "prenom"
    assert plain("メール") == plain("メール ")


def test_the_surest_name_counts_and_no_column_stands_for_two_fields():
    assert located(["Email", "Recipient e-mail", "Date", "Date"], ALIASES) == {
        "email": 1,
        "name": 0,
        "day": 2,
    }
    assert located(["Email"], ALIASES) == {"email": 0}


def test_columns_of_secrets_are_known_by_their_names():
    assert all(map(is_secret, ["Password", "API token", "Kennwort", "Claim Code", "secret"]))
    assert not any(map(is_secret, ["E-Mail", "Badge", "passed on"]))


def rows(data):
    return list(rows_of(CsvText(io.BytesIO(data)), ALIASES))


def test_rows_say_what_their_columns_are_and_keep_the_others():
    (row,) = rows(b"export of today\nEmail,Date,Shoe size,Empty\nann@example.org,1.2.2015,38,\n")
    assert row.said == {"email": "ann@example.org", "day": "1.2.2015"}
    assert (row.unread, row.line) == ({"Shoe size": "38"}, 3)
    assert row.raw == b"ann@example.org,1.2.2015,38,"


def test_a_row_with_more_cells_than_columns_is_not_guessed_at():
    (row,) = rows(b"Email,Date\nann@example.org,1.2.2015,38\n")
    assert "3 cells, and the table has 2 columns" in row.wrong
    assert not row.said


def test_no_bytes_are_kept_of_a_table_with_secrets():
    found = rows(
        b'Email,Date,Password\nann@example.org,1.2.2015,geheim\nbo@example.org,"x,geheim\n'
    )
    assert [row.raw for row in found] == [b"", b""]
    assert found[0].unread == {}


def test_a_table_without_known_columns_has_no_rows():
    assert rows(b"a,b\n1,2\n") == []
    assert fields_of(CsvText(io.BytesIO(b"")), ALIASES) == {}
