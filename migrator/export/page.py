"""One learner's page: opens offline, no script, everything foreign escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
article { display: flex; gap: 1rem; border-top: 1px solid #8886; padding: .8rem 0; }
article img, article .none { width: 96px; height: 96px; object-fit: contain; flex: none; }
article .none { border: 1px dashed #8886; }
h3, p { margin: .2rem 0; }
small { opacity: .8; }
"""
# Pictures may be SVG: shown as images they cannot run anything either.
_POLICY = "script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Shown:
    """One badge as the page shows it; `file` is the picture's path in the package."""

    badge: str
    issuer: str | None
    issued_on: str | None
    hosted_url: str | None
    file: str | None
    note: str


@dataclass(frozen=True, slots=True)
class ShownCollection:
    """A collection as the page shows it: badges by name, each with the learner's story."""

    name: str
    description: str | None
    badges: tuple[tuple[str, str | None], ...]


def page(
    who: str, badges: Iterable[Shown], collections: Iterable[ShownCollection]
) -> Iterator[str]:
    """Yield the page piece by piece."""
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Badges of {_text(who)}</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>Badges of {_text(who)}</h1>\n"
        "<p>The pictures are in the folder <i>images</i>, the documents in <i>documents</i>;"
        " README.txt says what each is.</p>\n"
    )
    for badge in badges:
        yield from _badge(badge)
    for collection in collections:
        yield from _collection(collection)
    yield "</body></html>\n"


def _badge(badge: Shown) -> Iterator[str]:
    yield "<article>"
    if badge.file:
        yield f'<img src="{escape(quote(badge.file), quote=True)}" alt="">'
    else:
        yield '<div class="none"></div>'
    yield f"<div><h3>{_text(badge.badge)}</h3>"
    by = [badge.issuer or "", (badge.issued_on or "")[:10]]
    yield f"<p>{_text(', '.join(one for one in by if one))}</p>"
    if badge.hosted_url:
        yield f"<p><small>{_link(badge.hosted_url)}</small></p>"
    if badge.note:
        yield f"<p><small>{_text(badge.note)}</small></p>"
    yield "</div></article>\n"


def _collection(collection: ShownCollection) -> Iterator[str]:
    yield f"<h2>{_text(collection.name)}</h2>\n"
    if collection.description:
        yield f"<p>{_text(collection.description)}</p>\n"
    yield "<ul>\n"
    for badge, story in collection.badges:
        told = f"<br>{_text(story)}" if story else ""
        yield f"<li>{_text(badge)}{told}</li>\n"
    yield "</ul>\n"


def _link(url: str) -> str:
    if not url.lower().startswith(("http://", "https://")):
        return _text(url)
    return f'<a rel="noreferrer noopener" href="{escape(url, quote=True)}">{_text(url)}</a>'


def _text(text: str) -> str:
    # Without control characters no name can turn the text around it from right to left.
    plain = "".join(c if c.isprintable() or c in "\u200c\u200d\u3000" else " " for c in text)
    return escape(plain, quote=True)
