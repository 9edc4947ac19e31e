from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from migrator import markup

HOSTILE = "<script>alert(1)</script>\"'\u202e\x1b[2J&"


def test_hostile_text_is_text_between_tags_and_in_attributes():
    page = BeautifulSoup(
        f'<p title="{markup.text(HOSTILE)}">{markup.text(HOSTILE)}</p>', "html.parser"
    )
    shown = HOSTILE.replace("\u202e", " ").replace("\x1b", " ")
    assert page.p["title"] == page.p.get_text() == shown
    assert page.find("script") is None


def test_joiners_of_letters_stay():
    family = "\U0001f468\u200d\U0001f469"
    assert markup.text(family) == family


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " https://x", ""]
)
def test_only_web_addresses_become_links(url):
    assert "<a" not in markup.link(url)


def test_a_link_cannot_leave_its_attribute():
    page = BeautifulSoup(markup.link('https://x/" onclick="alert(1)', "Name"), "html.parser")
    assert page.a.get_text() == "Name"
    assert set(page.a.attrs) == {"rel", "href"}


def test_paragraphs_keep_line_ends():
    said = markup.paragraphs("one\r\ntwo\n\n\nthree <b>\n")
    assert said == "<p>one<br>two</p><p>three &lt;b&gt;</p>"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2014-05-29T10:16:01Z", "29 May 2014"),
        ("2014-12-01", "1 December 2014"),
        ("2014-13-01", "2014-13-01"),
        ("some day in May", "some day i"),
        (None, ""),
    ],
)
def test_a_day_reads_as_people_write_it(moment, said):
    assert markup.long_day(moment) == said


def test_a_page_allows_its_own_style_and_nothing_else():
    head = "".join(markup.head("A page", "<Title>", "p { color: red }"))
    assert head.startswith(markup.first_line("A page"))
    assert "default-src 'none'; style-src 'sha256-" in head
    assert "img-src" not in head
    assert "<title>&lt;Title&gt;</title>" in head
    assert "img-src" in "".join(markup.head("A page", "T", "", pictures=True))


def test_a_sentence_shows_commands_and_keeps_names_in_their_direction():
    said = markup.sentence("Run `push` for “A”, מכללת הנגב (2014-05-29), <b>not “`x`”")
    named = "“<bdi>A</bdi>”, <bdi>מכללת הנגב</bdi> (2014-05-29), &lt;b&gt;not"
    named += " “<bdi><code>x</code></bdi>”"
    assert said == f"Run <code>push</code> for {named}"
    crossed = BeautifulSoup(markup.sentence("“a ` b” and “c ` d”"), "html.parser")
    assert crossed.code is None


def test_a_long_address_may_be_broken_behind_its_dots():
    assert markup.breakable("a.b/<c> -d.") == "a.<wbr>b/&lt;c&gt; -<wbr>d."
