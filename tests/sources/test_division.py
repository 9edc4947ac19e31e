from __future__ import annotations

import json
import zipfile
from hashlib import sha256
from importlib import import_module
from io import BytesIO

import pytest

from migrator.errors import NotRecognised, SourceUnreadable
from migrator.openbadges.baking import bake
from migrator.sources import registry
from migrator.sources.adapter import Match
from migrator.sources.division import divided, read_place
from migrator.sources.found import Found, FoundFile, Problem
from migrator.sources.place import Limits, MemberUnreadable, Part, open_place

BakedImages = import_module("migrator.adapters.baked_images").BakedImages

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


def picture(number):
    return bake(PNG, f"https://issuer.example/assertions/{number}")


def assertion(number):
    return json.dumps(
        {
            "id": f"https://issuer.example/assertions/{number}",
            "recipient": {"type": "email", "identity": "ann@example.org", "hashed": False},
            "badge": "https://issuer.example/class",
            "verify": {"type": "hosted"},
        }
    ).encode()


def zipped(**files):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return packed.getvalue()


EXPORT = {"manifest.txt": b'{"ann@example.org": ["1.png"]}', "1.png": picture(1)}
DUMP = (
    b"-- MySQL dump 10.13\nCREATE TABLE `badge` (\n  `id` int,\n  `body` blob,\n"
    b"  `body_hash` text,\n  `image_path` text\n) ENGINE=InnoDB;\n"
    b"INSERT INTO `badge` VALUES (1,'" + assertion(9) + b"','x','y');\n-- Dump completed\n"
)


@pytest.fixture
def folder(tmp_path):
    def make(**files):
        root = tmp_path / "downloads"
        for name, data in files.items():
            path = root / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return root

    return make


def taken(path, adapter=None):
    with open_place(path) as place:
        return [(reader.name, o) for reader, o in divided(place, adapter).read(place)]


def told(path, adapter=None):
    """Return (adapter, locator, what it is) of badges and problems."""
    return [
        (name, o.locator, "badge" if isinstance(o, Found) else o.code)
        for name, o in taken(path, adapter)
        if isinstance(o, (Found, Problem))
    ]


def test_each_file_of_a_mixed_folder_is_read_by_the_adapter_that_fits(folder):
    path = folder(
        **{
            "a.png": picture(2),
            "list.txt": b"https://issuer.example/assertions/3\n",
            "old/backpack.sql": DUMP,
            "letter.txt": b"Dear Ann",
        }
    )
    rows = [row for row in told(path) if row[2] not in ("table_missing", "image_missing")]
    assert sorted(rows) == [
        ("assertions", "downloads/list.txt, line 1", "badge"),
        ("baked-images", "downloads/a.png", "badge"),
        ("mozilla-mysql", "downloads/letter.txt", "unknown_file"),
        ("mozilla-mysql", "downloads/old/backpack.sql, row 1 of table badge (id 1)", "badge"),
    ]


def test_files_that_belong_together_are_read_together_and_the_others_by_others(folder):
    path = folder(**EXPORT, **{"badges.jsonl": assertion(5) + b"\n" + assertion(6)})
    assert told(path) == [
        ("mozilla-export", "downloads/1.png", "badge"),
        ("assertions", "downloads/badges.jsonl, line 1", "badge"),
        ("assertions", "downloads/badges.jsonl, line 2", "badge"),
    ]
    badges = [o for _, o in taken(path) if isinstance(o, Found)]
    assert {badge.holder for badge in badges} == {"ann@example.org", None}


def test_a_zip_inside_is_a_place_of_its_own_and_read_by_whom_it_fits(folder):
    path = folder(
        **{
            "export.zip": zipped(**EXPORT),
            "texts.zip": zipped(**{"a.json": assertion(7), "b.txt": b"hello"}),
            "deep.zip": zipped(**{"deeper.zip": zipped(**{"a.png": picture(8)})}),
        }
    )
    assert set(told(path)) == {
        ("mozilla-export", "downloads/export.zip!1.png", "badge"),
        ("assertions", "downloads/texts.zip!a.json, line 1", "badge"),
        ("baked-images", "downloads/texts.zip!b.txt", "unknown_file"),
        ("baked-images", "downloads/deep.zip!deeper.zip", "nested_too_deep"),
    }


def test_two_sources_that_belong_together_in_one_place_are_both_read_whole(folder):
    answer = {"userId": 1, "groupId": 1, "badges": [{"hostedUrl": "https://x.example/1"}]}
    groups = {"userId": 1, "groups": [{"groupId": 1, "name": "Web", "badges": 1}]}
    account = {"status": "okay", "email": "ann@example.org", "userId": 1}
    path = folder(
        **{f"export__{name}": data for name, data in EXPORT.items()},
        **{
            "displayer__group.json": json.dumps(answer).encode(),
            "displayer__groups.json": json.dumps(groups).encode(),
            "displayer__account.json": json.dumps(account).encode(),
            "displayer__letter.txt": b"Dear Ann",
        },
    )
    outcomes = taken(path)
    badges = [(name, o.locator, o.holder) for name, o in outcomes if isinstance(o, Found)]
    assert badges == [
        ("mozilla-export", "downloads/export/1.png", "ann@example.org"),
        ("mozilla-displayer", "downloads/displayer/group.json, item 1", "ann@example.org"),
    ]
    assert [o.locator for _, o in outcomes if isinstance(o, Problem)] == [
        "downloads/displayer/letter.txt"
    ]


