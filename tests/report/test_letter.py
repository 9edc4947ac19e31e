from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from migrator.report.letter import FORMATS, RESTORABLE, Badge, Facts, File, letter
from migrator.verify.hosts.fate import FATES

FACTS = Facts(
    host="badges.example.org",
    issuer="Coding Club",
    emails=("club@example.org",),
    badges=(Badge("HTML Basics", "2013-06-12T10:00:00Z"),),
    badges_count=1,
    files=(
        File("assertion", "https://badges.example.org/a/1.json", here=True),
        File("badge class", "https://badges.example.org/c/1.json", here=False),
    ),
    here_count=1,
    missing_count=1,
    why="no_such_host",
    asked_at="2026-11-20T08:00:00.000Z",
    writer=("Maria", "maria@example.org"),
    attached="badges.example.org.zip",
)
OURS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "ul", "li"}
OURS |= {"bdi", "code"}
EVIL = "<script>alert(1)</script>\n\n# x\r\n* [a](javascript:b) \x1b[2J\u202e`"


def flat(text):
    return " ".join(text.split())


def test_a_learners_letter_says_what_happened_and_what_to_put_where():
    text = letter(FACTS)
    said = flat(text)
    assert text.startswith("To: club@example.org\nSubject: Badges of Coding Club: ")
    assert "I hold a badge that you (Coding Club) awarded to me: “HTML Basics”" in said
    assert "(awarded on 2013-06-12)" in said
    assert "no web site under the name badges.example.org any more (asked on 2026-11-20)" in said
    assert "in the ZIP badges.example.org.zip" in said
    assert "  - assertion: https://badges.example.org/a/1.json" in text
    assert "nobody has a copy" in said
    assert said.endswith("With kind regards Maria, maria@example.org")
    assert max(map(len, text.splitlines())) <= 84


def test_a_letter_about_a_whole_host_is_written_for_all_its_learners():
    badges = tuple(Badge(f"Badge {number}", None) for number in range(20))
    said = flat(letter(replace(FACTS, writer=None, badges=badges, badges_count=1234)))
    assert "Learners of ours hold 1,234 badges that you (Coding Club) awarded to them:" in said
    assert "- ... and 1,214 more" in said
    assert "We want to help them move them to a new badge backpack" in said
    assert said.endswith("With kind regards")


def test_several_badges_of_one_learner_are_listed():
    said = flat(letter(replace(FACTS, badges=FACTS.badges * 2, badges_count=2)))
    assert "I hold 2 badges that you (Coding Club) awarded to me: - “HTML Basics”" in said
    assert "these badges, and they cannot be moved" in said


def test_what_nobody_has_found_out_is_not_claimed():
    bare = replace(
        FACTS, why=None, issuer=None, emails=(), attached=None, missing_count=0, asked_at=None
    )
    said = flat(letter(bare))
    assert said.startswith("Subject: Badge files that badges.example.org needs back")
    assert "The files of this badge belong on badges.example.org." in said
    assert "no longer" not in said
    assert "ZIP" not in said
    assert "nobody has a copy" not in said


def test_with_nothing_in_hand_only_the_missing_files_are_asked_for():
    said = flat(letter(replace(FACTS, here_count=0, files=FACTS.files[1:], missing_count=3)))
    assert "putting the files back" not in said
    assert "These files are missing" in said


@pytest.mark.parametrize("code", sorted(RESTORABLE))
def test_every_fate_makes_a_sentence(code):
    assert FATES[code].lost
    said = flat(letter(replace(FACTS, why=code)))
    assert re.search(r"But .*badges\.example\.org.*\. Nobody can check this badge", said)


class Seen(HTMLParser):
    """Notes every tag of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)


@pytest.mark.parametrize("how", FORMATS)
def test_hostile_names_are_only_text(how):
    facts = replace(
        FACTS,
        issuer=EVIL,
        emails=(EVIL,),
        badges=(Badge(EVIL, EVIL),),
        files=(File("assertion", EVIL, here=True),),
        writer=(EVIL, EVIL),
    )
    text = letter(facts, how)
    assert not re.search("[\x1b\r\u202e]", text)
    if how == "html":
        assert set(Seen(text).tags) <= OURS
    if how == "md":
        assert "<script>" not in text.replace("\\<", "")
        assert "\\[a\\](javascript:b)" in text
        assert "\n# x" not in text


def test_markdown_begins_no_list_or_heading_by_accident():
    badges = (Badge("a", None), Badge("b", None))
    facts = replace(FACTS, writer=None, badges=badges, badges_count=2)
    kinds = tuple(File(kind, "u", here=True) for kind in ("- x", "12. x", "# x"))
    text = letter(replace(facts, files=kinds, here_count=3), "md")
    assert "- \\- x: u" in text
    assert "- 12\\. x: u" in text
    assert "- \\# x: u" in text
