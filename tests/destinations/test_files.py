"""A folder as a destination: what is in it, and what is left after a crash or on a full disk."""

from __future__ import annotations

import csv
import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.destinations.base import (
    About,
    Credentials,
    Held,
    NotAccepted,
    OutcomeState,
    Parcel,
    TryLater,
)
from migrator.destinations.files.destination import Files
from migrator.errors import SignInFailed
from migrator.openbadges.model import Evidence

ANN = Credentials("ann@example.org")
ABOUT = About(
    *("Robotics", "Beth's School", "2015-04-30T10:00:00Z", None, False),
    *("ann@example.org", "Ann Smith", "https://issuer.example/1", "Well done"),
    (Evidence("https://e.example/1", "First"),),
)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "out" / "ann@example.org"


@pytest.fixture
def session(root):
    return Files(str(root.parent)).sign_in(ANN)


def again(root):
    return Files(str(root.parent)).sign_in(ANN)


def parcel(number=1, **more):
    url = f"https://issuer.example/{number}"
    about = replace(ABOUT, hosted_url=url, **more.pop("about", {}))
    form = more or {"document": b'{"id": "x"}'}
    return Parcel(f"Badge {number}", frozenset({url}), about=about, **form)


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_badge_is_a_file_an_award_and_a_line(session, root, make):
    image = make.baked(1)
    outcome = session.send(parcel(image=image))
    assert outcome.state is OutcomeState.DONE
    assert (root / outcome.remote_id).read_bytes() == image
    (line,) = rows(root / "index.csv")
    assert line["File"] == outcome.remote_id
    assert line["File"].startswith("badges/Robotics - Beth's School - 2015-04-30 - ")
    assert (line["Badge"], line["Identity"]) == ("Robotics", "https://issuer.example/1")
    (award,) = rows(root / "awards.csv")
    assert (award["Identifier"], award["First Name"]) == ("ann@example.org", "Ann")
    assert "replaces the badge https://issuer.example/1" in award["Narrative"]
    assert award["Evidence URL"] == "https://e.example/1"


def test_each_form_has_its_own_ending(session, root):
    forms = {
        ".json": {"document": b'{"id":\n1}'},
        ".jws": {"jws": "e30.e30.c2ln"},
        ".url.txt": {"url": "https://issuer.example/9"},
        ".svg": {"image": b"<svg xmlns='http://www.w3.org/2000/svg'/>"},
        ".bin": {"image": b"GIF89a"},
    }
    for number, (ending, form) in enumerate(forms.items()):
        outcome = session.send(parcel(number, **form))
        assert outcome.remote_id.endswith(ending)
        (given,) = form.values()
        data = given if isinstance(given, bytes) else given.encode()
        assert (root / outcome.remote_id).read_bytes() == data


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"revoked": True}, "the issuer has revoked it"),
        ({"recipient": None}, "the recipient's address is not known"),
        ({"recipient": "=cmd()@example.org"}, "the recipient's address begins like a formula"),
    ],
)
def test_what_cannot_be_awarded_is_there_all_the_same_and_says_why(session, root, known, why):
    assert session.send(parcel(about=known)).state is OutcomeState.DONE
    (line,) = rows(root / "index.csv")
    assert line["Not In awards.csv Because"] == why
    assert not (root / "awards.csv").exists()


def test_a_badge_whose_name_nobody_knows_has_a_file_name_all_the_same(session):
    url = "https://issuer.example/1"
    outcome = session.send(Parcel(url, frozenset({url}), url=url))
    assert outcome.remote_id.startswith("badges/Badge - ")
    nameless = session.send(Parcel("", frozenset(), document=b"{}"))
    assert session.send(Parcel("", frozenset(), document=b"{}")).remote_id == nameless.remote_id


def test_no_name_of_a_badge_or_account_leads_out_of_the_folder(tmp_path):
    session = Files(str(tmp_path / "out")).sign_in(Credentials("../../ann"))
    session.send(parcel(about={"badge": "../../../etc/passwd", "issuer": "CON"}))
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name.startswith(".._.")
    assert all(path.is_relative_to(tmp_path / "out") for path in tmp_path.rglob("*.json"))
    other = Files(str(tmp_path / "out")).sign_in(Credentials(".._.._ann"))
    assert not list(other.held())


def test_what_a_crash_left_before_the_line_was_written_is_taken_up_again(session, root):
    session.send(parcel(1))
    done = session.send(parcel(2))
    index = (root / "index.csv").read_bytes()
    (root / "index.csv").write_bytes(index[: index.rindex(b"badges/")])
    session = again(root)
    assert [one.open_badge_id for one in session.held()] == ["https://issuer.example/1"]
    assert len(rows(root / "awards.csv")) == 1
    assert session.send(parcel(2)) == done
    assert (root / "index.csv").read_bytes() == index
    assert len(rows(root / "awards.csv")) == 2


