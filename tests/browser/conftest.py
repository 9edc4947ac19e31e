"""A real Chromium without a window, and what it looks at; nothing of it reaches beyond loopback."""

from __future__ import annotations

import base64
import colorsys
import json
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import time
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from migrator.archive import accounts, ledger
from migrator.archive.archive import Archive
from migrator.archive.web import answers as web_answers
from migrator.archive.web.answers import WebAnswer
from migrator.openbadges.baking import bake
from migrator.openbadges.model import Addresses
from migrator.sources.found import Found, FoundCollection, FoundLearner, Membership, Problem

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SCREENSHOTS = Path(
    os.environ.get("BADGE_MIGRATOR_SCREENSHOTS", Path(__file__).parents[2] / "build/screenshots")
)
DESKTOP, PHONE = 1280, 390
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb"),
    "--disable-features=OptimizationHints,MediaRouter,Translate,DialMediaRouteProvider",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_TALLEST = 6000
_AXE = "axe.run(document, {resultTypes: ['violations']}).then(arguments[arguments.length - 1])"


class Page:
    """One Chromium, and what a person and an auditor want to know of the page it shows."""

    def __init__(self, driver, axe):
        self.driver = driver
        self._axe = axe
        self.width = DESKTOP

    def open(self, where, *, width=DESKTOP, dark=False, script=True):
        """Show a file or an address, as a person with such a screen and such wishes sees it."""
        url = where.as_uri() if isinstance(where, Path) else where
        self.screen(width, dark=dark)
        self.tell("Emulation.setScriptExecutionDisabled", value=not script)
        self._drain()
        self.driver.get(url)
        return self

    def screen(self, width, *, dark=False, medium=""):
        """Change the screen under the page."""
        self.width = width
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.tell("Emulation.setDeviceMetricsOverride", **size)
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.tell("Emulation.setEmulatedMedia", media=medium, features=[theme])

    def tell(self, command, **what):
        """Tell Chromium something in its own language."""
        return self.driver.execute_cdp_cmd(command, what)

    def ask(self, script, *values):
        """Return what a script of the test's says of the page."""
        return self.driver.execute_script(script, *values)

    def text(self):
        """Return everything the page shows as text, "" while it still comes."""
        return self.ask("return document.readyState == 'complete' ? document.body.innerText : ''")

    def settled(self, most=10):
        """Wait until a page of the desk that is counted first has come."""
        end = time.monotonic() + most
        while "being counted" in self.text() and time.monotonic() < end:
            time.sleep(0.2)
        return self

    def arrived(self, *titles, most=30):
        """Wait for the page whose title begins so, all of it."""
        end = time.monotonic() + most
        whole = "return document.readyState === 'complete' && document.title"
        while not str(self.ask(whole)).startswith(titles):
            assert time.monotonic() < end, self.driver.title
            time.sleep(0.05)

    def shown(self, *words, most=30):
        """Wait until the page shows all of these words."""
        end = time.monotonic() + most
        while not all(one in (said := self.text()) for one in words):
            assert time.monotonic() < end, said
            time.sleep(0.1)

    def _drain(self):
        return self.driver.get_log("browser"), self.driver.get_log("performance")

    def heard(self):
        """Return what the console said, and which addresses were asked for, since last asked."""
        console, events = self._drain()
        told = (json.loads(event["message"])["message"] for event in events)
        asked = [
            one["params"]["request"]["url"]
            for one in told
            if one["method"] == "Network.requestWillBeSent"
        ]
        return [one["message"] for one in console], asked

    def findings(self):
        """Return what axe finds, however small, with the places."""
        if not self.ask("return window.axe !== undefined"):
            self.ask(self._axe)
        found = self.driver.execute_async_script(_AXE)["violations"]
        return [(one["id"], [node["html"][:200] for node in one["nodes"]][:5]) for one in found]

    def too_wide(self):
        """Say by how many pixels the page is wider than the screen."""
        return self.ask("return document.documentElement.scrollWidth") - self.width

    def shot(self, name):
        """Keep a picture of the whole page, for people to look at."""
        height = self.ask("return document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": self.width, "height": min(height, _TALLEST), "scale": 1}
        taken = self.tell(
            "Page.captureScreenshot", captureBeyondViewport=True, optimizeForSpeed=True, clip=clip
        )
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        (SCREENSHOTS / f"{name}.png").write_bytes(base64.b64decode(taken["data"]))

    def printed(self):
        """Return the page as it comes out of a printer, as PDF."""
        return base64.b64decode(self.tell("Page.printToPDF", preferCSSPageSize=True)["data"])

    def press(self, *keys):
        """Press keys, one after the other, wherever the focus is."""
        from selenium.webdriver import ActionChains  # noqa: PLC0415 - slow, and not without browser

        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def tabbed(self, most=400):
        """Press Tab until the page is through; return each thing on the way, and if it is seen."""
        # From the top of the page, wherever it has put the focus itself.
        self.ask("const all = document.body; all.tabIndex = -1; all.focus(); all.tabIndex = null;")
        self.ask("document.body.removeAttribute('tabindex')")
        seen = []
        for _ in range(most):
            self.press("\ue004")
            now = self.ask(_FOCUS)
            if now is None or now[0] in {one[0] for one in seen}:
                return [tuple(one) for one in seen]
            seen.append(now)
        raise AssertionError(f"more than {most} stops")


