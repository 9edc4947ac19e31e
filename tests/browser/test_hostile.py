"""Names, addresses and pictures that would like to run something, in every page we write."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from selenium.common.exceptions import UnexpectedAlertPresentException

from migrator.archive import accounts, ledger
from migrator.archive.archive import Archive
from migrator.archive.roll import roll
from migrator.archive.totals import problems
from migrator.export.album.write import album_folder, write_album
from migrator.export.order import Order
from migrator.openbadges.baking import bake
from migrator.openbadges.model import Addresses
from migrator.reasons import REASONS
from migrator.report.facts import facts
from migrator.report.learnerletter import letters
from migrator.report.letter import Badge, File, letter
from migrator.report.letter import Facts as LetterFacts
from migrator.report.page import page as report_page
from migrator.sources.found import FoundCollection, FoundLearner, Membership, Problem

pytestmark = pytest.mark.no_cover  # what is shown here is measured by other tests

HOME = "http://127.0.0.1:9"
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</style></title><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    f"<img src={HOME}/spy.png>",
    f"<link rel=stylesheet href={HOME}/spy.css><style>@import '{HOME}/spy2.css'</style>",
    f"<meta http-equiv=refresh content='0;url={HOME}/away'>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<form action=javascript:alert(1)><button autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "` onmouseover=alert(1) “<b onclick=alert(1)>”",
    "{{7*7}}${alert(1)}",
    "\u202e\u2066gnp.exe\x1b[2J",
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:alert(1)",
    "file:///etc/passwd",
    'https://x.example/" onclick="alert(1)',
    "https://x.example/<script>alert(1)</script>",
    "//x.example/%00",
)
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="alert(1)">'
    b'<script>alert(1)</script><image href="' + HOME.encode() + b'/spy.png" width="9" height="9"/>'
    b'<circle cx="20" cy="20" r="18"/></svg>'
)
ANN = '"<img src=x onerror=alert(1)>"@example.org'


def hostile_badge(make, number):
    word, url = PAYLOADS[number % len(PAYLOADS)], ADDRESSES[number % len(ADDRESSES)]
    badge_class = make.badge_class(
        number,
        id=f"{make.host}/{number}",
        name=word,
        description=word,
        criteria=url,
        tags=[word],
        alignment=[{"name": word, "url": url}],
    )
    evidence = {"evidence": [{"id": url, "name": word, "narrative": word}], "narrative": word}
    assertion = make.json(make.assertion(number, ANN, issuedOn=f"2015-04-{word}", **evidence))
    return make.found(
        number,
        ANN,
        locator=word,
        assertion=assertion,
        badge_class=make.json(badge_class),
        issuer=make.json(make.issuer(name=word, url=url, description=word)),
        image=bake(SVG, assertion.decode()) if number % 2 else None,
        memberships=(Membership("c", number, word),),
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory, reader, make):
    """Write every kind of page there is, of an archive in which every word is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    source = folder / "<img src=x onerror=alert(1)>"
    source.mkdir()
    with Archive.open(folder / "archive.db") as archive:
        reader.outcomes(
            archive,
            source,
            [
                FoundLearner("user", (ANN,), PAYLOADS[0]),
                FoundCollection("group", "c", ANN, PAYLOADS[1], PAYLOADS[2], True, ADDRESSES[0]),
                *(hostile_badge(make, number) for number in range(len(PAYLOADS))),
                *(Problem(word, "odd", word) for word in PAYLOADS),
            ],
        )
        place = accounts.save_destination(archive, "badgr", f"https://x.example/{PAYLOADS[1]}")
        account = accounts.save_account(archive, place.id, ANN, Addresses((ANN,)))
        plan = [
            ledger.Planned(n + 1, account.id, None, None, "held", reason, PAYLOADS[n], 0)
            for n, reason in enumerate(list(REASONS)[: len(PAYLOADS)])
        ]
        ledger.write_plan(archive, place.id, plan)
        written = report_page(facts(archive), roll(archive), problems(archive))
        (folder / "report.html").write_text("".join(written), encoding="utf-8")
        for one in letters(roll(archive), {place.id: f"badgr:https://{PAYLOADS[1]}"}, "html"):
            (folder / "learner.html").write_text(one.text, encoding="utf-8")
        with album_folder(folder / "album", replace=False) as sink:
            write_album(archive, sink, Order(1), PAYLOADS[0])
    asked = LetterFacts(
        *(PAYLOADS[0], PAYLOADS[1], (ANN,), tuple(Badge(word, word) for word in PAYLOADS)),
        *(len(PAYLOADS), tuple(File("assertion", url, here=True) for url in ADDRESSES)),
        *(len(ADDRESSES), 0),
    )
    (folder / "issuer.html").write_text(letter(asked, "html"), encoding="utf-8")
    return folder


