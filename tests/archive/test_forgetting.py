from __future__ import annotations

import json
import os
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator import errors
from migrator.archive import accounts, ledger, verdicts
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.archive.ledger import Planned, Result
from migrator.archive.life import forgetting
from migrator.archive.life.forgetting import forget, whom
from migrator.archive.life.traces import Traces
from migrator.openbadges.model import Addresses
from migrator.openbadges.recipient import hash_identity
from migrator.sources.found import (
    Found,
    FoundCollection,
    FoundLearner,
    Membership,
    Problem,
    Severity,
)

ANN, HOME, JOANN = "ann@example.org", "Ann+home@sub.example", "joann@example.org"


def gone(archive, *others, address=ANN):
    told = []
    done = forget(archive, address, told.append)
    assert told == ["Removing", "Writing the file anew", "Looking for what is left"]
    return done


def bytes_of(archive):
    paths = [archive.path.with_name(archive.path.name + end) for end in ("", "-wal", "-shm")]
    return b"".join(path.read_bytes() for path in paths if path.exists()).lower()


def hashed(make, number, address, **more):
    identity = hash_identity(address, "sha256", "salt")
    recipient = {"type": "email", "hashed": True, "salt": "salt", "identity": identity}
    return make.assertion(number) | {"recipient": recipient} | more


@pytest.fixture
def people(archive, reader, tmp_path, make):
    """Two learners with badges of every kind, collections, problems, transfers, verdicts."""
    folder = tmp_path / "ann@example.org.zip"
    folder.mkdir()
    own_class = make.json(make.badge_class(9, id="https://only.example/ann", name="Ann's own"))
    reader.outcomes(archive, folder, [
        FoundLearner("1", (ANN, HOME, "ANN@Example.org"), "Ann Ahn"),
        FoundLearner("2", (JOANN,), "Joann"),
        FoundCollection("collection 1", "c1", ANN, "Ann's best"),
        FoundCollection("collection 2", "c2", JOANN, "With ann@example.org"),
        make.found(1, ANN, image=make.baked(1, recipient=ANN),
            memberships=(Membership("c1", 1), Membership("c2", 1))),
        make.found(2, JOANN, image=make.baked(2, recipient=JOANN),
            memberships=(Membership("c2", 2, f"from {ANN}"),)),
        make.found(3, None, assertion=make.json(hashed(make, 3, HOME.upper()))),
        make.found(4, None, assertion=make.json(hashed(make, 4, JOANN))),
        make.found(5, ANN, badge_class=own_class,
            assertion=make.json(make.assertion(5, ANN, evidence="https://e.example"))),
        Found("6 by ann", hosted_url=make.url(6), holder=ANN),
        Found("6 by joann", hosted_url=make.url(6), holder=JOANN),
        Found("7 by ann", assertion=make.json(make.assertion(7, JOANN)), holder=ANN),
        Found("8", hosted_url="https://issuer.example/for/ann%40example.org/8.json"),
        Problem(f"{ANN}.png", "odd", "Odd."),
        Problem("row 2", "odd", f"Something of {HOME}."),
        Problem("row 3", "odd", "Odd.", b'\xff{"x": "ANN@EXAMPLE.ORG"}'),
        Problem("row 4", "odd", "Odd.", JOANN.encode()),
        Problem("badge 1", "odd", "With her badge.", severity=Severity.WARNING),
        Problem("badge 2", "odd", "With another's.", severity=Severity.WARNING),
    ])  # fmt: skip
    where = accounts.save_destination(archive, "badgr", "https://backpack.example")
    hers = accounts.save_account(archive, where.id, ANN, Addresses(verified=(ANN, HOME)))
    other = accounts.save_account(
        archive, where.id, JOANN, Addresses(verified=(JOANN,), unverified=(ANN,))
    )
    for badge, account, detail in ((1, hers, ""), (2, other, f"awarded to {ANN}")):
        planned = Planned(badge, account.id, "import", "url", "planned", None, detail, 0)
        ledger.write_plan(archive, where.id, [planned])
        verdicts.append(archive, "archive", [(badge, account.id, verdicts.Row(True, None, detail))])
        with leased(archive, f"push:{account.id}", f"push to {account.username}") as lease:
            ledger.mark_sending(archive, lease, account.id, badge)
            ledger.record(archive, lease.run_id, badge, Result("done", "done", None, detail, "r"))
    archive.conn.execute("insert into remote_collection values (1, ?, 'rc', 1)", (hers.id,))
    return archive