_FOCUS = """
const one = document.activeElement;
if (!one || one === document.body) return null;
const all = [...document.querySelectorAll('*')];
const shown = [one, one.closest('article'), one.closest('li')].some((here) => {
  if (!here) return false;
  const style = getComputedStyle(here);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 1;
});
return [all.indexOf(one), one.tagName.toLowerCase(), one.getAttribute('href'), shown];
"""


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """Start one Chromium for all tests of a process; where there is none they are skipped."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("Chromium is not installed: apt-get install chromium chromium-driver")
    from selenium import webdriver  # noqa: PLC0415 - half a second that others need not wait

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.add_experimental_option("perfLoggingPrefs", {"enablePage": False})
    options.add_experimental_option("prefs", {"autofill": {"profile_enabled": False}})
    service = webdriver.ChromeService(DRIVER)
    driver = webdriver.Chrome(options, service)
    driver.set_page_load_timeout(30)
    axe = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    yield Page(driver, axe)
    driver.quit()


@pytest.fixture
def page(chromium):
    """Give the browser as it was at its start: a wide screen, light, with script."""
    chromium.open("about:blank")
    chromium.heard()
    return chromium


# --- What is shown: an archive with everything a page must bear ---------------------------------

_LONG = (
    "Communicating Responsibly in Collaborative International Open Source Software Documentation"
    " Projects, Level 2 (Intermediate)"
)
_ENDLESS = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
_ISSUERS = (
    "After School Code Club",
    "Riverside College",
    "The Association for the Advancement of Digital Literacy and Open Practice in Adult Education",
    "מכללת הנגב",
    "أكاديمية المستقبل",
)
# Title, issuer, year, and the hue of its picture: None for a badge that has none.
_BADGES = (
    *(("Scratch Storyteller", 0, 2012, 0.09), ("Robot Driver", 0, 2013, 0.66)),
    *(("HTML Basics", 0, 2013, 0.02), ("CSS Stylist", 0, 2013, 0.58)),
    *(("JavaScript Explorer", 0, 2014, 0.13), ("Photo Editing", 1, 2014, 0.5)),
    *((_LONG, 2, 2014, 0.8), ("כתיבה אקדמית", 3, 2014, 0.55)),
    *(("الكتابة الإبداعية للمبتدئين", 4, 2015, 0.35), (_ENDLESS, 1, 2015, 0.93)),
    *(("Academic Writing", 1, 2015, None), ("First Aid 2015", 1, 2015, 0.98)),
    *(("Bücherei-Helferin", 1, 2015, 0.3), ("Mentor", 2, 2016, 0.72)),
    *(("図書館ボランティア", 2, 2016, 0.45), ("Open Data 🌍", 2, 2016, None)),
)
_STATES = (
    *(("done", None), ("done", None), ("done", None), ("done", None), ("done", None)),
    *(("already_there", None), ("held", "host_dead"), ("planned", None), ("planned", None)),
    *(("held", "wrong_recipient"), ("refused", "revoked"), ("waiting", "rate_limited")),
    *(("held", "host_dead"), ("done", "awarded_anew"), ("held", "expired"), ("done", None)),
)
MARIA, JOERG = "maria@example.org", f"joerg.{'very.' * 8}long@students.faculty.example.net"
MANY = "mia@example.org"


@cache
def drawn(hue, size=160):
    """Return a badge's picture as PNG: a scalloped ring around a star, with smooth edges."""
    shade = [round(255 * one) for one in colorsys.hsv_to_rgb(hue, 0.75, 0.72)]
    light = [round(255 * one) for one in colorsys.hsv_to_rgb(hue, 0.25, 0.97)]
    rows = []
    for y in range(size):
        row = bytearray(b"\0")
        for x in range(size):
            across, down = (x + 0.5) / size * 2 - 1, (y + 0.5) / size * 2 - 1
            far, turn = math.hypot(across, down), math.atan2(across, -down)
            edge = 0.94 + 0.04 * math.cos(24 * turn) - far
            ring = 0.78 - far
            star = 0.46 + 0.14 * math.cos(5 * turn) - far
            inner = star if ring > 0 else -ring
            part = min(1, max(0, inner * size / 4 + 0.5)) if ring > -0.03 else 0
            row += bytes(round(a + (b - a) * part) for a, b in zip(shade, light, strict=True))
            row.append(round(255 * min(1, max(0, edge * size / 2 + 0.5))))
        rows.append(bytes(row))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _badge(make, number, spec, holder):
    title, issuer, year, hue = spec
    at = f"https://badges{issuer}.example"
    day = f"{year}-{1 + number % 12:02}-{1 + number % 28:02}T10:00:00Z"
    told = {"issuedOn": day, "id": f"{at}/a/{number}.json", "badge": f"{at}/c/{number}.json"}
    told["verify"] = {"type": "hosted", "url": told["id"]}
    if number % 3 == 0:
        told["evidence"] = f"https://work.example/{number}/" + "portfolio-" * (number + 1)
    assertion = make.json(make.assertion(number, holder, **told))
    badge_class = make.badge_class(
        number,
        id=f"{at}/c/{number}.json",
        issuer=f"{at}/issuer.json",
        name=title,
        image=f"{at}/c/{number}.png",
        description="Plans, builds and shows a piece of work, and helps others with theirs.",
        tags=["web", "writing", "teamwork"],
        alignment=[{"name": "Web literacy: design", "url": "https://standards.example/design"}],
    )
    # The first has also a picture of its own to be baked into; one has none to show.
    image = hue is not None and bake(drawn(hue), assertion.decode())
    return Found(
        f"badge {number}",
        assertion,
        make.json(badge_class),
        make.json({"name": _ISSUERS[issuer], "url": at, "id": f"{at}/issuer.json"}),
        hosted_url=told["id"],
        image=image or None,
        holder=holder,
        memberships=_places(number) if holder == MARIA else (),
    )


