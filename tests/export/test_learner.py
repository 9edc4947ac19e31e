from __future__ import annotations

import json
import zipfile
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from migrator import errors
from migrator.archive.archive import Archive
from migrator.export.learner import export_learner
from migrator.openbadges.badge import Pieces, read_badge
from migrator.sources.found import Found, FoundCollection, FoundLearner, Membership

ANN, BOB = "ann@example.org", "bob@example.org"


class Tags(HTMLParser):
    """Collects the tags and addresses of a page."""

    def __init__(self):
        super().__init__()
        self.tags = set()
        self.links = []
        self.images = []
        self.text = []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        facts = dict(attributes)
        assert not any(name.startswith("on") for name in facts)
        self.links += [facts["href"]] if "href" in facts else []
        self.images += [facts["src"]] if "src" in facts else []

    def handle_data(self, data):
        self.text.append(data)


def parsed(page):
    tags = Tags()
    tags.feed(page)
    return tags


@pytest.fixture
def filled(archive, reader, make, tmp_path):
    source = tmp_path / "src"
    source.mkdir()
    evil = "<script>alert(1)</script>\u202e"
    story = 'I did it. <img src=x onerror="alert(1)">'
    membership = (Membership("c1", 1, story),)
    reader.outcomes(
        archive,
        source,
        [
            FoundLearner("user 1", (ANN, "Ann@Example.org"), "Ann & Co"),
            FoundCollection("group 1", "c1", ANN, evil, "About <b>it</b>", True, "https://p/1"),
            FoundCollection("group 2", "c2", ANN, "Empty"),
            FoundCollection("group 3", "c3", BOB, "Bob's"),
            make.found(1, image=make.baked(1), memberships=membership),
            make.found(4, badge_class=make.json(make.badge_class(4, name=evil))),
            make.found(7),
            Found("gone", hosted_url="https://gone.example/'><script>1</script>", holder=ANN),
            make.found(2, BOB, image=make.baked(2, recipient=BOB)),
        ],
    )
    return archive


def test_a_learner_gets_all_that_is_theirs_and_nothing_of_others(filled, make, tmp_path):
    done = export_learner(filled, "ANN@example.org", tmp_path / "out" / "ann.zip")
    assert (done.became, done.collections, done.images.badges) == ("written", 2, 4)
    with zipfile.ZipFile(tmp_path / "out" / "ann.zip") as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        assert len(names) == done.files == len(set(names))
        assert {"README.txt", "index.html", "collections.json"} < set(names)
        everything = b"".join(packed.read(name) for name in names)
        assert BOB.encode() not in everything
        assert b"Bob" not in everything
        pictures = [packed.read(name) for name in names if name.endswith(".png")]
        identities = {read_badge(Pieces(image=data)).identity for data in pictures}
        assert f"url:{make.url(1)}" in identities
        assert "Ann & Co" in packed.read("README.txt").decode()


def test_collections_come_with_their_stories(filled, make, tmp_path):
    export_learner(filled, ANN, tmp_path / "ann.zip")
    with zipfile.ZipFile(tmp_path / "ann.zip") as packed:
        first, second = json.loads(packed.read("collections.json"))["collections"]
        (badge,) = first["badges"]
        assert badge["story"].startswith("I did it.")
        assert badge["identity"] == f"url:{make.url(1)}"
        assert badge["picture"] in packed.namelist()
    assert (first["public"], first["page_url"]) == (True, "https://p/1")
    assert second == {
        "name": "Empty",
        "description": None,
        "public": False,
        "page_url": None,
        "badges": [],
    }


def test_the_page_shows_everything_and_runs_nothing(filled, make, tmp_path):
    export_learner(filled, ANN, tmp_path / "ann.zip")
    with zipfile.ZipFile(tmp_path / "ann.zip") as packed:
        page = packed.read("index.html").decode()
        names = set(packed.namelist())
    tags = parsed(page)
    assert "script" not in tags.tags
    assert "<script" not in page
    assert "\u202e" not in page
    assert "default-src 'none'" in page
    assert not tags.tags & {"iframe", "object", "embed", "form", "base", "link"}
    beside = {unquote(link) for link in tags.links if not link.startswith(("http", "#"))}
    assert len(beside) == 4
    assert beside <= names
    assert tags.images
    assert {unquote(image) for image in tags.images} <= names
    text = "".join(tags.text)
    assert "Badges of Ann & Co" in text
    assert "I did it. <img src=x" in text


def test_the_same_archive_gives_the_same_bytes(filled, tmp_path, text_clock):
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    export_learner(filled, ANN, one)
    text_clock.advance(100_000)
    with Archive.read(filled.path) as opened:
        export_learner(opened, ANN, other)
    assert one.read_bytes() == other.read_bytes()
    assert export_learner(filled, ANN, one).became == "already there"


def test_another_file_is_replaced_only_when_asked(filled, tmp_path):
    target = tmp_path / "ann.zip"
    target.write_bytes(b"mine")
    with pytest.raises(errors.Usage, match="--replace"):
        export_learner(filled, ANN, target)
    assert target.read_bytes() == b"mine"
    assert not list(tmp_path.glob(".*"))
    assert export_learner(filled, ANN, target, replace=True).became == "written"
    assert zipfile.is_zipfile(target)


def test_nobody_is_packed_by_a_part_of_an_address(filled, tmp_path):
    with pytest.raises(errors.Usage, match="known as ann@"):
        export_learner(filled, "ann@", tmp_path / "ann.zip")
    assert not (tmp_path / "ann.zip").exists()


def test_an_interrupted_package_leaves_nothing(filled, tmp_path):
    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_learner(filled, ANN, tmp_path / "out" / "ann.zip", watch=stop)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_badge_of_somebody_else_in_a_collection_is_not_told(archive, reader, make, tmp_path):
    source = tmp_path / "src"
    source.mkdir()
    outcomes = [
        FoundCollection("group 1", "c1", ANN, "Mine"),
        make.found(2, BOB, memberships=(Membership("c1", 1, "hm"),)),
        make.found(1),
    ]
    reader.outcomes(archive, source, outcomes)
    export_learner(archive, ANN, tmp_path / "ann.zip")
    with zipfile.ZipFile(tmp_path / "ann.zip") as packed:
        (one,) = json.loads(packed.read("collections.json"))["collections"]
    assert one["badges"][0]["badge"] == "A badge of somebody else's"
    assert one["badges"][0]["identity"] is None