def test_everything_of_the_person_goes_and_everything_of_others_stays(people, check_books, count):
    assert whom(people, ANN.upper()).badges == 4
    done = gone(people)
    assert done.erased.badges == 4  # 1, 3, 5 and 8; 6 is Joann's too, 7 was awarded to her
    assert done.remains == ()
    urls = people.all("select hosted_url, learner_id is not null from assertion order by 1")
    assert [(row[0][-6], row[1]) for row in urls] == [("2", 1), ("4", 0), ("6", 1), ("7", 1)]
    assert [row[0] for row in people.all("select name from learner")] == ["Joann"]
    assert [row[0] for row in people.all("select value from identity")] == [JOANN]
    assert [row[0] for row in people.all("select username from account")] == [JOANN]
    assert [row[0] for row in people.all("select name from collection")] == ["With (removed)"]
    assert [row[0] for row in people.all("select story from collection_assertion")] == [
        "from (removed)"
    ]
    assert [row[0] for row in people.all("select locator from problem order by 1")] == [
        "badge 2",
        "row 4",
    ]
    for table in ("transfer", "attempt", "verdict"):
        rows = people.all(f"select detail from {table}")
        assert [row[0] for row in rows] == ["awarded to (removed)"]
    assert count(people, "badge_class", "name = 'Ann''s own'") == 0
    assert (count(people, "image"), count(people, "artwork"), count(people, "evidence")) == (
        1,
        1,
        0,
    )
    runs = people.all("select command from run")
    assert {row[0] for row in runs} >= {"push to (removed)", f"push to {JOANN}", "forget"}
    check_books(people)


def test_the_books_of_the_sources_balance_afterwards(people, undamaged):
    gone(people)
    undamaged(people)
    (row,) = people.all("select * from source")
    assert (row["found"], row["archived"], row["known"], row["problems"]) == (5, 4, 0, 1)
    assert row["label"] == "(removed).zip"


def test_not_a_byte_is_left_in_the_file_and_no_record_of_who_it_was(people):
    documents = [bytes(str(row[0]), "utf-8").lower() for row in people.all(
        "select content from document join sighting_document on document_id = document.id"
        " join sighting on sighting.id = sighting_id where assertion_id in (1, 3, 5)"
        " and document.kind = 'assertion'")]  # fmt: skip
    assert len(documents) == 3
    digest = hash_identity(HOME.upper(), "sha256", "salt").partition("$")[2].encode()
    before = bytes_of(people)
    traces = (HOME.lower().encode(), b"ahn", digest, *documents)
    assert all(one in before for one in traces)
    gone(people)
    after = bytes_of(people)
    assert [one for one in traces if one in after] == []
    assert after.count(ANN.encode()) == after.count(JOANN.encode()) > 0
    assert people.path.with_name("archive.db-wal").stat().st_size < before.count(b"") // 10
    (removal,) = people.all("select * from removal")
    assert dict(removal) == {"id": 1, "removed_at": "2026-11-23T09:00:00.000Z", "badges": 4}


def test_what_cannot_be_removed_is_named(people, tmp_path):
    (tmp_path / "archive.db.v1").touch()
    done = gone(people)
    assert (
        done.accounts
        if False
        else done.erased.accounts == (("badgr:https://backpack.example", ANN),)
    )
    assert done.sources == (str(tmp_path / "ann@example.org.zip"),)
    assert done.snapshots == (str(tmp_path / "archive.db.v1"),)


def test_forgetting_again_finds_nobody_and_changes_nothing(people, contents):
    assert gone(people).anything
    before = contents(people)
    again = gone(people)
    assert not again.anything
    assert (again.person.learners, again.erased.badges) == ((), 0)
    assert contents(people) == before


def test_an_address_in_what_others_need_is_named_and_stays(archive, reader, tmp_path, make):
    contact = make.json(make.issuer(email=ANN))
    signed = urlsafe_b64encode(b'{"x": "' + ANN.encode() + b'"}')
    outcomes = [make.found(1, JOANN, issuer=contact), make.found(2, ANN)]
    outcomes.append(Problem("p", "jws", "Odd.", signed))
    reader.outcomes(archive, tmp_path, outcomes)
    done = gone(archive)
    assert {(one.table, one.column): one.rows for one in done.remains} == {
        ("document", "content"): 1, ("issuer", "email"): 1, ("problem", "raw"): 1,
    }  # fmt: skip
    assert archive.one("select email from issuer")[0] == ANN


def test_a_hash_that_is_somebody_elses_too_is_no_trace(archive, reader, tmp_path, make):
    same = hash_identity(ANN, "sha256", None)
    for number, holder in ((1, ANN), (2, JOANN)):
        recipient = {"type": "email", "hashed": True, "identity": same}
        told = make.assertion(number) | {"recipient": recipient}
        reader.outcomes(archive, tmp_path, [make.found(number, holder, assertion=make.json(told))])
    assert gone(archive).remains == ()
    assert [row[0] for row in archive.all("select recipient_identity from assertion")] == [same]


def test_a_file_that_still_shows_something_is_a_failed_removal(people, monkeypatch):
    beside = people.path.with_name("archive.db-journal")
    beside.write_bytes(b"x" * 5_000_000 + b"...ANN@example.ORG...")
    with pytest.raises(errors.MigratorError, match="traces of the person are still in") as raised:
        gone(people)
    assert "-journal" in raised.value.what


