"""A letter to an issuer: which files its web site needs back, so that badges can be moved.

Pure: the facts come in, a text comes out, as plain text, Markdown or HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.report.prose import FORMATS, Block, Format, Items, written
from migrator.report.words import day, number

__all__ = ["FORMATS", "RESTORABLE", "Badge", "Facts", "File", "Format", "letter"]
_FEW = 20

# The fates of an address, as an issuer should hear of them; {host} is its web site.
_WHY = {
    "no_such_host": "there is no web site under the name {host} any more",
    "host_silent": "the web site {host} no longer answers",
    "host_insecure": "the certificate of {host} is no longer good, so that nobody can trust it",
    "gone": "{host} answers, but the files that stood there are gone",
    "parked": "the addresses at {host} show other web pages now",
    "not_a_badge": "the addresses at {host} show something else now",
    "not_a_document": "the files at {host} can no longer be read",
    "not_a_picture": "the pictures at {host} are no longer there",
    "forbidden": "{host} does not show the files to the public any more",
    "circles": "the addresses at {host} lead on in circles",
}
RESTORABLE = frozenset(_WHY)
"""The fates of addresses (docs/verify.md) that putting files back puts right."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge the letter is about."""

    name: str
    issued_on: str | None


@dataclass(frozen=True, slots=True)
class File:
    """A file that belongs at an address: what it is in words, and whether we have a copy of it."""

    kind: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What a letter is made of; lists are beginnings, the numbers beside them count all.

    `why` is the fate of an address (None where nobody has asked the host), `asked_at` when it was
    found out. `writer` is the learner's name and address, None for a letter about everybody's
    badges. `attached` is the name of the ZIP that goes with it.
    """

    host: str
    issuer: str | None
    emails: tuple[str, ...]
    badges: tuple[Badge, ...]
    badges_count: int
    files: tuple[File, ...]
    here_count: int
    missing_count: int
    why: str | None = None
    asked_at: str | None = None
    writer: tuple[str, str] | None = None
    attached: str | None = None


def letter(facts: Facts, how: Format = "text") -> str:
    """Return the letter. Whatever foreign names hold, they are text and nothing else in it."""
    subject = f"Badge files that {facts.host} needs back"
    if facts.issuer:
        subject = f"Badges of {facts.issuer}: files that {facts.host} needs back"
    return written(how, ", ".join(facts.emails), subject, [*_blocks(facts)])


def _blocks(facts: Facts) -> Iterator[Block]:
    yield "Dear Sir or Madam,"
    yield from _what_for(facts)
    yield _what_happened(facts)
    yield from _please(facts)
    yield from _missing(facts)
    who = "me" if facts.writer else "us"
    yield (
        "Nobody but you can do this: the addresses are part of the badges, and they belong to your"
        f" domain. If somebody else looks after it now, please tell {who} whom to ask."
    )
    yield "Thank you very much for your help."
    yield "With kind regards"
    if facts.writer:
        yield ", ".join(dict.fromkeys(part for part in facts.writer if part))


def _what_for(facts: Facts) -> Iterator[Block]:
    by = f" ({facts.issuer})" if facts.issuer else ""
    count = facts.badges_count
    if facts.writer and count == 1:
        yield f"I hold a badge that you{by} awarded to me: {_badge(facts.badges[0])}."
        return
    held = "a badge" if count == 1 else f"{number(count)} badges"
    if facts.writer:
        yield f"I hold {held} that you{by} awarded to me:"
    else:
        yield f"Learners of ours hold {held} that you{by} awarded to them:"
    yield _list([_badge(badge) for badge in facts.badges], count)


def _what_happened(facts: Facts) -> str:
    one = facts.badges_count == 1
    it, this = ("it", "this badge") if one else ("them", "these badges")
    wish = f"I would like to move {it}" if facts.writer else f"We want to help them move {it}"
    rule = (
        f"{wish} to a new badge backpack. A backpack takes in a badge only if it can fetch the"
        " badge's files from the web site of whoever awarded it."
    )
    why = _WHY.get(facts.why or "")
    if why is None:
        return f"{rule} The files of {this} belong on {facts.host}."
    when = f" (asked on {day(facts.asked_at)})" if facts.asked_at else ""
    end = "it cannot be moved" if one else "they cannot be moved"
    return f"{rule} But {why.format(host=facts.host)}{when}. Nobody can check {this}, and {end}."


def _please(facts: Facts) -> Iterator[Block]:
    count = facts.here_count
    if not count:
        return
    who = "I have" if facts.writer else "We have"
    files, each = (
        ("a copy of one file", "it")
        if count == 1
        else (
            f"copies of {number(count)} files",
            "each",
        )
    )
    with_it = f", in the ZIP {facts.attached} that comes with this letter" if facts.attached else ""
    yield (
        f"You can change that, by putting the files back at their old addresses. {who}"
        f" {files}{with_it}; nothing in them was changed. Please see whether they are yours, and"
        f" put {each} at its address:"
    )
    yield _list([f"{file.kind}: {file.url}" for file in facts.files if file.here], count)
    if facts.attached:
        yield (
            "README.txt in it says step by step what to put where, for whoever looks after your web"
            " site. It is about an hour's work, and nothing has to be looked after later."
        )


def _missing(facts: Facts) -> Iterator[Block]:
    count = facts.missing_count
    if not count:
        return
    these, they = ("This file is", "it") if count == 1 else ("These files are", "they")
    yield (
        f"{these} missing: nobody has a copy. If you have a backup of the old web site, {they} will"
        " be in there:"
    )
    yield _list([f"{file.kind}: {file.url}" for file in facts.files if not file.here], count)


def _badge(badge: Badge) -> str:
    on = f" (awarded on {day(badge.issued_on)})" if badge.issued_on else ""
    return f"“{badge.name}”{on}"


def _list(items: list[str], count: int) -> Items:
    more = count - len(items[:_FEW])
    rest = (f"... and {number(more)} more",) if more > 0 else ()
    return Items((*items[:_FEW], *rest))
