"""Badges in web archives: every part at its place, whichever file it lies in."""

from __future__ import annotations

import gzip
import json
import zipfile
from importlib import import_module

import pytest

from migrator.openbadges.baking import bake
from migrator.sources.division import read_place
from migrator.sources.found import Found, FoundFile, Problem
from migrator.sources.place import open_place

Warc = import_module("migrator.adapters.warc").Warc
key_of = import_module("migrator.adapters._warc_index").key_of

JSON = {"Content_Type": "application/json"}


@pytest.fixture
def read(tmp_path):
    def read(*files):
        for number, data in enumerate(files, 1):
            (tmp_path / f"{number}.warc.gz").write_bytes(data)
        with open_place(tmp_path if len(files) > 1 else tmp_path / "1.warc.gz") as place:
            return list(read_place(place, Warc()))

    return read


def badges(outcomes):
    return [one for one in outcomes if isinstance(one, Found)]


def codes(outcomes):
    return [one.code for one in outcomes if isinstance(one, Problem)]


def whole(made, make, number=1, **more):
    """Put the documents of one badge into a web archive."""
    made.response(make.url(number), make.json(make.assertion(number, **more)), **JSON)
    made.response(make.badge_class(number)["id"], make.json(make.badge_class(number)), **JSON)
    made.response(make.issuer()["id"], make.json(make.issuer()))
    return made


def test_a_badge_has_its_documents_byte_for_byte(warc, make, read):
    (found,) = badges(read(whole(warc(), make).data))
    assert found.assertion == make.json(make.assertion(1))
    assert found.badge_class == make.json(make.badge_class(1))
    assert found.issuer == make.json(make.issuer())
    assert (found.hosted_url, found.added_at) == (make.url(1), "2014-03-02T10:00:00Z")


def test_its_parts_may_lie_in_other_files_and_under_other_spellings(warc, make, read):
    first, second = warc(), warc()
    first.response(make.url(1), make.json(make.assertion(1)))
    url = make.badge_class(1)["id"].replace("https://", "http://www.")
    second.response(url, make.json(make.badge_class(1)))
    (found,) = badges(read(first.data, second.data))
    assert found.badge_class == make.json(make.badge_class(1))


def test_of_several_versions_of_a_part_the_nearest_is_taken(warc, make, read):
    made = warc()
    made.response(make.url(1), make.json(make.assertion(1)), "2015-01-01T00:00:00Z")
    url = make.badge_class(1)["id"]
    for when, name in (("2012-01-01", "old"), ("2015-02-01", "near"), ("2019-01-01", "late")):
        made.response(url, make.json(make.badge_class(1, name=name)), f"{when}T00:00:00Z")
    (found,) = badges(read(made.data))
    assert json.loads(found.badge_class)["name"] == "near"


def test_the_picture_that_carries_the_badge_is_preferred(warc, make, read):
    made = whole(warc(), make, image=f"{make.host}/1.png")
    made.response(f"{make.host}/1.png", make.png(), Content_Type="image/png")
    baked = bake(make.png(2), make.url(1))
    made.response(f"{make.host}/elsewhere", baked, Content_Type="image/png")
    (found,) = badges(read(made.data))
    assert found.image == baked


def test_the_picture_of_the_badge_class_is_taken_where_there_is_no_other(warc, make, read):
    made = whole(warc(), make)
    made.response(make.badge_class(1)["image"], make.png(), Content_Type="image/png")
    (found,) = badges(read(made.data))
    assert found.image == make.png()


def test_redirects_and_repetitions_lead_to_the_parts(warc, make, read):
    made = warc()
    made.response(make.url(1), make.json(make.assertion(1)))
    made.response(make.badge_class(1)["id"], b"", status="302 Found", Location="/b")
    made.revisit(f"{make.host}/b", "sha1:" + "A" * 32, f"{make.host}/c")
    made.response(f"{make.host}/c", make.json(make.badge_class(1)))
    made.response(make.badge_class(1)["image"], b"", status="301 Moved", Location="/d.png")
    made.response(f"{make.host}/d.png", make.png())
    (found,) = badges(read(made.data))
    assert found.badge_class == make.json(make.badge_class(1))


def test_redirects_in_a_circle_end(warc, make, read):
    made = warc()
    made.response(make.url(1), make.json(make.assertion(1)))
    made.response(make.badge_class(1)["id"], b"", status="302 Found", Location="/b")
    made.response(f"{make.host}/b", b"", status="302 Found", Location=make.badge_class(1)["id"])
    made.response(f"{make.host}/x", b"", status="302 Found", Location="http://[oops")
    (found,) = badges(read(made.data))
    assert found.badge_class is None


def test_the_same_saved_again_is_one_badge_and_a_changed_one_another(warc, make, read):
    made = warc()
    for when in ("2014-01-01", "2015-01-01"):
        made.response(make.url(1), make.json(make.assertion(1)), f"{when}T00:00:00Z")
    made.response(make.url(1), make.json(make.assertion(1, narrative="x")))
    made.response(make.url(1), make.json(make.assertion(1, narrative="y")))
    locators = [found.locator for found in badges(read(made.data))]
    assert len(locators) == len(set(locators)) == 3
    assert locators[2] == f"{locators[1]}, copy 2"