def test_without_room_to_write_the_file_anew_nothing_is_changed(people, monkeypatch, contents):
    before = contents(people)
    monkeypatch.setattr(forgetting, "_ROOM", 1 << 60)
    with pytest.raises(errors.Incomplete, match="Nothing was changed"):
        forget(people, ANN, lambda said: None)
    assert contents(people) == before


def test_a_program_that_still_reads_the_archive_is_named_as_the_reason(people):
    people.conn.execute("pragma busy_timeout = 50")
    with Archive.read(people.path) as other:
        other.conn.execute("begin")
        other.one("select * from learner")
        with pytest.raises(errors.ArchiveLocked, match="another program has"):
            gone(people)
    assert gone(people).remains == ()


def test_while_somebody_is_at_work_nobody_is_forgotten(people, contents):
    before = contents(people)
    with leased(people, "push:1", "push to somebody"):
        people.conn.execute("update run set pid = ? where finished_at is null", (os.getppid(),))
        with pytest.raises(errors.ArchiveLocked, match="push to somebody"):
            forget(people, ANN, lambda said: None)
    assert contents(people) == before


def test_a_table_that_nobody_told_us_of_stops_the_removal(people, contents):
    people.conn.execute("create table memo (id integer primary key, learner_id references learner)")
    people.conn.execute(
        "insert into memo values (1, (select learner_id from identity where value = ?))", (ANN,)
    )
    before = contents(people)
    with pytest.raises(errors.MigratorError, match="table memo still needs"):
        forget(people, ANN, lambda said: None)
    assert contents(people) == before
    assert people.one("pragma foreign_keys")[0] == 1


@settings(max_examples=30, deadline=None)
@given(
    address=st.emails(),
    before=st.sampled_from(
        ["", " ", "<", "\n", '"', "%3D", "%3c", "\\u003c", "\\n", "mailto:", "/", "€"]
    ),
    behind=st.sampled_from(
        ["", " ", ">", ".", ". Next", ",", ".zip", ".png", "/1.json", '"}', "%3E"]
    ),
    code=st.sampled_from(["plain", "upper", "json", "escaped", "utf-16", "base64"]),
)
def test_an_address_is_found_in_every_coding(tmp_path_factory, address, before, behind, code):
    traces = Traces([address])
    text = address.upper() if code == "upper" else address
    if code == "json":
        text = json.dumps(text)[1:-1]
    if code == "escaped":
        text = json.dumps(text)[1:-1].replace("@", "\\u0040")
    data = f"{before}{text}{behind}".encode("utf-16-le" if code == "utf-16" else "utf-8")
    if code == "base64":
        data = b64encode(data)
    else:
        assert traces.inside(data)
        if code != "utf-16":
            assert not traces.inside(traces.masked(data.decode()))
    assert traces.remain_in(data)
    path = tmp_path_factory.getbasetemp() / "some.bin"
    path.write_bytes(b"\0" * 100 + data)
    assert traces.in_file(path) > 0


@pytest.mark.parametrize("text", [
    "joann@example.org", "x.ann@example.org", "ann@example.org.uk", "ann@example.organic",
    "ann-ann@example.org", "ann@example.orgs", "", "ann", "example.org",
])  # fmt: skip
def test_another_address_is_no_trace(text, tmp_path):
    traces = Traces([ANN])
    assert not traces.inside(text)
    assert not traces.remain_in(text)
    assert traces.masked(text) == text
    (tmp_path / "file").write_bytes(b"email" + text.encode() + b"1:-")
    assert traces.in_file(tmp_path / "file") == 0


def test_numbers_nothing_and_files_that_are_not_there_hold_no_trace(tmp_path):
    traces = Traces([ANN], ["ab12"])
    assert not traces.remain_in(None)
    assert not traces.remain_in(1)
    assert not traces.inside(None)
    assert traces.inside("sha256$AB12")
    assert traces.in_file(tmp_path / "missing") == 0
    assert not Traces(["nobody", "@"]).inside("nobody @")


@pytest.mark.parametrize("before", [0, 1, 70, 5_000])
@pytest.mark.parametrize("text", [ANN, f"xx{ANN}", f"{ANN}.uk", f"<{ANN}>", f"x {ANN}.zip", "none"])
def test_an_address_is_found_in_pieces_as_it_is_in_the_whole(before, text):
    traces = Traces([ANN])
    whole = b"-" * (before - 1) + b" " * bool(before) + text.encode()
    for behind in (b"", b" ", b" " * 5_000):
        data = whole + behind
        for cut in range(max(0, before - 3), len(whole) + 1):
            pieces = [data[:cut], data[cut:]]
            assert traces.inside_pieces(pieces) == traces.inside(data)
            assert traces.remain_in_pieces(pieces) >= traces.inside(data)
