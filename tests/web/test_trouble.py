from __future__ import annotations

import logging
import sqlite3

import pytest


def test_a_defect_is_said_on_the_page_and_its_values_are_not_printed(asking, monkeypatch, caplog):
    def broken(archive, learner):
        secret = "ann@example.org"
        raise ZeroDivisionError(secret)

    monkeypatch.setattr("migrator.web.learner.accounts_of", broken)
    with caplog.at_level(logging.ERROR):
        answer = asking.get("/learner/1")
    assert answer.status_code == 500
    assert "please report it" in answer.text
    (line,) = caplog.messages
    assert line.startswith("/learner/1 could not be shown: ZeroDivisionError in test_trouble.py")
    assert "ann@" not in line
    assert asking.get("/").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/archive/nope", 404, "Nothing is here."),
        ("/archive/nope.json", 404, "Nothing is here."),
        ("/archive/learner/1/2/3", 404, "Nothing is here."),
        ("/archive.json?sql=delete+from+learner", 400, "Statement must be a SELECT"),
        ("/archive?sql=delete+from+learner", 400, "Statement must be a SELECT"),
        ("/archive.json?sql=select+x+from+learner", 400, "no such column: x"),
    ],
)
def test_what_datasette_cannot_answer_is_said_and_not_printed(asking, capfd, path, status, said):
    answer = asking.get(path)
    assert answer.status_code == status
    assert said in answer.text
    assert "Traceback" not in capfd.readouterr().err


def test_an_archive_that_fails_is_said_to(asking, monkeypatch):
    def broken(archive, learner):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("migrator.web.learner.accounts_of", broken)
    answer = asking.get("/learner/1")
    assert answer.status_code == 500
    assert "disk I/O error" in answer.text