TAGS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "nav",
        "section",
        "footer",
    ),
    *(
        "article",
        "h1",
        "h2",
        "h3",
        "h4",
        "p",
        "br",
        "wbr",
        "bdi",
        "strong",
        "small",
        "span",
        "code",
    ),
    *("div", "a", "img", "ul", "li", "dl", "dt", "dd", "time", "blockquote", "figure"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "path", "rect", "text"),
}
_DOM = """
return [...document.querySelectorAll('*')].flatMap((one) => [...one.attributes]
  .map((at) => [one.localName, at.name, at.value]).concat([[one.localName, '', '']]))
"""


def assert_inert(page, root, tags=TAGS):
    """Nothing of what the page shows has become more than text."""
    found = page.ask(_DOM)
    assert {tag for tag, _, _ in found} <= tags
    for _, name, value in found:
        assert not name.startswith("on")
        assert name not in {"style", "srcdoc", "formaction"}
        assert name != "http-equiv" or value == "Content-Security-Policy"
        assert name != "action" or value.startswith("/")
        if name in {"href", "src"}:
            assert not re.match(r"\s*(javascript|java\s|data|vbscript|file):", value, re.IGNORECASE)
    console, asked = page.heard()
    assert console == []
    assert [one for one in asked if not one.startswith(root)] == []


def test_what_is_tried_here_does_run_where_nobody_minds(page, tmp_path):
    """Else all that follows would show nothing."""
    wrong = tmp_path / "wrong.html"
    wrong.write_text(f"<!doctype html><title>x</title>{PAYLOADS[5]}{PAYLOADS[0]}")
    with pytest.raises(UnexpectedAlertPresentException):
        page.open(wrong).ask("return 1")
    page.open("about:blank")
    wrong.write_text(f"<!doctype html><title>x</title>{PAYLOADS[5]}<a href={ADDRESSES[0]}>x</a>")
    with pytest.raises(AssertionError):
        assert_inert(page.open(wrong), tmp_path.as_uri())


@pytest.mark.parametrize("name", ["report.html", "learner.html", "issuer.html", "album"])
def test_hostile_words_are_only_text(page, pages, name):
    where = pages / name
    files = sorted(where.rglob("*.html")) if where.is_dir() else [where]
    said, links = "", set()
    for file in files:
        page.open(file)
        assert_inert(page, pages.as_uri())
        said += page.text()
        links |= set(page.ask("return [...document.links].map((one) => one.href)"))
    outside = {one for one in links if not one.startswith(pages.as_uri())}
    assert {one.partition(":")[0] for one in outside} <= {"https"}
    assert outside or name != "album"
    for word in PAYLOADS:
        # Shown as it is; what would steer a reader's terminal or direction is a blank.
        shown = "".join(sign if sign.isprintable() else " " for sign in word).replace("`", "")
        seen = said.replace("`", "")
        assert " ".join(shown.split()) in " ".join(seen.split()), word
    page.shot(f"hostile-{name.removesuffix('.html')}")


def test_hostile_words_are_only_text_at_the_desk_too(page, pages, served):
    base = served(pages / "archive.db", "--mask")
    ours = TAGS | {"link", "script", "form", "input", "label", "button"}
    ours |= {"details", "summary", "pre"}
    said = ""
    asked = ["/find?q=" + quote(PAYLOADS[1]), *_links(page, base, "/", 5), "/problems"]
    asked += [f"/badge/{number}" for number in (1, 2, 3)]
    for path in dict.fromkeys(asked):
        page.open(base + path)
        assert_inert(page, base, ours)
        said += page.text()
    assert "<script>alert(1)</script>" in said
    assert 'onerror=alert(1)>"@example.org' not in said
    page.shot("hostile-desk")


def _links(page, base, path, most):
    """Return the first links of a page of the desk to other pages of it."""
    page.open(base + path)
    page.settled()
    links = page.ask("return [...document.links].map((one) => one.getAttribute('href'))")
    return [one for one in links if re.match(r"/(learner|badge|board|by|class|issuer)/", one)][
        :most
    ]
