from __future__ import annotations

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.archive.archive import Archive
from migrator.export.images import export_images
from migrator.export.order import Order
from migrator.export.picture import from_data_uri
from migrator.files.folder import Folder
from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.baking import unbake
from migrator.report.words import masked
from migrator.sources.found import Found

SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><rect width="1"/></svg>\n'


@pytest.fixture
def exported(archive, reader, tmp_path, index):
    """Archive outcomes, export their images, and return the summary, rows by badge, the folder."""

    def export(*outcomes, order=None):
        source = tmp_path / "src"
        source.mkdir(exist_ok=True)
        reader.outcomes(archive, source, outcomes)
        folder = Folder(tmp_path / "images")
        done = export_images(archive, folder, order or Order())
        rows = {row["identity"]: row for row in index(tmp_path / "images/index.csv")}
        return done, rows, folder

    return export


def old(make, number, **more):
    """Return a hosted 0.5 assertion as issuers wrote them in 2012."""
    return {
        "recipient": "ann@example.org",
        "issued_on": "2012-11-30",
        "badge": {
            "version": "0.5.0",
            "name": "Old",
            "image": "/old.png",
            "description": "Old",
            "criteria": "/old.html",
            "issuer": {"origin": make.host, "name": "Issuer"},
        },
        **more,
    }


def test_badges_found_baked_keep_their_bytes_under_readable_names(exported, make, files):
    done, rows, folder = exported(
        make.found(1, image=make.baked(1)), make.found(2, image=make.baked(2))
    )
    assert (done.badges, done.found_baked, done.baked_by_us, done.without_picture) == (2, 2, 0, 0)
    row = rows[f"url:{make.url(1)}"]
    assert row["file"].startswith("Badge 1 - Issuer - 2015-04-30 - ")
    assert (folder.root / row["file"]).read_bytes() == make.baked(1)
    assert row["baked_by"] == "issuer or backpack"
    assert row["learner"] == "ann@example.org"
    assert row["hosted_url"] == make.url(1)
    before = files(folder.root)
    again, _rows, second = exported()
    assert again == done
    assert (second.counts.written, second.counts.already_there) == (0, 4)
    assert files(folder.root) == before


def test_csv_and_json_say_the_same(exported, make):
    _done, rows, folder = exported(make.found(1, image=make.baked(1)), make.found(4))
    kept = json.loads((folder.root / "index.json").read_text(encoding="utf-8"))
    assert kept["made_by"] == "badge-migrator"
    assert {one["identity"]: one["file"] for one in kept["badges"]} == {
        identity: row["file"] for identity, row in rows.items()
    }


def test_a_badge_without_its_own_picture_gets_one_of_its_class_and_says_so(exported, make):
    done, rows, folder = exported(make.found(1, image=make.baked(1)), make.found(4))
    assert (done.found_baked, done.baked_by_us) == (1, 1)
    row = rows[f"url:{make.url(4)}"]
    assert row["file"].endswith(" (baked by badge-migrator).png")
    assert row["baked_by"] == "badge-migrator"
    data = (folder.root / row["file"]).read_bytes()
    assert b"tEXtSoftware\0badge-migrator" in data
    badge = read_badge(Pieces(image=data))
    assert badge.identity == f"url:{make.url(4)}"
    assert badge.warnings == ()
    (baked,) = unbake(data).baked
    assert baked.text == make.json(make.assertion(4)).decode()


def pictures(make):
    png = base64.b64encode(make.png()).decode()
    return {
        "class png": {"image": f"data:image/png;base64,{png}"},
        "class svg": {"image": "data:image/svg+xml," + SVG.decode().replace("\n", "")},
    }


@pytest.mark.parametrize("kind", ["class png", "class svg"])
def test_a_data_uri_in_the_class_document_is_artwork(exported, make, kind):
    badge_class = make.json(make.badge_class(1, **pictures(make)[kind]))
    _done, rows, folder = exported(make.found(1, badge_class=badge_class))
    row = rows[f"url:{make.url(1)}"]
    data = (folder.root / row["file"]).read_bytes()
    assert read_badge(Pieces(image=data)).identity == f"url:{make.url(1)}"
    assert b"Software" in data
    assert row["file"].endswith("migrator).svg" if "svg" in kind else "migrator).png")


