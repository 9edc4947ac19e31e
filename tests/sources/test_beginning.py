from __future__ import annotations

import pytest

from migrator.errors import SourceUnreadable
from migrator.sources.adapter import Match
from migrator.sources.beginning import created, each_file, is_dump, judged
from migrator.sources.found import Foreign, Found, Problem
from migrator.sources.place import Fault, MemberUnreadable, open_place

FAULT = Fault("broken", "This file is broken. Copy it again.")


def judge(head):
    return Match(len(head), "It begins like ours.") if head.startswith(b"ours") else None


def read(place, member):
    if b"broken" in place.peek(member, 99):
        raise MemberUnreadable(FAULT)
    yield Found(place.locator(member), hosted_url="https://badges.example.org/1")


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "folder"
    place.mkdir()
    for name, text in (("a", "ours"), ("b", "ours, broken"), ("c", "theirs")):
        (place / name).write_text(text)
    return place


def test_the_surest_of_a_folders_first_files_speaks_for_it(folder):
    with open_place(folder) as place:
        assert judged(place, judge).confidence == len("ours, broken")
    with open_place(folder / "c") as place:
        assert judged(place, judge) is None


def test_each_file_is_read_foreign_or_a_problem(folder):
    with open_place(folder) as place:
        ours, broken, theirs = each_file(place, judge, read)
    assert isinstance(ours, Found)
    assert isinstance(broken, Problem)
    assert (broken.locator, broken.code) == ("folder/b", "broken")
    assert isinstance(theirs, Foreign)


def test_a_file_alone_was_given_to_us_and_is_read_or_refused(folder):
    with open_place(folder / "c") as place:
        (found,) = each_file(place, judge, read)
    assert found.locator == "c"
    with open_place(folder / "b") as place, pytest.raises(SourceUnreadable, match="broken"):
        list(each_file(place, judge, read))


def test_tables_are_known_by_the_beginning_of_a_dump_even_when_it_is_cut():
    mysql = (
        b"CREATE TABLE `a` (\n  `id` int,\n  `b``c` text\n);\nCREATE TABLE `d` (\n  `e` int,\n  `f"
    )
    assert created(mysql) == {"a": ("id", "b`c"), "d": ("e",)}
    copied = b'COPY public.badges ("id", x) FROM stdin;\n'
    postgres = b"CREATE TABLE public.badges (\n    id integer\n);\n" + copied
    assert created(postgres) == {"badges": ("id", "x")}
    assert is_dump(mysql)
    assert is_dump(postgres)
    assert not is_dump(b"hello")
