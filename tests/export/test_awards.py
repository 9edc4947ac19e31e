from __future__ import annotations

import csv

import pytest

from migrator import errors
from migrator.destinations.files.awards import COLUMNS
from migrator.export.awards import export_awards
from migrator.export.order import Order
from migrator.openbadges.recipient import hash_identity
from migrator.sources.found import Found, FoundLearner


@pytest.fixture
def awarded(archive, reader, tmp_path, index):
    def award(*outcomes, class_ids=None, **more):
        source = tmp_path / "src"
        source.mkdir(exist_ok=True)
        reader.outcomes(archive, source, outcomes)
        path = tmp_path / "awards.csv"
        done = export_awards(archive, path, class_ids or {}, Order(), **more)
        return done, index(path)

    return award


def test_the_columns_are_those_that_are_imported(awarded, make, tmp_path):
    awarded(make.found(1))
    with (tmp_path / "awards.csv").open(newline="") as file:
        assert next(csv.reader(file)) == [
            *("Badge Class ID", "Identifier", "First Name", "Last Name", "Narrative"),
            *("Evidence Narrative", "Evidence URL", "Issue Date", "Expiration Date"),
        ]


def test_a_badge_becomes_a_row_that_says_what_it_replaces(awarded, make):
    evidence = [
        {"id": "https://e.example/1", "narrative": "First"},
        {"id": "https://e.example/2", "narrative": "Second", "name": "More"},
    ]
    document = make.assertion(
        1, narrative="Well done", evidence=evidence, expires="2030-01-01T00:00:00Z"
    )
    done, (row,) = awarded(
        FoundLearner("user", ("ann@example.org",), "Ann Marie Smith"),
        make.found(1, assertion=make.json(document)),
        class_ids={"Badge 1": "abc123"},
    )
    assert (done.rows, done.left_out, done.without_class_id) == (1, 0, 0)
    assert row == {
        "Badge Class ID": "abc123",
        "Identifier": "ann@example.org",
        "First Name": "Ann Marie",
        "Last Name": "Smith",
        "Narrative": f"Well done\n\nThis award replaces the badge {make.url(1)}.",
        "Evidence Narrative": "First\n\nMore\n\nSecond\n\nhttps://e.example/2",
        "Evidence URL": "https://e.example/1",
        "Issue Date": "2015-04-30",
        "Expiration Date": "2030-01-01",
    }


def test_a_single_name_is_a_first_name(awarded, make):
    _done, (row,) = awarded(FoundLearner("user", ("ann@example.org",), "Ann"), make.found(1))
    assert (row["First Name"], row["Last Name"]) == ("Ann", "")


def hashed(make, number, address, salt="s", **more):
    recipient = {
        "type": "email",
        "hashed": True,
        "salt": salt,
        "identity": hash_identity(address, "sha256", salt),
    }
    return make.json(make.assertion(number) | {"recipient": recipient} | more)


def test_a_hashed_recipient_is_written_in_the_spelling_that_fits(awarded, make):
    done, rows = awarded(
        make.found(1, assertion=hashed(make, 1, "ANN@EXAMPLE.ORG")),
        make.found(2, assertion=hashed(make, 2, "other@example.org")),
        make.found(3, None, assertion=hashed(make, 3, "who@example.org")),
    )
    assert [row["Identifier"] for row in rows] == ["ANN@EXAMPLE.ORG"]
    assert done.reasons == {"the recipient's address is not known": 2}


def test_what_cannot_be_awarded_is_left_out_with_its_reason(awarded, make, index, tmp_path):
    phone = {"type": "telephone", "identity": "+123", "hashed": False}
    plus = {"type": "email", "identity": "=ann@example.org", "hashed": False}
    word = {"type": "email", "identity": "ann", "hashed": False}
    done, rows = awarded(
        make.found(1),
        make.found(2, assertion=make.json(make.assertion(2, revoked=True))),
        make.found(3, deleted=True),
        make.found(4, assertion=make.json(make.assertion(4) | {"recipient": phone})),
        make.found(5, assertion=make.json(make.assertion(5) | {"recipient": plus})),
        make.found(6, assertion=make.json(make.assertion(6) | {"recipient": word})),
        Found("address", hosted_url="https://gone.example/1", holder="ann@example.org"),
    )
    assert (done.badges, done.rows, done.left_out) == (7, 1, 6)
    assert len(rows) == 1
    left = index(tmp_path / "awards-left-out.csv")
    assert [row["Why"] for row in left] == [
        "the issuer has revoked it",
        "the learner had deleted it",
        "the recipient's address is not known",
        "the recipient's address begins like a formula",
        "the recipient's address is not known",
        "the recipient's address is not known",
    ]
    assert done.left_out_at == str(tmp_path / "awards-left-out.csv")
    assert len(done.first) == 6
    assert sum(done.reasons.values()) == 6


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_value_is_a_formula(awarded, make, sign):
    formula = f"{sign}HYPERLINK(1)"
    document = make.assertion(
        1, narrative=formula, evidence=[{"id": "https://x", "narrative": formula}]
    )
    _done, (row,) = awarded(
        FoundLearner("user", ("ann@example.org",), f"{formula} {formula}"),
        make.found(1, assertion=make.json(document)),
        class_ids={"Badge 1": formula},
    )
    for column in COLUMNS:
        assert not row[column].startswith(("=", "+", "-", "@", "\t", "\r")), column
    assert row["Narrative"].startswith(f"'{sign}")


def test_a_second_run_writes_nothing_and_another_file_is_not_replaced(
    awarded, make, files, tmp_path
):
    awarded(make.found(1), make.found(2, deleted=True))
    before = files(tmp_path)
    done, _rows = awarded()
    assert done.became == "already there"
    after = files(tmp_path)
    assert {n: f for n, f in after.items() if "award" in n} == {
        n: f for n, f in before.items() if "award" in n
    }
    with pytest.raises(errors.Usage, match="--replace"):
        awarded(make.found(4))
    assert {n: f for n, f in files(tmp_path).items() if "award" in n} == {
        n: f for n, f in before.items() if "award" in n
    }
    done, rows = awarded(replace=True)
    assert (done.became, len(rows)) == ("written", 2)
