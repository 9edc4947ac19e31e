from __future__ import annotations

import json
import tracemalloc
import zipfile
from importlib import import_module
from itertools import count

import pytest

from migrator.openbadges.baking import bake
from migrator.sources.division import read_place
from migrator.sources.found import Found, FoundLearner, Problem, Severity
from migrator.sources.place import open_place

MozillaExport = import_module("migrator.adapters.mozilla_export").MozillaExport
BakedImages = import_module("migrator.adapters.baked_images").BakedImages

PLAIN = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
BADGE = bake(PLAIN, "https://issuer.example/assertions/1")


@pytest.fixture
def export(tmp_path):
    numbers = count()

    def make(manifest, **files):
        path = tmp_path / f"export{next(numbers)}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            if manifest is not None:
                text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
                archive.writestr("manifest.txt", text)
            for name, data in files.items():
                archive.writestr(name, data)
        return path

    return make


def outcomes(path):
    with open_place(path) as place:
        return list(read_place(place, MozillaExport()))


def test_a_missing_file_is_told_with_its_owner_and_what_to_do(export):
    found = outcomes(export({"ann@example.org": ["gone.png"]}))
    (problem,) = [outcome for outcome in found if isinstance(outcome, Problem)]
    assert "gone.png for ann@example.org" in problem.sentence
    assert "another copy of the ZIP" in problem.sentence
    assert problem.locator.endswith("manifest.txt: gone.png")


def test_the_learner_comes_first_with_every_address_as_written(export):
    manifest = {" Ann@Example.org ": [], "ann@work.example": ["a.png"], "bob": ["a.png"]}
    learner, *rest = outcomes(export(manifest, **{"a.png": BADGE}))
    assert isinstance(learner, FoundLearner)
    assert learner.addresses == ("Ann@Example.org", "ann@work.example")
    assert [outcome.code for outcome in rest if isinstance(outcome, Problem)] == ["manifest_entry"]


def test_a_picture_named_by_fingerprint_without_data_says_how_to_find_the_original(export):
    name = "0123456789abcdef" * 4 + ".png"
    *_, problem = outcomes(export({"ann@example.org": [name]}, **{name: PLAIN}))
    assert problem.code == "no_badge_data"
    assert "fingerprint" in problem.sentence
    assert "database" in problem.sentence
    assert problem.file.content == PLAIN


def test_a_listed_file_that_is_no_picture_is_a_problem_an_unlisted_one_a_warning(export):
    files = {"a.png": b"<html>404</html>", "b.txt": b"hello"}
    found = outcomes(export({"ann@example.org": ["a.png"]}, **files))
    problems = {o.locator.rpartition("!")[2]: o.severity for o in found if isinstance(o, Problem)}
    assert problems == {"a.png": Severity.PROBLEM, "b.txt": Severity.WARNING}


def test_a_name_that_several_listed_files_end_in_is_not_guessed(export):
    manifest = {"ann@example.org": ["x/a.png"], "bob@example.org": ["y/a.png"]}
    badges = [o for o in outcomes(export(manifest, **{"A.png": BADGE})) if isinstance(o, Found)]
    assert [badge.holder for badge in badges] == [None]
    assert [warning.code for warning in badges[0].warnings] == ["not_listed"]


def test_accents_written_in_the_other_way_are_the_same_name(export):
    found = outcomes(export({"ann@example.org": ["caf\u00e9.png"]}, **{"cafe\u0301.png": BADGE}))
    assert [o.holder for o in found if isinstance(o, Found)] == ["ann@example.org"]
    assert not [o for o in found if isinstance(o, Problem)]


@pytest.mark.parametrize("manifest", [b"", b"[]", b"{\xff", b'{"ann@example.org": [', b"\x00\x01"])
def test_a_broken_manifest_costs_the_owner_but_no_badge(export, manifest):
    found = outcomes(export(manifest, **{"a.png": BADGE}))
    assert [o.code for o in found if isinstance(o, Problem)] == ["manifest_unreadable"]
    (badge,) = [o for o in found if isinstance(o, Found)]
    assert badge.holder is None
    assert badge.warnings == ()


def test_an_encrypted_manifest_is_told_and_the_rest_is_read(export):
    path = export({"ann@example.org": ["a.png"]}, **{"a.png": BADGE})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    found = outcomes(path)
    assert [o.code for o in found if isinstance(o, Problem)] == ["encrypted"]
    assert [o.image for o in found if isinstance(o, Found)] == [BADGE]


def test_two_manifests_of_one_name_are_joined(tmp_path):
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Manifest.txt", '{"ann@example.org": ["a.png"]}')
        archive.writestr("manifest.txt", '{"ann@example.org": ["a.png"], "b@example.org": "b.png"}')
        archive.writestr("a.png", BADGE)
        archive.writestr("b.png", BADGE)
    found = outcomes(path)
    assert [o.addresses for o in found if isinstance(o, FoundLearner)] == [
        ("ann@example.org", "b@example.org")
    ]
    assert [o.holder for o in found if isinstance(o, Found)] == ["ann@example.org", "b@example.org"]


def test_a_folder_without_a_manifest_belongs_to_the_one_at_the_top(export):
    path = export({"ann@example.org": ["images/a.png"]}, **{"images/a.png": BADGE})
    assert [o.holder for o in outcomes(path) if isinstance(o, Found)] == ["ann@example.org"]


def test_a_zip_inside_that_cannot_be_opened_is_one_problem(tmp_path):
    (tmp_path / "cohort").mkdir()
    (tmp_path / "cohort" / "ann.zip").write_bytes(b"PK\x03\x04 and nothing more")
    assert [problem.code for problem in outcomes(tmp_path / "cohort")] == ["zip_unreadable"]


@pytest.mark.parametrize(
    ("manifest", "files", "confidence"),
    [
        ({"ann@example.org": ["a.png"]}, {"a.png": BADGE}, 95),
        (b"notes about the badges", {"a.png": BADGE}, 45),
        (None, {"ab" * 32 + ".SVG": BADGE}, 45),
        (None, {"a.png": BADGE}, None),
        (None, {"notes.zip": b"PK\x03\x04"}, None),
        ("\ufeff{}".encode("utf-16"), {}, 45),
    ],
)
def test_detect_is_as_sure_as_its_evidence(export, manifest, files, confidence):
    with open_place(export(manifest, **files)) as place:
        match = MozillaExport().detect(place)
    assert (match and match.confidence) == confidence


def test_detect_survives_a_manifest_that_cannot_be_opened(export):
    path = export({"ann@example.org": ["a.png"]})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with open_place(path) as place:
        assert MozillaExport().detect(place).confidence == 45


@pytest.mark.parametrize("reader", [MozillaExport(), BakedImages()])
def test_memory_does_not_grow_with_the_export(export, reader):
    picture = BADGE[:-12] + b"\x00\x04\x00\x00IDAT" + b"\0" * 0x40000 + b"\0" * 4 + BADGE[-12:]
    names = [f"{number:064x}.png" for number in range(200)]
    path = export({"ann@example.org": names}, **dict.fromkeys(names, picture))
    assert path.stat().st_size > 50_000_000
    tracemalloc.start()
    try:
        with open_place(path) as place:
            for _ in reader.read(place):
                pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000
