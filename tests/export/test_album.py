from __future__ import annotations

import base64
import re
import zipfile
from html.parser import HTMLParser
from itertools import product
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from migrator import errors
from migrator.archive import accounts, ledger, verdicts
from migrator.archive.web.answers import WebAnswer, keep
from migrator.export.album.style import COLOURS
from migrator.export.album.write import album_folder, album_zip, write_album
from migrator.export.order import Order
from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.baking import bake
from migrator.openbadges.model import Addresses
from migrator.sources.found import Found, FoundCollection, FoundLearner, Membership

ANN, BOB = "ann@example.org", "bob@example.org"
EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e'"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="alert(1)">'
    b"<script>alert(1)</script></svg>"
)


@pytest.fixture
def filled(archive, reader, make, tmp_path):
    """Ann's badges: with every name hostile, an SVG with a script, none without a story."""
    source = tmp_path / "src"
    source.mkdir()
    evil = {
        "badge_class": make.json(
            make.badge_class(
                4,
                name=EVIL,
                description=EVIL,
                criteria="javascript:alert(1)",
                tags=[EVIL],
                alignment=[{"name": EVIL, "url": "javascript:alert(2)"}],
            )
        ),
        "issuer": make.json(make.issuer(name=EVIL, url="javascript:alert(3)", description=EVIL)),
        "assertion": make.json(make.assertion(4, evidence="javascript:alert(4)")),
    }
    svg = bake(SVG, make.json(make.assertion(5)).decode())
    reader.outcomes(
        archive,
        source,
        [
            FoundLearner("user 1", (ANN,), "Ann & Co"),
            FoundCollection("group 1", "c1", ANN, EVIL, EVIL, True, "javascript:alert(5)"),
            FoundCollection("group 2", "c2", ANN, "Empty"),
            make.found(
                1, image=make.baked(1), memberships=(Membership("c1", 1, f"I {EVIL}\n\nso"),)
            ),
            make.found(4, **evil, memberships=(Membership("c1", 2, EVIL),)),
            make.found(5, image=svg),
            make.found(
                7, image=make.baked(7), deleted=True, memberships=(Membership("c1", 3, "x"),)
            ),
            Found("gone", hosted_url="https://gone.example/a", holder=ANN),
            make.found(2, BOB, image=make.baked(2, recipient=BOB)),
        ],
    )
    return archive


def bound(archive, folder, *, replace=False, who="Ann & Co", **more):
    with album_folder(folder, replace=replace) as sink:
        return write_album(archive, sink, Order(1), who, **more)


def pages(folder):
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.html")}
    return {name: BeautifulSoup(path.read_bytes(), "html.parser") for name, path in found.items()}


def page_of(folder, name):
    found = [page for page in pages(folder).values() if page.h1.get_text() == name]
    assert len(found) == 1
    return found[0]


def test_every_badge_has_a_card_and_a_page_of_its_own(filled, tmp_path):
    done = bound(filled, tmp_path / "album")
    assert (done.badges, done.collections, done.left_out, done.damaged) == (4, 2, 1, ())
    front = pages(tmp_path / "album")["index.html"]
    assert len(front.select("article.card")) == 4
    assert front.h1.get_text() == "Badges of Ann & Co"
    for card in front.select("article.card"):
        assert (tmp_path / "album" / unquote(card.a["href"])).is_file()


def test_every_link_and_picture_is_beside_the_page_or_on_the_web(filled, tmp_path):
    bound(filled, tmp_path / "album")
    for name, page in pages(tmp_path / "album").items():
        base = (tmp_path / "album" / name).parent
        wanted = [one["href"] for one in page.find_all("a")]
        wanted += [one["src"] for one in page.find_all("img")]
        assert wanted
        for one in wanted:
            local = not one.startswith(("https://", "http://", "#"))
            assert not local or (base / unquote(one)).is_file(), one
        assert not [one for one in page.find_all("img") if not one.get("alt")]


