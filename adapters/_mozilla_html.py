"""What the pages of a Mozilla Backpack show: rows of badges, collections, shared pages.

Markup by the time it was saved (reference page mozilla-backpack.md, 3.2): rows of the database
stand in attributes `data-serialization`, earlier in scripts (`window.badgeData`); shared pages have
tables, later lists, of words and links only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

from migrator.openbadges.documents import first_object

from ._saved_page import file_name, original_url

HOST = "https://backpack.openbadges.org"
_ROW_IN_SCRIPT = re.compile(r"window\.badgeData\[\d+\]\s*=\s*")
_BAKED = re.compile(r"[0-9a-f]{64}\.(?:png|svg)")
_SHARED = re.compile(r"/share/([0-9a-f]{32})\b")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A collection on its owner's page: the ids of its badges in their order."""

    id: str
    url: str
    name: str
    public: bool
    badges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A badge on a shared page: what stands beside each label, and where a link there leads."""

    name: str
    story: str
    image: str
    texts: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


def account(page: BeautifulSoup) -> str | None:
    """Return the address of who was signed in."""
    found = page.select_one("li.user")
    text = found.get_text(strip=True) if found else ""
    return text if "@" in text else None


def rows(page: BeautifulSoup) -> dict[str, str | None]:
    """Return the rows of all badges on a page as JSON text, by id; None for one without its row."""
    found: dict[str, str | None] = {}
    for element in page.select(".openbadge[data-id]"):
        number = _attribute(element, "data-id")
        found[number] = found.get(number) or _attribute(element, "data-serialization") or None
    for script in page.find_all("script"):
        for piece in _ROW_IN_SCRIPT.split(script.get_text())[1:]:
            text = first_object(piece) if piece.startswith('{"') else None
            known = re.search(r'"id":\s*"?(\d+)', text or "")
            if known:
                found[known[1]] = found.get(known[1]) or text
    return found


def shelves(page: BeautifulSoup) -> Iterator[Shelf]:
    """Yield the collections on their owner's page."""
    for group in page.select(".group[data-id]"):
        name, public = group.select_one("input.groupName"), group.select_one("input.js-privacy")
        badges = (_attribute(one, "data-id") for one in group.select(".openbadge[data-id]"))
        yield Shelf(
            _attribute(group, "data-id"),
            _attribute(group, "data-url"),
            _attribute(name, "value") if name else "",
            public is not None and public.has_attr("checked"),
            tuple(dict.fromkeys(badges)),
        )


def shared_key(text: str) -> str | None:
    """Return what tells a shared page from others: the end of its address, noted when saved."""
    found = _SHARED.search(text)
    return found[1] if found else None


def shared(page: BeautifulSoup) -> Iterator[Shown]:
    """Yield the badges on a shared page, as they are shown."""
    for item in page.select(".portfolio ul.badges > li"):
        name, story = item.find("h3"), item.select_one(".story")
        picture = item.find("img")
        shown = Shown(
            name.get_text(strip=True) if name else "",
            story.get_text().strip() if story else "",
            image_url(_attribute(picture, "src") if picture else ""),
        )
        for label, value in _pairs(item):
            link = value.find("a")
            shown.texts.setdefault(label, value.get_text(" ", strip=True))
            shown.links.setdefault(label, original_url(_attribute(link, "href")) if link else "")
        yield shown


def image_url(source: str) -> str:
    """Return the Backpack's address of a picture, also of one that was saved beside the page."""
    name = file_name(source)
    if _BAKED.fullmatch(name):
        return f"{HOST}/images/badge/{name}"
    url = original_url(source)
    return f"{HOST}{url}" if url.startswith("/") else url


def _pairs(item: Tag) -> Iterator[tuple[str, Tag]]:
    """Yield each label in lower case ("issuer name", "criteria") and the element beside it."""
    section = ""
    for label in item.select("td.section-head, td.label, td.fieldlabel, li.header, li > label"):
        text = label.get_text(strip=True).lower()
        if label.name == "li" or "section-head" in label.get_attribute_list("class"):
            section = "issuer " if text.startswith("issuer") else ""
            continue
        row = label if label.name == "td" else label.parent
        value = row.find_next_sibling() if row is not None else None
        if isinstance(value, Tag):
            yield (section + text if text in ("name", "url") else text), value


def _attribute(element: Tag, name: str) -> str:
    value = element.get(name)
    return value.strip() if isinstance(value, str) else ""