@pytest.mark.parametrize("cut", [1, 2, 30, 80])
def test_a_line_that_was_torn_is_cut_off(session, root, cut):
    session.send(parcel(1))
    session.send(parcel(2))
    whole = (root / "index.csv").read_bytes()
    (root / "index.csv").write_bytes(whole[:-cut])
    session = again(root)
    assert [one.open_badge_id for one in session.held()] == ["https://issuer.example/1"]
    assert session.send(parcel(2)).state is OutcomeState.DONE
    assert (root / "index.csv").read_bytes() == whole
    assert len(rows(root / "awards.csv")) == 2


def test_a_file_that_was_deleted_is_written_again_with_one_line_and_one_award(session, root):
    first = session.send(parcel(1))
    (root / first.remote_id).unlink()
    session = again(root)
    assert not list(session.held())
    assert session.send(parcel(1)) == first
    assert list(again(root).held()) == [Held(first.remote_id, "https://issuer.example/1")]
    assert len(rows(root / "index.csv")) == len(rows(root / "awards.csv")) == 1


def test_what_cannot_be_written_waits(session, root, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    outcome = session.send(parcel())
    assert (outcome.state, outcome.reason) == (OutcomeState.TRY_AGAIN, "not_written")
    with pytest.raises(TryLater, match="full"):
        session.create_collection("Science", None, published=False)
    monkeypatch.undo()
    assert session.send(parcel()).state is OutcomeState.DONE
    assert [path.name for path in root.rglob(".*")] == []


def test_a_place_that_is_no_folder_lets_nobody_in(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SignInFailed) as wrong:
        Files(str(tmp_path / "file")).sign_in(ANN)
    assert wrong.value.next_step


def test_collections_of_one_name_are_two_and_keep_what_they_say(session, root):
    one = session.create_collection("Science/Art", "Of long ago", published=True)
    two = session.create_collection("Science/Art", None, published=False)
    session.fill_collection(one, "Science/Art", ("badges/a.png",))
    first, second = session.collections()
    assert {first.remote_id, second.remote_id} == {one, two}
    kept = json.loads((root / "collections" / one).read_text(encoding="utf-8"))
    assert kept == {
        "name": "Science/Art",
        "description": "Of long ago",
        "public": True,
        "badges": ["badges/a.png"],
    }
    (root / "collections" / "own.json").write_text("[")
    session.fill_collection("gone.json", "Gone", ())
    names = sorted(held.name for held in session.collections())
    assert names == ["Gone", "Science/Art", "Science/Art"]


def test_a_folder_has_no_addresses(session):
    with pytest.raises(NotAccepted, match="no addresses"):
        session.add_email("x@example.org")


@pytest.mark.parametrize(
    "name", ["=1+1", "@x", "'=x", " -2", "a\0b", "a\nb", "x\ud800", '"q"', "a;=b", "\uff1d1"]
)
def test_a_badge_of_an_odd_name_is_there_once_all_the_same(session, root, name):
    odd = Parcel("Odd", frozenset({name}), document=b"{}", about=ABOUT)
    assert session.send(odd).state is OutcomeState.DONE
    session = again(root)
    assert session.send(odd).state is OutcomeState.ALREADY_THERE
    assert len(rows(root / "index.csv")) == len(rows(root / "awards.csv")) == 1
    if name.isprintable() and "'" not in name and ";" not in name:
        (held,) = session.held()
        assert held.open_badge_id == name.strip()


class PowerCut(BaseException):
    """Everything stops, at once."""


def test_whatever_step_is_the_last_the_same_folder_comes_of_it(tmp_path, monkeypatch):
    """Cut the power before each step in turn, and go on each time with a new session."""
    parcels = [parcel(number) for number in range(3)]

    def sent(root, last):
        steps = iter(range(last))
        real = os.fsync

        def step(number):
            if next(steps, None) is None:
                raise PowerCut
            real(number)

        monkeypatch.setattr(os, "fsync", step)
        try:
            one = Files(str(root)).sign_in(ANN)
            for each in parcels:
                one.send(each)
        finally:
            monkeypatch.setattr(os, "fsync", real)

    def files(root):
        found = {path for path in root.rglob("*") if path.is_file()}
        return {str(path.relative_to(root)): path.read_bytes() for path in found}

    sent(tmp_path / "whole", 1000)
    whole = files(tmp_path / "whole")
    cuts = 0
    for last in range(1000):
        root = tmp_path / str(last)
        try:
            sent(root, last)
        except PowerCut:
            cuts += 1
        else:
            break
        outcomes = [again(root / "x").send(each) for each in parcels]
        assert {one.state for one in outcomes} <= {OutcomeState.DONE, OutcomeState.ALREADY_THERE}
        assert files(root) == whole, f"cut before step {last + 1}"
    assert cuts >= 9