class Strict(HTMLParser):
    """Fails at any tag or attribute that could run or fetch something."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        assert tag not in ("script", "iframe", "object", "embed", "form", "base", "link", "svg")
        for name, value in attributes:
            assert not name.startswith("on"), name
            assert name != "style"
            assert not re.match(r"\s*(javascript|data|file):", value or "", re.IGNORECASE), value


def test_hostile_names_are_text_on_every_page(filled, tmp_path):
    bound(filled, tmp_path / "album")
    for path in (tmp_path / "album").rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        strict = Strict()
        strict.feed(html)
        assert "style" in strict.seen
        assert "default-src 'none'" in html
        assert "'unsafe-inline'" not in html
        assert "\u202e" not in html
    shown = EVIL.replace("\u202e", " ")
    page = page_of(tmp_path / "album", shown)
    # Title, heading, description, tag, skill, issuer, its description, collection, story.
    assert str(page.get_text()).count(shown) >= 9


def test_a_picture_that_could_run_a_script_is_only_shown_and_packed(filled, make, tmp_path):
    bound(filled, tmp_path / "album")
    svgs = [path.name for path in (tmp_path / "album/images").glob("*.svg")]
    assert len(svgs) == 1
    for page in pages(tmp_path / "album").values():
        assert not [one for one in page.find_all("a") if one["href"].endswith(".svg")]
    packed = tmp_path / "album/images" / f"{svgs[0]}.zip"
    with zipfile.ZipFile(packed) as opened:
        assert opened.namelist() == svgs
        badge = read_badge(Pieces(image=opened.read(svgs[0])))
    assert badge.identity == f"url:{make.url(5)}"


def test_each_baked_image_is_there_to_download(filled, make, tmp_path):
    bound(filled, tmp_path / "album")
    found = set()
    for name, page in pages(tmp_path / "album").items():
        for button in page.select("a.button[download]"):
            file = (tmp_path / "album" / name).parent / unquote(button["href"])
            if file.suffix == ".png":
                found.add(read_badge(Pieces(image=file.read_bytes())).identity)
    assert f"url:{make.url(1)}" in found


def test_stories_stand_with_their_collection_and_their_badge(filled, tmp_path):
    bound(filled, tmp_path / "album")
    front = pages(tmp_path / "album")["index.html"]
    story = front.select("section .story")[0]
    assert [one.get_text() for one in story.blockquote.find_all("p")][1] == "so"
    assert "A collection without badges." in front.get_text()
    assert any("so" in one.blockquote.get_text() for one in pages_with_story(tmp_path / "album"))


def pages_with_story(folder):
    found = pages(folder)
    return [page for name, page in found.items() if name != "index.html" and page.blockquote]


def test_badges_the_learner_deleted_are_left_out_unless_asked_for(filled, tmp_path):
    bound(filled, tmp_path / "album")
    front = pages(tmp_path / "album")["index.html"]
    assert "A badge that is not in this album" in front.get_text()
    done = bound(filled, tmp_path / "all", with_deleted=True)
    assert (done.badges, done.left_out) == (5, 0)
    text = "".join(page.get_text() for page in pages(tmp_path / "all").values())
    assert "It had been deleted in the backpack." in text


def test_no_address_of_the_learner_is_on_a_page(filled, tmp_path):
    bound(filled, tmp_path / "album")
    for path in (tmp_path / "album").rglob("*.html"):
        assert ANN not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("outcome", "standing", "says"),
    [
        ("alive", "verified", "The issuer's web site confirmed this badge on 2 May 2026."),
        ("moved", "verified", "confirmed this badge"),
        ("changed", "verified", "some of its wording has changed"),
        ("gone", "remembered", "kept as it was awarded"),
        ("parked", "remembered", "no longer there"),
        ("revoked", "withdrawn", "The issuer has withdrawn this badge since."),
        ("no_answer", "kept", "kept as it was found"),
        (None, "kept", "Its issuer has not been asked about it yet."),
    ],
)
def test_what_can_still_be_proven_is_said_kindly(
    archive, reader, make, tmp_path, outcome, standing, says
):
    (tmp_path / "src").mkdir()
    reader.outcomes(archive, tmp_path / "src", [make.found(1, image=make.baked(1))])
    if outcome:
        keep(
            archive, [WebAnswer(make.url(1), "live", "assertion", outcome, "2026-05-02T10:00:00Z")]
        )
    assert bound(archive, tmp_path / "album").standings == {standing: 1}
    page = page_of(tmp_path / "album", "Badge 1")
    assert says in page.select_one(f".said.{standing}").get_text()
    links = [one["href"] for one in page.select("article a")]
    # Somebody else may own the name of a host that is gone.
    assert any("issuer.example" in one for one in links) == (standing != "remembered")


def test_an_end_and_a_signature_are_told(archive, reader, make, sign, tmp_path):
    (tmp_path / "src").mkdir()
    signed = sign(
        {**make.assertion(1, expires="2031-01-31T00:00:00Z"), "verify": {"type": "signed"}}
    )
    reader.outcomes(archive, tmp_path / "src", [Found("a", jws=signed, holder=ANN)])
    bound(archive, tmp_path / "album")
    text = "".join(page.get_text() for page in pages(tmp_path / "album").values())
    assert "valid until 31 January 2031" in text
    assert "digital signature" in text


def test_the_same_archive_gives_the_same_album(filled, files, tmp_path, text_clock):
    bound(filled, tmp_path / "one")
    text_clock.advance(10_000_000)
    bound(filled, tmp_path / "other")

    def digests(folder):
        return {name: digest for name, (digest, _) in files(folder).items()}

    assert digests(tmp_path / "one") == digests(tmp_path / "other")


def test_an_album_is_replaced_only_when_asked_and_only_an_album(filled, tmp_path):
    bound(filled, tmp_path / "album", with_deleted=True)
    (tmp_path / "album/my notes.txt").write_text("mine")
    with pytest.raises(errors.Usage, match="an album in"):
        bound(filled, tmp_path / "album")
    bound(filled, tmp_path / "album", replace=True)
    assert (tmp_path / "album/my notes.txt").read_text() == "mine"
    assert len(list((tmp_path / "album/badges").iterdir())) == 4
    (tmp_path / "other").mkdir()
    (tmp_path / "other/index.html").write_text("<!doctype html>mine")
    with pytest.raises(errors.Usage, match="something else"):
        bound(filled, tmp_path / "other", replace=True)


def test_an_interrupted_album_leaves_nothing(filled, tmp_path):
    def stop(done):
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        album_folder(tmp_path / "out/album", replace=False) as sink,
    ):
        write_album(filled, sink, Order(1, watch=stop), "Ann")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_zip_holds_the_same_album(filled, tmp_path):
    bound(filled, tmp_path / "album")
    with album_zip(tmp_path / "album.zip", replace=False) as sink:
        write_album(filled, sink, Order(1), "Ann & Co")
    with zipfile.ZipFile(tmp_path / "album.zip") as packed:
        assert packed.testzip() is None
        for name in packed.namelist():
            assert packed.read(name) == (tmp_path / "album" / name).read_bytes()
        count = len(packed.namelist())
    assert count == sum(path.is_file() for path in (tmp_path / "album").rglob("*"))


def test_a_damaged_picture_is_told_and_the_rest_is_there(filled, damage, tmp_path):
    damage(filled, "update artwork set content = x'00' where id = (select min(id) from artwork)")
    done = bound(filled, tmp_path / "album")
    assert len(done.damaged) >= 1
    assert done.badges == 4
    text = "".join(page.get_text() for page in pages(tmp_path / "album").values())
    assert "damaged in the archive" in text


def test_an_album_is_one_learners(filled, tmp_path):
    with pytest.raises(ValueError, match="one learner"):
        write_album(filled, None, Order(), "Everybody")


def test_a_learner_without_badges_has_an_album_too(archive, reader, tmp_path):
    (tmp_path / "src").mkdir()
    reader.outcomes(archive, tmp_path / "src", [FoundLearner("user 1", (ANN,))])
    assert bound(archive, tmp_path / "album").badges == 0
    front = pages(tmp_path / "album")["index.html"]
    assert "no badge here yet" in front.get_text()


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", COLOURS)
def test_every_text_stands_out_from_its_ground(theme):
    colours = COLOURS[theme]
    pairs = list(product(("text", "soft", "link"), ("ground", "card")))
    pairs += [(name, f"{name}-ground") for name in ("verified", "remembered", "kept", "withdrawn")]
    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["card"], colours["link"]) >= 4.5  # a button


def test_a_backpack_that_asked_the_host_has_verified_a_badge(archive, reader, make, tmp_path):
    (tmp_path / "src").mkdir()
    reader.outcomes(archive, tmp_path / "src", [make.found(1), make.found(2)])
    saved = accounts.save_destination(archive, "badgr", "https://api.backpack.example")
    account = accounts.save_account(archive, saved.id, ANN, Addresses((ANN,)))
    ledger.write_plan(
        archive,
        saved.id,
        [ledger.Planned(1, account.id, "import", "url", "done", None, "", 0)],
    )
    verdicts.append(archive, "web", [(2, account.id, verdicts.Row(True, None, ""))])
    assert bound(archive, tmp_path / "album").standings == {"verified": 2}
    said = [page.get_text() for page in pages(tmp_path / "album").values()]
    assert any("api.backpack.example checked this badge and took it in on" in one for one in said)
    assert any("was checked and found valid on 23 November 2026" in one for one in said)


def test_a_badge_nothing_can_hold_shows_its_artwork_and_gives_its_document(
    archive, reader, make, tmp_path
):
    picture = f"data:image/png;base64,{base64.b64encode(make.png(5)).decode()}"
    long = f"https://x.example/{'a' * 5000}"
    found = make.found(
        1,
        assertion=make.json(make.assertion(1, evidence=long)),
        badge_class=make.json(make.badge_class(1, image=picture)),
    )
    (tmp_path / "src").mkdir()
    reader.outcomes(archive, tmp_path / "src", [found])
    with archive.writing() as conn:
        # As where only a table knew the badge: none of its documents says by itself which it is.
        conn.execute("update assertion set own_identity = 'uid:of a table'")
    bound(archive, tmp_path / "album")
    page = page_of(tmp_path / "album", "Badge 1")
    assert page.select_one("a.button").get_text() == "Download the document"
    assert page.select_one(".face img")["src"].endswith(".picture.png")
    assert "a" * 1000 not in page.get_text()