def _places(number):
    story = "The first page I made by myself.\nMy grandmother still has it as her start page."
    there = (Membership("web", number, story if number == 2 else None),) if 0 < number < 4 else ()
    words = "קורס הכתיבה היה הקשה מכולם."
    return (*there, Membership("pen", number, words)) if number in {7, 8} else there


@pytest.fixture(scope="session")
def scene(tmp_path_factory, reader, make):
    """Make an archive with long, endless, Hebrew, Arabic and Japanese names, in every state."""
    folder = tmp_path_factory.mktemp("scene")
    clock = Clock()
    with Archive.open(folder / "archive.db", clock) as archive:
        badges = [_badge(make, number, spec, MARIA) for number, spec in enumerate(_BADGES)]
        badges += [_badge(make, 20 + number, _BADGES[number], JOERG) for number in (2, 6, 8)]
        badges += [_badge(make, 40 + n, _BADGES[n % 6 + 3 * (n > 20)], MANY) for n in range(40)]
        reader.outcomes(
            archive,
            folder,
            [
                FoundLearner("user 1", (MARIA,), "Maria García López"),
                FoundLearner("user 2", (JOERG,)),
                FoundLearner("user 3", ("nobody@example.org",), "Ida Ohnebadge"),
                FoundLearner("user 4", (MANY,), "Mia Meisterin"),
                FoundCollection("group 1", "web", MARIA, "My web skills", "What I can do."),
                FoundCollection(
                    "group 2", "pen", MARIA, "כתיבה", None, True, "https://old.example/g"
                ),
                FoundCollection("group 3", "none", MARIA, "One day"),
                *badges,
                Found("bare", hosted_url="https://academy.example.net/a/video.json", holder=MARIA),
                Problem("cut-short.png", "broken", "This picture is damaged. Look for another."),
            ],
        )
        _asked(archive, badges)
        _pushed(archive, clock)
    return folder / "archive.db"


def _asked(archive, badges):
    outcomes = ("alive", "alive", "gone", "changed", "revoked", "parked")
    web_answers.keep(
        archive,
        (
            WebAnswer(one.hosted_url, "live", "assertion", outcome, "2026-05-02T10:00:00Z")
            for one, outcome in zip(badges, outcomes * 2, strict=False)
        ),
    )


def _pushed(archive, clock):
    place = accounts.save_destination(archive, "badgr", "https://api.backpack.example")
    account = accounts.save_account(archive, place.id, MARIA, Addresses((MARIA,)))
    plan = [
        ledger.Planned(n + 1, account.id, "import", None, state, reason, "", 0)
        for n, (state, reason) in enumerate(_STATES)
    ]
    ledger.write_plan(archive, place.id, plan)
    run = archive.begin_run("push")
    for n, (state, reason) in enumerate(_STATES):
        if state in {"done", "waiting", "refused"}:
            clock.advance(1700)
            outcome = "try_again" if state == "waiting" else state
            ledger.record(archive, run, n + 1, ledger.Result(state, outcome, reason))


class Clock:
    """Says the time as the archive writes it, and moves when told."""

    def __init__(self):
        self.time = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self):
        return self.time.strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def advance(self, seconds):
        self.time += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def served():
    """Open a desk over an archive, as the command does; returns its address."""
    running = []

    def opened(path, *options, before=""):
        words = ("serve", "--archive", str(path), "--port", "0", *options)
        program = f"{before}\nfrom migrator.cli.app import main\nmain()"
        command = [sys.executable, "-u", "-c", program, *words]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        said = running[-1].stdout.readline()
        return re.search(r"http://127\.0\.0\.1:\d+", said)[0]

    yield opened
    for one in running:
        one.terminate()
        one.communicate(timeout=20)