def test_an_assertion_saved_at_another_address_is_not_said_to_be_hosted_there(warc, make, read):
    made = warc()
    made.response("http://mirror.example.net/1", make.json(make.assertion(1)))
    (found,) = badges(read(made.data))
    assert found.hosted_url is None


def test_an_old_assertion_is_hosted_where_it_was_saved(warc, make, read):
    old = {"recipient": "a@example.org", "badge": {"name": "B", "issuer": {"origin": make.host}}}
    made = warc()
    made.response(f"{make.host}/old", make.json(old))
    (found,) = badges(read(made.data))
    assert found.hosted_url == f"{make.host}/old"


def test_what_is_said_of_revoked_badges_is_told(warc, make, read):
    made = warc()
    made.response(make.url(1), make.json(make.assertion(1)))
    for number in (1, 2):
        made.response(make.url(number), b'{"revoked": true}', status="410 Gone")
    outcomes = read(made.data)
    found = {one.locator.split(", ")[1]: one.severity for one in outcomes if codes([one])}
    assert found == {make.url(1): "warning", make.url(2): "problem"}


def test_pages_and_lists_go_to_the_adapters_that_know_them(tmp_path, warc, make):
    made = warc()
    row = json.dumps({"id": 5, "endpoint": make.url(5), "body": make.assertion(5)})
    page = "<!DOCTYPE html><title>Mozilla Backpack</title>"
    page += f"<div class=openbadge data-id=5 data-serialization='{row}'></div>"
    for _ in range(2):
        made.response("https://backpack.openbadges.org/", page.encode())
    made.response(f"{make.host}/all", make.json([make.assertion(7), make.assertion(8)]))
    made.response(f"{make.host}/page", make.json({"badges": [make.assertion(6)]}))
    (tmp_path / "crawl.warc.gz").write_bytes(made.data)
    with open_place(tmp_path / "crawl.warc.gz") as place:
        found = badges(read_place(place))
    assert [one.locator.removeprefix("crawl.warc.gz!") for one in found] == [
        "https://backpack.openbadges.org/, badge 5",
        f"{make.host}/all, item 1",
        f"{make.host}/all, item 2",
        f"{make.host}/page, item 1",
    ]


def test_an_answer_that_is_damaged_is_named_when_it_was_json(warc, make, read):
    made = warc()
    wrong = {"WARC-Payload-Digest": "sha1:" + "A" * 32}
    made.response(make.url(1), b"{}", **JSON, **wrong)
    made.response(f"{make.host}/page", b"x", Content_Type="text/html", **wrong)
    assert codes(read(made.data)) == ["record_damaged"]


def test_json_that_is_none_is_offered_to_others_only_when_it_speaks_of_badges(warc, make, read):
    made = warc()
    made.response(f"{make.host}/a", b'{"badges": [', **JSON)
    made.response(f"{make.host}/b", b'{"badges": [')
    made.response(f"{make.host}/c", b'{"prices": [', **JSON)
    made.response(f"{make.host}/d", b"eyJub.t.jws")
    made.response(f"{make.host}/e", make.json(make.assertion(1)), status="500 Oops")
    made.response("urn:other", make.json(make.assertion(1)))
    assert codes(read(made.data)) == ["unknown_file"]


def test_pictures_that_are_damaged_or_empty_are_passed_over(warc, make, read):
    made = warc()
    made.response(f"{make.host}/a.png", make.png()[:20])
    made.response(f"{make.host}/b.png", bake(make.png(), "neither this nor that"))
    made.response(f"{make.host}/c.png", make.png())
    assert badges(read(made.data)) == []


def test_a_package_keeps_what_it_says_of_itself(tmp_path, warc, make):
    path = tmp_path / "site.wacz"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("archive/data.warc.gz", whole(warc(), make).data)
        package.writestr("indexes/index.cdx.gz", gzip.compress(b"x"))
        package.writestr("datapackage.json", "{}")
        package.writestr("notes.txt", "mine")
    with open_place(path) as place:
        assert Warc().detect(place).whole
        outcomes = list(read_place(place, Warc()))
    files = [one.locator for one in outcomes if isinstance(one, FoundFile)]
    assert files == ["site.wacz!datapackage.json"]
    assert codes(outcomes) == ["unknown_file"]
    assert len(badges(outcomes)) == 1


def test_a_file_that_cannot_be_opened_is_a_problem(tmp_path, warc, make):
    (tmp_path / "real").write_bytes(b"")
    (tmp_path / "1.warc.gz").symlink_to(tmp_path / "real")
    (tmp_path / "2.warc.gz").write_bytes(whole(warc(), make).data)
    with open_place(tmp_path) as place:
        assert Warc().detect(place).whole
        outcomes = list(read_place(place, Warc()))
    assert sorted(codes(outcomes)) == ["empty_file", "link_not_followed"]
    assert len(badges(outcomes)) == 1


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.a.example/x/", "a.example/x"),
        ("HTTP://A.example:80/x", "a.example/x"),
        ("none", None),
        (None, None),
    ],
)
def test_spellings_of_an_address_have_one_key(url, key):
    assert key_of(url) == key
