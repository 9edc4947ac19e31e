from __future__ import annotations

import re

import pytest

from migrator.archive.taken import Taken
from migrator.export.site.path import BY_RULE, Places
from migrator.files.names import key, safe
from migrator.openbadges.location import locate

JSON = "application/json"


@pytest.fixture
def stand():
    """Return where addresses stand, of one host, one after the other."""

    def all_of(*urls, media_type=JSON):
        addresses = [locate(f"http://h/{url}") for url in urls]
        paths = {address.path for address in addresses}
        with Taken() as taken:
            below = lambda path: any(one.startswith(f"{path}/") for one in paths)  # noqa: E731 - a stand-in
            places = Places(taken, below)
            return [places.stand(address, media_type) for address in addresses]

    return all_of


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("a/b.json", "a/b.json"),
        ("a%20b/%C3%BC.json", "a b/ü.json"),
        ("assertions/1", "assertions/1"),
        (".well-known/badge.json", ".well-known/badge.json"),
    ],
)
def test_a_file_stands_at_its_own_path(stand, url, file):
    (one,) = stand(url)
    assert (one.file, one.how, one.why) == (file, "path", "")


@pytest.mark.parametrize(("url", "file"), [("", "index.html"), ("issuer/", "issuer/index.html")])
def test_a_folder_has_its_index(stand, url, file):
    (one,) = stand(url)
    assert (one.file, one.how) == (file, "folder")


def test_what_is_a_file_and_a_folder_is_a_folder_with_an_index(stand):
    one, other = stand("a", "a/b")
    assert (one.file, one.how) == ("a/index.html", "folder")
    assert other.file == "a/b"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("a?id=5", "query"),
        ("a//b", "two slashes"),
        ("%E9.json", "UTF-8"),
        ("CON.json", "cannot bear"),
        ("a%3Ab", "cannot bear"),
        ("a.", "cannot bear"),
        ("a%0Ab", "cannot bear"),
        ("a%5Cb", "cannot bear"),
        ("x" * 201, "cannot bear"),
        ("/".join(["x" * 100] * 11), "too long"),
        ("a$b", r"a \$"),
        (".htaccess", "dot"),
        ("a/.git/config", "dot"),
        ("_headers", "begin with _"),
        ("a/Web.Config", "setting"),
        ("assertion.php", "program"),
        ("shell.PHP.json", "program"),
        ("x.cgi/a.json", "program"),
    ],
)
def test_what_has_no_safe_path_stands_by_rule(stand, url, why):
    (one,) = stand(url)
    assert one.how == "rule"
    assert one.file.startswith(f"{BY_RULE}/")
    assert one.file.endswith(".json")
    assert re.search(why, one.why)


def test_names_that_differ_in_case_alone_do_not_meet(stand):
    places = stand("A.json", "a.json", "a.json/b", "B/x", "b/y", "b", "c/%C3%BC", "c/u%CC%88")
    files = [place.file for place in places]
    assert len({key(file) for file in files}) == len(files)
    assert places[1].how == "rule"
    assert "A.json" in places[1].why


def test_every_step_of_every_file_is_safe_on_any_system(stand):
    places = stand("..%2F..%2Fetc", "a/%2e%2e/b", "nul", "a\\b", "%ff", "con/aux", "x", "x/y/z", "")
    for place in places:
        assert all(safe(step) == step for step in place.file.split("/"))


def test_two_queries_of_one_path_have_two_files(stand):
    one, other = stand("a?id=1", "a?id=2")
    assert one.file != other.file


@pytest.mark.parametrize(
    ("media_type", "ending"),
    [("image/png", ".png"), ("text/html; charset=utf-8", ".html"), ("x/y", ".bin")],
)
def test_a_file_by_rule_has_the_ending_of_what_is_in_it(stand, media_type, ending):
    (one,) = stand("a?b", media_type=media_type)
    assert one.file.endswith(ending)
