"""The desk of support staff, as they use it: from a question to its answer by keyboard."""

from __future__ import annotations

import shutil

import pytest

from migrator.archive import ledger
from migrator.archive.archive import Archive
from migrator.archive.lease import leased

pytestmark = pytest.mark.no_cover  # what is shown here is measured by other tests

MARIA = "maria@example.org"
PAGES = {
    "start": "/",
    "search": "/find?q=html",
    "learner": "/learner/1",
    "badge": "/badge/3",
    "badge-hebrew": "/badge/8",
    "board": "/board/1/held/host_dead",
    "problems": "/problems",
    "tables": "/archive",
}
SCREENS = {
    "desktop": {"width": 1280},
    "phone": {"width": 390},
    "dark": {"width": 1280, "dark": True},
}
SEEN = """
return [...document.links].filter((one) => one.checkVisibility())
  .map((one) => one.getAttribute('href'))
"""
TAB, ENTER = "\ue004", "\ue007"


@pytest.fixture(scope="module")
def desk(served, scene):
    return served(scene)


@pytest.fixture(scope="module")
def masked(served, scene):
    return served(scene, "--mask")


@pytest.mark.parametrize("question", [MARIA, "MARIA@EXAMPLE.ORG", "García"])
def test_a_person_is_found_by_typing_and_enter(page, desk, question):
    page.open(desk).settled()
    page.press(*question)
    page.press(ENTER)
    page.arrived("Maria García López")
    assert "Held back" in page.text()
    assert "Who can act: the learner" in page.text()


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("maria@exampel.org", "Maria García López"),
        ("maria garcia lopes", "Maria García López"),
        ("open data", "Open Data"),
        ("Donaudampfschiff", "Donaudampfschiff"),
        ("כתיבה אקדמית", "כתיבה אקדמית"),
    ],
)
def test_what_is_only_nearly_right_is_found_in_three_steps_without_a_mouse(
    page, desk, question, found
):
    page.open(desk).settled()
    page.press(*question)
    page.press(ENTER)
    page.arrived("Search")
    page.ask("document.querySelector('main :is(td, th, li, h3) a').focus()")
    page.press(ENTER)
    page.arrived(found)
    assert "maria" in page.text().lower()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_desk_is_quiet_whole_and_for_everybody(page, desk, name):
    page.open(desk + PAGES[name]).settled()
    for screen, how in SCREENS.items():
        page.screen(**how)
        page.shot(f"desk-{name}-{screen}")
        if screen != "desktop":
            assert page.findings() == [], screen
        assert page.too_wide() <= 0, screen
    console, asked = page.heard()
    assert console == []
    assert [one for one in asked if not one.startswith(desk)] == []


@pytest.mark.parametrize("name", ["start", "learner"])
def test_the_desk_is_gone_through_by_keyboard(page, desk, name):
    page.open(desk + PAGES[name]).settled()
    stops = page.tabbed()
    links = set(page.ask(SEEN))
    assert {href for _, tag, href, _ in stops if tag == "a"} == links
    assert [one for one in stops if not one[3]] == []


def test_the_desk_works_without_script(page, desk):
    page.open(desk, script=False).settled()
    page.press(*MARIA)
    page.press(ENTER)
    page.arrived("Maria García López")
    assert page.heard()[0] == []


def test_a_masked_desk_shows_no_address_anywhere(page, masked):
    for path in ("/", "/learner/2", "/learner/4", "/badge/20", "/board/1/held/host_dead"):
        page.open(masked + path).settled()
        source = page.driver.page_source
        assert "mia@" not in source, path
        assert "joerg.very" not in source, path
        assert MARIA not in source, path
    page.open(masked + "/learner/1")
    assert "m***@example.org" in page.text()
    page.shot("desk-masked")


@pytest.fixture(scope="module")
def copied(scene, tmp_path_factory):
    """Give a copy of the archive that may be changed."""
    return shutil.copy(scene, tmp_path_factory.mktemp("copied") / "archive.db")


@pytest.fixture(scope="module")
def acting(copied, served):
    return served(copied, "--allow-actions")


def test_a_note_is_kept_by_keyboard_and_badges_are_put_back(page, acting):
    page.open(acting + "/learner/1")
    page.ask("document.querySelector('details:has(textarea) summary').focus()")
    page.press(ENTER, TAB, *"Called: <b>will</b> confirm the address.", TAB, *"Ida", TAB, ENTER)
    page.arrived("Maria García López")
    page.shown("Called: <b>will</b> confirm the address.")
    page.ask("document.querySelectorAll('summary').forEach((one) => one.parentNode.open = true)")
    page.ask("document.querySelector('form.act button').focus()")
    page.press(ENTER)
    page.shown("put back")
    assert page.findings() == []
    assert page.heard()[0] == []


def test_a_push_that_runs_is_seen_as_it_goes(page, copied, acting):
    with Archive.open(copied) as archive, leased(archive, "push 1", "push --to there") as lease:
        ledger.record(archive, lease.run_id, 8, ledger.Result("done", "done"))
        page.open(acting).settled()
        page.shown("Running: ", "7 moved")
        page.shot("desk-running")
        assert page.findings() == []
        page.heard()
        ledger.record(archive, lease.run_id, 9, ledger.Result("done", "done"))
        page.shown("8 moved")
    console, asked = page.heard()
    assert console == []
    assert acting + "/" in asked


SLOWLY = """
import time
from migrator.web import boards
real = boards.counted
boards.counted = lambda archive: (time.sleep(2), real(archive))[1]
"""


def test_what_is_typed_while_badges_are_counted_is_kept(page, copied, served):
    page.open(served(copied, before=SLOWLY))
    assert "are being counted" in page.text()
    assert page.findings() == []
    page.press(*"maria@")
    page.shown("In the archive")
    page.press(*"example.org", ENTER)
    page.arrived("Maria García López")
    assert page.heard()[0] == []