def test_nothing_is_read_twice(folder):
    path = folder(**EXPORT, **{"x.json": assertion(2), "y.txt": b"no", "z.zip": zipped(**EXPORT)})
    locators = [o.locator for _, o in taken(path) if isinstance(o, (Found, Problem, FoundFile))]
    assert len(locators) == len(set(locators))


def test_a_named_adapter_reads_alone_and_leaves_the_rest_as_unknown(folder):
    path = folder(**{"a.png": picture(2), "x.json": assertion(3)})
    assert told(path, BakedImages()) == [
        ("baked-images", "downloads/a.png", "badge"),
        ("baked-images", "downloads/x.json", "unknown_file"),
    ]


def test_a_folder_is_known_by_a_file_that_no_glance_at_the_folder_shows(folder):
    path = folder(**{"dump.bak": DUMP, "empty.txt": b"", "more.bak": b"x"})
    rows = told(path)
    assert ("mozilla-mysql", "downloads/empty.txt", "empty_file") in rows
    assert ("mozilla-mysql", "downloads/more.bak", "unknown_file") in rows
    assert [row for row in rows if row[2] == "badge"] != []


def test_a_folder_without_anything_known_is_refused(folder):
    with pytest.raises(NotRecognised):
        told(folder(**{"letter.txt": b"Dear Ann", "notes.txt": b"x"}))


def test_a_file_that_looks_like_a_source_and_is_none_is_one_problem_among_others(folder):
    shop = b"-- MySQL dump 10.13\nCREATE TABLE `shop` (\n  `id` int\n);\n-- Dump completed\n"
    path = folder(**{"a.png": picture(2), "shop.sql": shop})
    found = {o.locator: o for _, o in taken(path)}
    problem = found["downloads/shop.sql"]
    assert (problem.code, problem.severity.value) == ("source_unreadable", "warning")
    assert "not the dump of a Mozilla Backpack" in problem.sentence


def test_a_picture_that_is_none_is_still_offered_to_the_others(folder):
    path = folder(**{"a.png": picture(2), "b.png": assertion(3), "c.png": picture(4)})
    assert [row[0] for row in told(path)] == ["baked-images", "assertions", "baked-images"]


LONG = b"".join(b"%09d\n" % number for number in range(130_000))


def content(file):
    """Return the bytes of a file, held or lent."""
    if isinstance(file.content, bytes):
        return file.content
    lent = file.content
    data = b"".join(lent.pieces())
    assert (len(data), sha256(data).digest()) == (lent.size, lent.digest)
    return data


def problem_in(path, **limits):
    """Return the one problem of a place, and the bytes of the file it comes with."""
    with open_place(path, limits=Limits(**limits)) as place:
        for outcome in read_place(place):
            if isinstance(outcome, Problem):
                return outcome, outcome.file and (outcome.file.locator, content(outcome.file))
    raise LookupError(path)


@pytest.mark.parametrize("data", [b"Dear Ann", LONG])
def test_unknown_files_of_a_zip_are_kept_however_long_and_those_of_a_folder_are_not(
    folder, tmp_path, data
):
    files = {"a.png": picture(2), "letter.txt": data}
    (tmp_path / "all.zip").write_bytes(zipped(**files))
    problem, file = problem_in(tmp_path / "all.zip")
    assert (problem.code, problem.severity.value) == ("unknown_file", "warning")
    assert file == ("all.zip!letter.txt", data)
    assert "it is kept as it is" in problem.sentence
    problem, file = problem_in(folder(**files))
    assert (problem.code, problem.raw, file) == ("unknown_file", b"", None)
    assert "kept" not in problem.sentence


@pytest.mark.parametrize(("limit", "is_kept"), [(len(LONG), True), (len(LONG) - 1, False)])
def test_an_unknown_file_is_kept_up_to_the_limit_of_members_and_over_it_a_person_is_told(
    tmp_path, limit, is_kept
):
    (tmp_path / "all.zip").write_bytes(zipped(**{"a.png": picture(2), "letter.txt": LONG}))
    problem, file = problem_in(tmp_path / "all.zip", member_bytes=limit)
    assert problem.severity.value == "warning"
    if is_kept:
        assert file == ("all.zip!letter.txt", LONG)
    else:
        assert (problem.code, file) == ("file_not_kept", None)
        assert "Keep the ZIP" in problem.sentence


