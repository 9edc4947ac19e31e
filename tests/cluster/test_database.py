from __future__ import annotations

from pathlib import Path

import pytest

from migrator import errors
from migrator.cluster.database import database, is_missing, shown

ARCHIVE = Path("/data/school.db")


@pytest.mark.parametrize(
    ("told", "environment", "url"),
    [
        (None, None, "sqlite:////data/school-cluster.db"),
        (None, "", "sqlite:////data/school-cluster.db"),
        (None, "postgresql://u:secret@h/db", "postgresql://u:secret@h/db"),
        (None, "postgres://u:secret@h/db", "postgresql://u:secret@h/db"),
        ("sqlite:////x.db", "postgresql://u:secret@h/db", "sqlite:////x.db"),
        ("postgresql+psycopg://u@h/db", None, "postgresql+psycopg://u@h/db"),
    ],
)
def test_what_is_told_counts_then_the_environment_then_a_file_beside_the_archive(
    told, environment, url
):
    assert database(told, environment, ARCHIVE) == url


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:secret@h/db",
        "postgresql://h/db?user=u&password=secret",
        "postgresql://u:secret@[h/db",
    ],
)
def test_a_password_on_the_command_line_is_not_taken_and_not_repeated(url):
    with pytest.raises(errors.Usage, match="read by everybody") as caught:
        database(url, None, ARCHIVE)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://u:secret@h/db", "cluster.db", "sqlite", "sqlite:x"])
def test_what_is_no_address_of_a_database_is_said_so_without_its_password(url):
    with pytest.raises(errors.Usage, match="is no address") as caught:
        database(None, url, ARCHIVE)
    assert "secret" not in str(caught.value)


def test_a_password_is_never_shown():
    assert "secret" not in shown("postgresql://u:secret@h:5432/db?password=secret")
    assert shown("sqlite:////data/x.db") == "sqlite:////data/x.db"


def test_a_file_that_is_not_there_is_missing_and_a_server_never(tmp_path):
    url = f"sqlite:///{tmp_path / 'cluster.db'}"
    assert is_missing(url)
    (tmp_path / "cluster.db").touch()
    assert not is_missing(url)
    assert not is_missing("sqlite://")
    assert not is_missing("postgresql://u@h/db")