@pytest.mark.parametrize(
    "name", ["own picture", "picture of the address", "class address", "another sighting"]
)
def test_artwork_is_looked_for_everywhere_it_can_be(exported, make, name):
    picture = f"{make.host}/p.png"
    url = f"url:{make.url(4)}"
    outcomes = {
        "own picture": [make.found(4, image=make.png())],
        "picture of the address": [
            make.found(1, image=make.baked(1), assertion=_with_image(make, 1, picture)),
            make.found(4, badge_class=None, assertion=_with_image(make, 4, picture)),
        ],
        "class address": [
            make.found(1, image=make.baked(1)),
            make.found(4, badge_class=make.json(make.badge_class(1, name="Other name"))),
        ],
        "another sighting": [
            make.found(4, image=make.png()),
            make.found(4, locator="elsewhere", image=make.baked(4)),
        ],
    }[name]
    done, rows, folder = exported(*outcomes)
    data = (folder.root / rows[url]["file"]).read_bytes()
    assert read_badge(Pieces(image=data)).identity == url
    if name == "another sighting":
        assert (done.found_baked, data) == (1, make.baked(4))
    else:
        assert (done.baked_by_us, b"Software" in data) == (1, True)


def _with_image(make, number, url):
    return make.json(make.assertion(number, image=url))


def test_a_signed_badge_is_baked_with_its_signature(exported, make, sign):
    verify = {"type": "signed", "url": f"{make.host}/key.pem"}
    document = {**make.assertion(4), "verify": verify}
    del document["id"]
    jws = sign(document)
    _done, rows, folder = exported(
        make.found(1, image=make.baked(1)),
        Found("jws", jws=jws, badge_class=make.json(make.badge_class(1))),
    )
    (row,) = (row for row in rows.values() if row["baked_by"] == "badge-migrator")
    data = (folder.root / row["file"]).read_bytes()
    (baked,) = unbake(data).baked
    assert baked.text == jws.decode()
    assert read_badge(Pieces(image=data)).identity == row["identity"]


def test_an_old_badge_is_baked_with_its_address_as_it_was_then(exported, make):
    url = f"{make.host}/old/1.json"
    found = Found("old", assertion=make.json(old(make, 1)), hosted_url=url, image=make.png())
    _done, rows, folder = exported(found)
    data = (folder.root / rows[f"url:{url}"]["file"]).read_bytes()
    assert [one.text for one in unbake(data).baked] == [url]


def test_a_badge_of_which_only_the_address_is_known_is_listed(exported, make):
    done, rows, _folder = exported(Found("address", hosted_url=make.url(9)))
    assert done.without_picture == 1
    row = rows[f"url:{make.url(9)}"]
    assert (row["file"], row["picture"]) == ("", "none")
    assert row["note"] == "no PNG or SVG picture of it is kept"


def test_without_any_picture_the_document_alone_is_written(exported, make, sign):
    jws = sign({**make.assertion(5), "verify": {"type": "signed", "url": f"{make.host}/k"}})
    done, rows, folder = exported(
        make.found(1), Found("jws", jws=jws), make.found(2, image=b"GIF89a")
    )
    assert (done.badges, done.without_picture) == (3, 3)
    row = rows[f"url:{make.url(1)}"]
    assert row["file"].endswith(".assertion.json")
    assert (folder.root / row["file"]).read_bytes() == make.json(make.assertion(1))
    (signed,) = (row for row in rows.values() if row["file"].endswith(".jws"))
    assert (folder.root / signed["file"]).read_bytes() == jws


def test_no_picture_is_made_that_would_be_read_as_another_badge(exported, make):
    alone = make.json({**make.assertion(1), "verify": None, "id": None})
    _done, rows, _folder = exported(
        Found(
            "alone", assertion=alone, badge_class=make.json(make.badge_class(1)), image=make.png()
        )
    )
    (row,) = rows.values()
    assert row["identity"].startswith("uid:")
    assert (row["picture"], row["file"].endswith(".assertion.json")) == ("none", True)
    assert "same badge" in row["note"]


def test_half_a_picture_is_no_artwork_but_a_whole_one_of_the_class_is(exported, make):
    half = make.png(noise=b"x" * 100)[:60]
    done, rows, folder = exported(
        make.found(1, image=make.baked(1)), make.found(4, image=half), make.found(2, image=half)
    )
    assert (done.baked_by_us, done.without_picture) == (1, 1)
    data = (folder.root / rows[f"url:{make.url(4)}"]["file"]).read_bytes()
    assert len(data) > len(make.png())
    assert rows[f"url:{make.url(2)}"]["picture"] == "none"


def test_artwork_of_many_classes_is_not_all_remembered(exported, make, monkeypatch):
    monkeypatch.setattr("migrator.export.picture._REMEMBERED", 1)
    done, _rows, _folder = exported(
        *(make.found(number, image=make.baked(number)) for number in (0, 1, 2)),
        *(make.found(number) for number in range(3, 12)),
    )
    assert (done.found_baked, done.baked_by_us) == (3, 9)