OTHER_DUMP = b"-- MySQL dump 10.13\nCREATE TABLE `shop` (\n  `id` int\n);\n-- Dump completed\n"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.txt", b"", "empty_file"),
        ("broken.zip", b"PK\3\4nothing else", "zip_unreadable"),
        ("nothing.zip", zipped(), "unknown_file"),
        ("paper.pdf", b"%PDF-1.4 and no more", "pdf_damaged"),
        ("photo.jpg", b"\xff\xd8\xff" + LONG, "picture_without_room"),
        ("plain.png", PNG, "no_badge_data"),
    ],
)
def test_what_could_not_be_read_is_kept_whole_in_a_zip(tmp_path, name, data, code):
    (tmp_path / "all.zip").write_bytes(zipped(**{"a.png": picture(2), name: data}))
    problem, file = problem_in(tmp_path / "all.zip")
    assert (problem.code, problem.raw) == (code, b"")
    assert file == (f"all.zip!{name}", data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("course.mbz", zipped(**{"moodle_backup.xml": b"<moodle_backup/>"})),
        ("other.sql", OTHER_DUMP),
    ],
)
def test_a_source_that_cannot_be_read_may_hold_passwords_and_is_not_kept(tmp_path, name, data):
    (tmp_path / "all.zip").write_bytes(zipped(**{"a.png": picture(2), name: data}))
    problem, file = problem_in(tmp_path / "all.zip")
    assert (problem.code, problem.raw, file) == ("source_unreadable", b"", None)


def test_what_systems_leave_in_a_zip_is_kept_without_a_word(tmp_path, folder):
    files = {"a.png": picture(2), "__MACOSX/._a.png": b"\0\5\x16\7", ".DS_Store": b"Bud1"}
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    first, *rest = [outcome for _, outcome in taken(tmp_path / "all.zip")]
    assert isinstance(first, Found)
    assert {(one.locator, one.content) for one in rest} == {
        ("all.zip!.DS_Store", b"Bud1"),
        ("all.zip!__MACOSX/._a.png", b"\0\5\x16\7"),
    }
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        packed.extractall(tmp_path / "unpacked")
    assert [type(one) for _, one in taken(tmp_path / "unpacked")] == [Found]


def test_a_zip_inside_a_zip_that_is_too_deep_is_kept_whole(tmp_path):
    deepest = zipped(**{"b.png": picture(3)})
    inner = zipped(**{"c.zip": deepest, "b.png": picture(1)})
    (tmp_path / "all.zip").write_bytes(zipped(**{"a.png": picture(2), "in.zip": inner}))
    problem, file = problem_in(tmp_path / "all.zip")
    assert problem.code == "nested_too_deep"
    assert file == ("all.zip!in.zip!c.zip", deepest)


def test_a_lent_file_that_has_changed_is_no_longer_had(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("a.png", picture(2))
        packed.writestr("letter.txt", LONG)
    with open_place(path) as place:
        files = [one.file for one in read_place(place) if isinstance(one, Problem)]
        with path.open("r+b") as file:
            file.seek(path.read_bytes().index(LONG) + 1_200_000)
            file.write(b"?")
        with pytest.raises(SourceUnreadable, match=r"letter\.txt has changed"):
            list(files[0].content.pieces())


class Splitting:
    """Calls its one file foreign, whatever it is, and yields what it was given besides."""

    name = "splitting"
    title = "Splitting"
    reads = "anything"

    def detect(self, place):
        return Match(90, "It is anything.")

    def read(self, place):
        for member in place.members():
            yield place.foreign(member)


def test_a_file_that_its_own_adapter_calls_foreign_is_unknown_and_asked_no_further(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x")
    assert told(tmp_path / "a.txt", Splitting()) == [("splitting", "a.txt", "unknown_file")]


def test_a_single_file_that_cannot_be_read_is_refused_as_a_whole(tmp_path):
    (tmp_path / "shop.xml").write_bytes(b"<?xml version='1.0'?>\n<mysqldump>")
    mysql = registry.adapter_named("mozilla-mysql")
    with open_place(tmp_path / "shop.xml") as place, pytest.raises(SourceUnreadable):
        list(read_place(place, mysql))


def test_a_part_is_a_file_with_a_beginning_that_is_read_once(folder):
    with open_place(folder(**{"sub__a.txt": b"hello"})) as place:
        (member,) = place.members()
        part = Part(place, member)
        opened = []
        peek = place.peek
        place.peek = lambda *arguments: opened.append(1) or peek(*arguments)
        assert (part.kind, part.label, part.locator(member)) == (
            "file",
            *["downloads/sub/a.txt"] * 2,
        )
        assert part.head(2) == b"he"
        assert part.peek(member, 99) == b"hello"
        assert part.read(member) == b"hello"
        assert not part.in_zip
        assert opened == [1]
        with part.seekable() as file:
            file.seek(1)
            assert file.read() == b"ello"
        with pytest.raises(MemberUnreadable), place.seekable():
            pass


def test_a_part_that_cannot_be_read_says_so_each_time(folder):
    root = folder(**{"a.txt": b"hello"})
    (root / "b.txt").symlink_to(root / "a.txt")
    with open_place(root) as place:
        part = Part(place, list(place.members())[1])
        assert part.head() == b""
        for _ in range(2):
            with pytest.raises(MemberUnreadable):
                part.peek(next(part.members()), 10)
        with pytest.raises(MemberUnreadable):
            part.nested(next(part.members()))
