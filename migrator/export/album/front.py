"""The front page of an album: every badge as a card, then the collections with their stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from migrator.export.album.shown import Album, Shelf, Shown
from migrator.export.album.standing import MEANS, Standing
from migrator.export.album.style import STYLE
from migrator.markup import breakable, head, link, long_day, paragraphs, path, text

KIND = "A page of an album of badges"
_MANY = 24
MADE_BY = "<p>Made with badge-migrator. It works without the internet and runs no script.</p>"


def front(album: Album) -> Iterator[str]:
    """Yield the page piece by piece."""
    yield from head(KIND, f"Badges of {album.who}", STYLE, pictures=True)
    yield '<a class="skip" href="#badges">To the badges</a>\n'
    yield f'<header class="top"><h1>Badges of <bdi>{text(album.who)}</bdi></h1>\n'
    yield f"<p>{_summary(album)}</p>\n"
    yield f"{_standings(album)}</header>\n<main>\n"
    yield '<h2 id="badges">Badges</h2>\n'
    yield from _cards(album.badges)
    for shelf in album.shelves:
        yield from _shelf(shelf)
    yield f"</main>\n<footer>{_legend(album)}{MADE_BY}</footer>\n</body></html>\n"


def chip(standing: Standing) -> str:
    """Return the word that says how a badge stands."""
    return f'<span class="standing {standing}">{standing.capitalize()}</span>'


def picture(badge: Shown, up: str = "") -> str:
    """Return a badge's picture, else a ring with the first letter of its name."""
    if badge.picture is None:
        letter = next((c for c in badge.name if c.isalnum()), "?")
        return f'<span class="initial" aria-hidden="true">{text(letter.upper())}</span>'
    return (
        f'<img class="picture" src="{up}{path(badge.picture)}" width="144" height="144"'
        f' alt="Picture of the badge {text(badge.name)}">'
    )


def _summary(album: Album) -> str:
    if not album.badges:
        return "No badges yet"
    issuers = {badge.issuer for badge in album.badges if badge.issuer}
    years = sorted({badge.issued_on[:4] for badge in album.badges if badge.issued_on})
    parts = [_count(len(album.badges), "badge")]
    if issuers:
        parts.append(f"from {_count(len(issuers), 'issuer')}")
    if years:
        parts.append(years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}")
    return text(", ".join(parts))


def _standings(album: Album) -> str:
    counted = Counter(badge.told.standing for badge in album.badges)
    items = "".join(
        f'<li class="standing {one}">{counted[one]} {one}</li>' for one in Standing if counted[one]
    )
    return f'<ul class="standings">{items}</ul>\n' if items else ""


def _cards(badges: Sequence[Shown]) -> Iterator[str]:
    """Yield the cards; where they are many, under the year in which they were awarded."""
    years = [(year, [*held]) for year, held in groupby(badges, key=_year)]
    if not badges:
        yield '<p class="empty">There is no badge here yet. One that is archived later will be.</p>'
    elif len(badges) <= _MANY or len(years) == 1:
        yield from _grid(badges, "h3")
    else:
        items = "".join(f'<li><a href="#y{text(year)}">{text(year)}</a></li>' for year, _ in years)
        yield f'<nav class="years" aria-label="Years"><ul>{items}</ul></nav>\n'
        for year, held in years:
            yield f'<h3 class="year" id="y{text(year)}">{text(year)}</h3>\n'
            yield from _grid(held, "h4")


def _year(badge: Shown) -> str:
    return (badge.issued_on or "")[:4] or "Undated"


def _grid(badges: Sequence[Shown], heading: str) -> Iterator[str]:
    yield '<ul class="badges">\n'
    for badge in badges:
        yield _card(badge, heading)
    yield "</ul>\n"


def _card(badge: Shown, heading: str) -> str:
    by = f'<p class="issuer">{text(badge.issuer)}</p>' if badge.issuer else ""
    on = f'<p class="date">{_time(badge.issued_on)}</p>' if badge.issued_on else ""
    return (
        f'<li><article class="card">{picture(badge)}'
        f'<{heading}><a href="{path(badge.page)}">{breakable(badge.name)}</a></{heading}>{by}{on}'
        f"{chip(badge.told.standing)}</article></li>\n"
    )


def _shelf(shelf: Shelf) -> Iterator[str]:
    yield f"<section><h2>{text(shelf.name)}</h2>\n"
    if shelf.description:
        yield paragraphs(shelf.description) + "\n"
    if not shelf.badges:
        yield '<p class="soft">A collection without badges.</p>\n'
    yield '<ul class="stories">\n'
    for badge, story in shelf.badges:
        yield _story(badge, story)
    yield "</ul>\n"
    if shelf.page_url:
        yield f'<p class="soft">It was once shown at {link(shelf.page_url)}</p>\n'
    yield "</section>\n"


def _story(badge: Shown | None, story: str | None) -> str:
    said = (
        f"<blockquote dir='auto'>{paragraphs(story)}</blockquote>"
        if story and story.strip()
        else ""
    )
    if badge is None:
        # Whose it is and what it says is not this learner's to give away.
        shown = '<span class="initial" aria-hidden="true">?</span>'
        name = "A badge that is not in this album"
    else:
        shown = picture(badge)
        name = f'<a href="{path(badge.page)}">{breakable(badge.name)}</a>'
    by = f'<p class="soft">{text(badge.issuer)}</p>' if badge and badge.issuer else ""
    return f'<li class="story">{shown}<div><h3>{name}</h3>{by}{said}</div></li>\n'


def quoted(story: str | None) -> str:
    """Return a learner's words, in the direction they are written in, "" for none."""
    if not story or not story.strip():
        return ""
    return f'<blockquote dir="auto">{paragraphs(story)}</blockquote>'


def _legend(album: Album) -> str:
    there = {badge.told.standing for badge in album.badges}
    items = "".join(
        f"<dt>{chip(one)}</dt><dd>{text(MEANS[one])}</dd>\n" for one in Standing if one in there
    )
    return f"<h2>What the words mean</h2>\n<dl>{items}</dl>\n" if items else ""


def _time(moment: str) -> str:
    return f'<time datetime="{text(moment[:10])}">{text(long_day(moment))}</time>'


def _count(value: int, noun: str) -> str:
    return f"{value:,} {noun}" + ("" if value == 1 else "s")
