"""The report, an album and letters, as a person sees them in a browser."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pypdf import PdfReader

from migrator.archive.archive import Archive
from migrator.archive.roll import roll
from migrator.archive.totals import problems
from migrator.export.album.write import album_folder, write_album
from migrator.export.order import Order
from migrator.report.facts import facts
from migrator.report.learnerletter import letters
from migrator.report.page import page as report_page
from migrator.report.veil import veiled

pytestmark = pytest.mark.no_cover  # what is shown here is measured by other tests

PAGES = {
    "report": "report.html",
    "report-empty": "empty.html",
    "letter": "letter-0.html",
    "letter-long": "letter-1.html",
    "album": "album-1/index.html",
    "album-many": "album-4/index.html",
    "album-empty": "album-3/index.html",
    "badge": "badge.html",
    "badge-long": "badge-long.html",
    "badge-hebrew": "badge-hebrew.html",
    "badge-bare": "badge-bare.html",
}
NAMES = {
    "badge.html": "HTML Basics",
    "badge-long.html": "Communicating",
    "badge-hebrew.html": "כתיבה אקדמית",
    "badge-bare.html": "A badge from academy.example.net",
}
SCREENS = {
    "desktop": {"width": 1280},
    "phone": {"width": 390},
    "dark": {"width": 1280, "dark": True},
}
AUDITED = ("phone", "dark")
"""Both widths and both themes, for an audit takes time."""
EVERYTHING = ("HTML Basics", "Bücherei-Helferin", "Academic Writing", "Mentor")


@pytest.fixture(scope="module")
def shown(scene, tmp_path_factory):
    """Write the report, albums and the letters of the scene, and of nothing."""
    folder = tmp_path_factory.mktemp("shown")
    with Archive.read(scene) as archive:
        _reported(archive, folder / "report.html")
        hidden = map(veiled, roll(archive)), map(veiled, problems(archive))
        masked = report_page(veiled(facts(archive)), *hidden)
        (folder / "masked.html").write_text("".join(masked), encoding="utf-8")
        names = {1: "badgr:https://api.backpack.example"}
        for n, one in enumerate(letters(roll(archive), names, "html")):
            (folder / f"letter-{n}.html").write_text(one.text, encoding="utf-8")
        albums = {"Maria García López": 1, "Ida Ohnebadge": 3, "Mia Meisterin": 4}
        for who, learner in albums.items():
            with album_folder(folder / f"album-{learner}", replace=False) as sink:
                write_album(archive, sink, Order(learner), who)
    with Archive.open(folder / "empty.db") as archive:
        _reported(archive, folder / "empty.html")
    return folder


def _reported(archive, path):
    pieces = report_page(facts(archive), roll(archive), problems(archive))
    path.write_text("".join(pieces), encoding="utf-8")


def place(shown, name):
    """Return the file of a page; a badge's is found by its title."""
    file = PAGES[name]
    if file not in NAMES:
        return shown / file
    said = f"<title>{NAMES[file]}"
    pages = (shown / "album-1/badges").glob("*.html")
    (found,) = (one for one in pages if said in one.read_text(encoding="utf-8"))
    return found


def printed_text(page):
    reader = PdfReader(io.BytesIO(page.printed()))
    return " ".join(" ".join(one.extract_text() for one in reader.pages).split())


def test_what_is_wrong_with_a_page_is_seen(page, tmp_path):
    """A test that finds nothing must be able to."""
    wrong = tmp_path / "wrong.html"
    wrong.write_text(
        "<!doctype html><title>x</title><div style='width:3000px'>w</div><img src='gone.png'>"
        "<img src='https://elsewhere.example/x.png'><button></button><a href='#' style='outline:0'>"
        "a</a><script>console.error('oh')</script>"
    )
    page.open(wrong)
    console, asked = page.heard()
    assert any("oh" in one for one in console)
    assert "https://elsewhere.example/x.png" in asked
    assert {"button-name", "html-has-lang"} <= {name for name, _ in page.findings()}
    assert page.too_wide() > 1000
    assert [one[3] for one in page.tabbed() if one[1] == "a"] == [False]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_whole_and_for_everybody_on_every_screen(page, shown, name):
    where = place(shown, name)
    page.open(where)
    for screen, how in SCREENS.items():
        page.screen(**how)
        page.shot(f"{name}-{screen}")
        if screen in AUDITED:
            assert page.findings() == [], screen
        assert page.too_wide() <= 0, screen
    console, asked = page.heard()
    assert console == []
    root = shown.as_uri()
    assert [one for one in asked if not one.startswith(root)] == []
    broken = "return [...document.images].filter((one) => !one.naturalWidth).length"
    assert page.ask(broken) == 0


@pytest.mark.parametrize("name", ["report", "letter", "album-many", "badge"])
def test_a_page_is_gone_through_by_keyboard_and_what_has_the_focus_is_seen(page, shown, name):
    page.open(place(shown, name), width=390)
    links = set(page.ask("return [...document.links].map((one) => one.getAttribute('href'))"))
    stops = page.tabbed()
    assert {href for _, tag, href, _ in stops if tag == "a"} == links
    assert [one for one in stops if not one[3]] == []
    assert [one[0] for one in stops] == sorted(one[0] for one in stops)


@pytest.mark.parametrize("name", ["report", "letter", "album", "badge"])
def test_a_page_says_the_same_without_script(page, shown, name):
    page.open(place(shown, name))
    said = page.text()
    assert len(said) > 100
    assert page.open(place(shown, name), script=False).text() == said
    assert page.heard()[0] == []


def test_a_masked_report_looks_the_same_and_names_nobody(page, shown):
    page.open(shown / "report.html")
    wide = page.ask("return getComputedStyle(document.body).maxWidth")
    page.open(shown / "masked.html")
    assert page.ask("return getComputedStyle(document.body).maxWidth") == wide
    assert page.heard()[0] == []
    source = page.driver.page_source
    assert "m***@example.org" in source
    for part in ("maria@", "maria.", "joerg", "mia@"):
        assert part not in source


def test_a_report_prints_whole_on_white_paper(page, shown):
    page.open(shown / "report.html", dark=True)
    said = printed_text(page)
    for name in (*EVERYTHING, "Badge migration report", "8 of 60 badges have arrived"):
        assert name in said, name
    page.screen(1280, dark=True, medium="print")
    page.shot("report-print")
    assert (
        page.ask("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )


def test_an_album_is_walked_from_a_stick_and_printed_with_every_picture(page, shown):
    page.open(shown / "album-1/index.html", script=False)
    for name in ("Scratch Storyteller", "HTML Basics", "Mentor"):
        page.driver.find_element("link text", name).click()
        assert page.driver.find_element("tag name", "h1").text == name
        button = page.driver.find_element("link text", "Download the badge")
        there = unquote(urlsplit(button.get_attribute("href")).path)
        assert Path(there).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        page.driver.find_element("partial link text", "All badges of").click()
    assert page.driver.title == "Badges of Maria García López"
    reader = PdfReader(io.BytesIO(page.printed()))
    assert sum(len(one.images) for one in reader.pages) >= 14
    assert page.heard()[0] == []
