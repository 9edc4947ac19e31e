"""Moodle's files as learners and admins hold them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from migrator.adapters.moodle import Moodle

from migrator.archive.archive import Archive
from migrator.archive.intake import read_sources
from migrator.errors import SourceUnreadable
from migrator.openbadges.badge import Pieces, read_badge
from migrator.sources.division import read_place
from migrator.sources.found import Found, FoundLearner, Problem
from migrator.sources.place import open_place

FIXTURES = Path(__file__).parents[2] / "fixtures"
SITE = "https://moodle.example.org"
HASH = "0123456789abcdef0123456789abcdef01234567"
ROW = "email,firstname,lastname,name,issuername,uniquehash,dateissued,dateexpire"


@pytest.fixture
def read(tmp_path):
    def outcomes(data, name="issued.csv", **settings):
        file = tmp_path / name
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        with open_place(file) as place:
            place.settings = settings
            return list(read_place(place, Moodle()))

    return outcomes


def badges(outcomes):
    return [one for one in outcomes if isinstance(one, Found)]


def codes(outcomes):
    return [one.code for one in outcomes if isinstance(one, Problem)]


def test_a_row_becomes_the_address_of_its_badge_and_what_it_says(read):
    data = f"{ROW}\nann@example.org,Ann,Example,First Aid,School,{HASH},1433160000,0\n"
    found = read(data, wwwroot=f"{SITE}/")
    (badge,) = badges(found)
    assert badge.hosted_url == f"{SITE}/badges/assertion.php?b={HASH}&obversion=2"
    said = read_badge(Pieces(badge.assertion, hosted_url=badge.hosted_url)).assertion
    assert (said.issued_on, said.expires) == ("2015-06-01T12:00:00Z", None)
    assert said.badge_class.issuer.name == "School"
    assert [one.name for one in found if isinstance(one, FoundLearner)] == ["Ann Example"]


def test_the_site_is_asked_for_before_anything_is_taken_in(read):
    row = f"ann@example.org,Ann,Example,First Aid,School,{HASH},1433160000,"
    with pytest.raises(SourceUnreadable, match="at which address") as error:
        read(f"{ROW}\n{row}\n")
    assert "--set wwwroot=" in error.value.next_step
    with pytest.raises(SourceUnreadable, match="not the address of a site"):
        read(f"{ROW}\n{row}\n", wwwroot="moodle")
    entry = json.dumps([{"uniquehash": HASH, "email": "ann@example.org"}])
    with pytest.raises(SourceUnreadable, match="at which address"):
        read(entry, "badges.json")


def test_a_site_below_a_path_is_known_by_the_addresses_in_a_list(read):
    data = (
        f"uniquehash,email,url\n{HASH},ann@example.org,https://x.example/m/badges/badge.php?h=1\n"
    )
    assert badges(read(data))[0].hosted_url.startswith("https://x.example/m/badges/assertion.php")


def test_a_later_row_without_the_site_is_its_own_problem(read):
    data = (
        f"uniquehash,email,url\n{HASH},ann@example.org,{SITE}/badges/badge.php?hash=1\n"
        f"{HASH[::-1]},bo@example.org,\n"
    )
    assert codes(read(data)) == ["site_unknown"]


def test_the_same_badge_from_every_file_of_a_site_is_one(tmp_path):
    folder = FIXTURES / "moodle" / "good"
    files = ("admin-query/issued.csv", "badges-zip/badges.zip", "database-dump/moodle.sql")
    with Archive.open(tmp_path / "a.db") as archive:
        for name in files:
            with open_place(folder / name) as place:
                place.settings = {"wwwroot": SITE}
                read_sources(archive, place, lambda _: None)
        assert archive.all("select count(*) from assertion")[0][0] == 2
        assert archive.all("select count(*) from sighting")[0][0] == 6


def test_no_password_of_a_dump_is_kept_anywhere(tmp_path):
    file = FIXTURES / "moodle" / "good" / "database-dump" / "moodle.sql"
    assert b"never copy this" in file.read_bytes()
    with Archive.open(tmp_path / "a.db") as archive, open_place(file) as place:
        place.settings = {"wwwroot": SITE}
        read_sources(archive, place, lambda _: None)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"never copy this" not in kept
    assert b"$2y$10$" not in kept


def test_the_backpacks_address_comes_before_the_learners_own(read):
    file = FIXTURES / "moodle" / "good" / "database-dump" / "moodle.sql"
    found = read(file.read_bytes(), "m.sql", wwwroot=SITE)
    assert [badge.holder for badge in badges(found)] == [
        "ann@example.org",
        "bo.private@example.net",
    ]


def test_a_dump_of_a_site_without_its_awards_says_which_table_is_missing(read):
    data = (
        "-- MySQL dump 10\nCREATE TABLE `mdl_assign_grades` (\n `id` int\n);\n-- Dump completed\n"
    )
    with pytest.raises(SourceUnreadable, match="no table badge_issued"):
        read(data, "m.sql", wwwroot=SITE)
    file = FIXTURES / "moodle" / "good" / "database-dump" / "moodle.sql"
    with pytest.raises(SourceUnreadable, match="at which address"):
        read(file.read_bytes(), "m.sql")


def test_a_dump_in_pg_dumps_format_is_read_too(read):
    data = (
        "--\n-- PostgreSQL database dump\n--\n"
        "COPY public.mdl_badge_issued (id, badgeid, userid, uniquehash, dateissued) FROM stdin;\n"
        f"1\t3\t11\t{HASH}\t1433160000\n\\.\n"
        "COPY public.mdl_badge (id, name, issuername) FROM stdin;\n3\tFirst Aid\tSchool\n\\.\n"
        "COPY public.mdl_user (id, email, firstname, lastname) FROM stdin;\n"
        "11\tann@example.org\tAnn\tExample\n\\.\n--\n-- PostgreSQL database dump complete\n--\n"
    )
    found = read(data, "m.sql", wwwroot=SITE)
    assert [badge.holder for badge in badges(found)] == ["ann@example.org"]


def test_a_cut_list_and_a_cut_answer_are_read_as_far_as_they_go(read):
    rows = "".join(f"a{n}@example.org,A,B,C,D,{n:040x},1433160000,\n" for n in range(20_000))
    found = read(gzip.compress(f"{ROW}\n{rows}".encode())[:-300], "i.csv.gz", wwwroot=SITE)
    assert len(badges(found)) > 1000
    assert "file_damaged" in codes(found)
    entries = json.dumps([{"uniquehash": f"{n:040x}", "email": "a@b.c"} for n in range(20_000)])
    found = read(gzip.compress(entries.encode())[:-300], "i.json.gz", wwwroot=SITE)
    assert "file_damaged" in codes(found)


def test_an_unpacked_folder_of_badges_is_known_by_the_pictures_names(tmp_path):
    for name in ("First_Aid_01_Jun_2015_12.png", "Sailing_2_Mai_2016_34.png"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    with open_place(tmp_path) as place:
        assert Moodle().detect(place).whole
        (tmp_path / "a.png").touch()
        (tmp_path / "b.png").touch()
    with open_place(tmp_path) as place:
        assert Moodle().detect(place) is None


def test_an_unpacked_course_backup_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "moodle_backup.xml").write_text("<moodle_backup/>")
    with open_place(tmp_path) as place, pytest.raises(SourceUnreadable, match="course backup"):
        list(Moodle().read(place))
