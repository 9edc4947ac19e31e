"""Web pages out of foreign text: escaped, without script, without anything from elsewhere."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from urllib.parse import quote

_JOINERS = frozenset("\u200c\u200d\u3000")  # letters of Persian and Hindi, families of emoji
_WEB = ("http://", "https://")
_COMMAND = re.compile(r"`([^`<>]+)`")
_NAME = re.compile(r"“([^”]+)”")
_RIGHT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
_FROM_RIGHT = re.compile(f"{_RIGHT}+(?:[ '-]+{_RIGHT}+)*")
_JOINT = re.compile(r"([./_@-])(?=\w)")
_LINE_ENDS = re.compile(r"\r\n?|\n|\u2028|\u2029")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)", re.ASCII)


def text(value: object) -> str:
    """Return a value as text of a page, safe between tags and within quoted attributes.

    Without control characters no name can turn the text around it from right to left.
    """
    return escape(
        "".join(c if c.isprintable() or c in _JOINERS else " " for c in str(value)), quote=True
    )


def sentence(value: str) -> str:
    """Return a sentence of ours: `commands` in it as code, “names” in it in their own direction.

    What is Hebrew or Arabic in it must not turn around the days and numbers beside it.
    """
    named = _NAME.sub(r"“<bdi>\1</bdi>”", text(value))
    turned = _FROM_RIGHT.sub(r"<bdi>\g<0></bdi>", named)
    return _COMMAND.sub(r"<code>\1</code>", turned)


def breakable(value: object) -> str:
    """Return a name or address as text that may be broken behind the dots and strokes in it."""
    return _JOINT.sub(r"\1<wbr>", text(value))


def paragraphs(value: str) -> str:
    """Return a longer text as paragraphs; single line ends stay."""
    parts = re.split(r"\n\s*\n", _LINE_ENDS.sub("\n", value.strip()))
    lines = ("<br>".join(text(line) for line in part.split("\n")) for part in parts if part)
    return "".join(f"<p>{line}</p>" for line in lines)


def link(url: str, label: str | None = None) -> str:
    """Return a link to a web address, or the plain text of what is none."""
    shown = text(label or url)
    if not url.lower().startswith(_WEB):
        return shown
    kind = "" if label else ' class="bare"'  # on paper its address needs no repeating
    return f'<a{kind} rel="noreferrer noopener" href="{text(url)}">{shown}</a>'


def path(file: str) -> str:
    """Return a relative path as the value of an attribute."""
    return text(quote(file))


def long_day(moment: str | None) -> str:
    """Return the day of an ISO 8601 moment as "29 May 2014", else its first ten signs."""
    found = _DAY.match(moment or "")
    if found is None or not 1 <= int(found[2]) <= 12:
        return (moment or "")[:10]
    return f"{int(found[3])} {_MONTHS[int(found[2]) - 1]} {found[1]}"


def first_line(kind: str) -> str:
    """Return how a page of ours begins, by which it is told from anybody else's."""
    return f"<!doctype html>\n<!-- {kind}, made by badge-migrator -->\n"


def head(kind: str, title: str, style: str, *, pictures: bool = False) -> Iterator[str]:
    """Yield the head of a page up to its open body; `kind` is a word of ours for its first line.

    The policy allows this one style, and pictures beside the page if asked; no script, no frame,
    no form, nothing from the network.
    """
    digest = b64encode(sha256(style.encode()).digest()).decode()
    # From a USB stick a page's own origin is `file:`, which not every browser takes for 'self'.
    images = " img-src 'self' file: data:;" if pictures else ""
    policy = (
        f"default-src 'none';{images} style-src 'sha256-{digest}'; base-uri 'none';"
        " form-action 'none'"
    )
    yield (
        f'{first_line(kind)}<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{text(title)}</title>\n<style>{style}</style></head>\n<body>\n"
    )
