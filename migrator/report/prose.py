"""Letters as plain text, Markdown or HTML: paragraphs and lists, foreign text in them inert."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Literal, TypeAlias

from migrator.markup import head, sentence, text
from migrator.report.style import LETTER_STYLE
from migrator.report.words import plain

Format = Literal["text", "md", "html"]
FORMATS: tuple[Format, ...] = ("text", "md", "html")
_WIDTH = 76
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~&]|^[-+=]")
_NUMBERED = re.compile(r"^(\d+)(?=[.)])")


@dataclass(frozen=True, slots=True)
class Items:
    """A list in a letter."""

    items: tuple[str, ...]


Block: TypeAlias = str | Items


def written(how: Format, to: str, subject: str, blocks: Sequence[Block]) -> str:
    """Return a letter. Whatever foreign names hold, they are text and nothing else in it."""
    return _WRITERS[how](plain(to), plain(subject), blocks)


def marked(value: str) -> str:
    """Return a text as Markdown shows it, with nothing in it that would mean something."""
    return _NUMBERED.sub(r"\1\\", _MARKDOWN.sub(r"\\\g<0>", plain(value).strip()))


def _as_text(to: str, subject: str, blocks: Sequence[Block]) -> str:
    parts = ["\n".join((*((f"To: {to}",) if to else ()), f"Subject: {subject}"))]
    for block in blocks:
        if isinstance(block, Items):
            parts.append("\n".join(f"  - {plain(item)}" for item in block.items))
        else:
            parts.append(_filled(plain(block)))
    return "\n\n".join(parts) + "\n"


def _as_markdown(to: str, subject: str, blocks: Sequence[Block]) -> str:
    parts = [f"**To:** {marked(to)}"] if to else []
    parts.append(f"**Subject:** {marked(subject)}")
    for block in blocks:
        if isinstance(block, Items):
            parts.append("\n".join(f"- {marked(item)}" for item in block.items))
        else:
            parts.append(marked(block))
    return "\n\n".join(parts) + "\n"


def _as_html(to: str, subject: str, blocks: Sequence[Block]) -> str:
    # Its first lines name whom it is to, so that no other letter is taken for an earlier one of it.
    parts = [*head(text(f"A letter to {to}"), subject, LETTER_STYLE), "<main>\n"]
    parts.append(f'<p class="to">To: {text(to)}</p>\n' if to else "")
    parts.append(f"<h1>{text(subject)}</h1>\n")
    for block in blocks:
        if isinstance(block, Items):
            items = "".join(f"<li>{sentence(item)}</li>\n" for item in block.items)
            parts.append(f"<ul>\n{items}</ul>\n")
        else:
            parts.append(f"<p>{sentence(block)}</p>\n")
    return "".join((*parts, "</main>\n</body></html>\n"))


_WRITERS: dict[Format, Callable[[str, str, Sequence[Block]], str]] = {
    "text": _as_text,
    "md": _as_markdown,
    "html": _as_html,
}


def _filled(paragraph: str) -> str:
    return fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)