def test_a_document_no_svg_may_hold_gives_way_to_the_address(exported, make):
    badge_class = make.json(make.badge_class(1, **pictures(make)["class svg"]))
    document = make.json(make.assertion(1, narrative="bell")).replace(b"bell", b"be\x07ll")
    _done, rows, folder = exported(make.found(1, assertion=document, badge_class=badge_class))
    data = (folder.root / rows[f"url:{make.url(1)}"]["file"]).read_bytes()
    assert [one.text for one in unbake(data).baked] == [make.url(1)]


def test_what_is_revoked_or_deleted_is_exported_and_said(exported, make):
    _done, rows, _folder = exported(
        make.found(1, image=make.baked(1), deleted=True),
        make.found(2, assertion=make.json(make.assertion(2, revoked=True)), image=make.baked(2)),
    )
    assert rows[f"url:{make.url(1)}"]["note"] == "the learner had deleted it"
    assert rows[f"url:{make.url(2)}"]["note"] == "revoked"


def test_one_learner_can_be_chosen_and_addresses_be_masked(exported, make, archive):
    outcomes = [
        make.found(1, image=make.baked(1)),
        make.found(2, "bob@example.org", image=make.baked(2, recipient="bob@example.org")),
    ]
    exported(*outcomes)
    (bob,) = archive.one("select learner_id from identity where value = 'bob@example.org'")
    done, rows, folder = exported(order=Order(bob, change=masked))
    assert done.badges == 1
    assert [row["learner"] for row in rows.values()] == ["b***@example.org"]
    assert "bob@" not in (folder.root / "index.json").read_text()


def test_a_table_runs_no_formula(exported, make, archive):
    name = "=HYPERLINK(1)"
    badge_class = make.json(make.badge_class(1, name=name))
    _done, rows, _folder = exported(
        make.found(1, badge_class=badge_class, issuer=make.json(make.issuer(name="@SUM(1)")))
    )
    (row,) = rows.values()
    assert (row["badge"], row["issuer"]) == (f"'{name}", "'@SUM(1)")
    assert row["file"].startswith("_HYPERLINK(1) - _SUM(1)")


def test_a_damaged_row_is_told_and_the_others_are_exported(exported, make, archive, damage):
    outcomes = [make.found(n, image=make.baked(n)) for n in (1, 2)]
    exported(*outcomes)
    damage(archive, "update image set splice_at = 1 where id = 1")
    done, rows, _folder = exported()
    assert (done.badges, done.found_baked, done.damages) == (2, 1, 1)
    assert "Badge 1: Row image 1" in done.damaged[0]
    assert "damaged" in rows[f"url:{make.url(1)}"]["note"]


def test_a_different_file_of_that_name_stays(exported, make, tmp_path):
    _done, rows, folder = exported(make.found(1, image=make.baked(1)))
    target = folder.root / rows[f"url:{make.url(1)}"]["file"]
    target.write_bytes(b"mine")
    _done, rows, folder = exported()
    assert target.read_bytes() == b"mine"
    assert folder.counts.beside == 1
    assert (folder.root / rows[f"url:{make.url(1)}"]["file"]).read_bytes() == make.baked(1)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(["narrative", "evidence", "x-own"]), st.text(max_size=40), max_size=3
    ),
    st.booleans(),
)
def test_what_we_bake_is_read_back_as_the_same_badge(tmp_path_factory, make, reader, more, as_svg):
    folder = tmp_path_factory.mktemp("baked")
    more = {name: text.encode("utf-8", "replace").decode() for name, text in more.items()}
    found = make.found(1, assertion=make.json(make.assertion(1, **more)))
    picture = {"image": pictures(make)["class svg" if as_svg else "class png"]["image"]}
    badge_class = make.json(make.badge_class(1, **picture))
    with Archive.open(folder / "archive.db") as archive:
        reader.outcomes(archive, folder, [Found(**{**_fields(found), "badge_class": badge_class})])
        sink = Folder(folder / "out")
        done = export_images(archive, sink, Order())
    (path,) = (path for path in sink.root.iterdir() if "index" not in path.name)
    badge = read_badge(Pieces(image=path.read_bytes()))
    assert badge.identity == f"url:{make.url(1)}"
    assert badge.assertion.narrative == read_badge(Pieces(found.assertion)).assertion.narrative
    assert done.baked_by_us == 1


def _fields(found):
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


def test_data_uris_are_read_within_limits():
    assert from_data_uri("data:image/png;base64,aGk=") == b"hi"
    assert from_data_uri("data:image/png;base64,aGk%3D") == b"hi"
    assert from_data_uri("data:image/svg+xml,%3Csvg%3E") == b"<svg>"
    assert from_data_uri("data:image/png;base64,a") is None
    assert from_data_uri("data:nothing") is None
    assert from_data_uri("data:," + "x" * (8 * 1024 * 1024 + 1)) is None
