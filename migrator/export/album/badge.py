"""One badge's page in an album: what it was given for, the evidence, the stories, the proof."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from migrator.export.album.front import KIND, MADE_BY, picture, quoted
from migrator.export.album.shown import Album, Shown
from migrator.export.album.standing import Standing
from migrator.export.album.style import STYLE
from migrator.markup import breakable, head, link, long_day, paragraphs, path, text

_LONGEST_URL = 2000


def badge_page(album: Album, number: int) -> Iterator[str]:
    """Yield the page of the badge with this number in the album, piece by piece."""
    badge = album.badges[number]
    yield from head(KIND, f"{badge.name}, a badge of {album.who}", STYLE, pictures=True)
    back = f'<a href="../index.html">All badges of <bdi>{text(album.who)}</bdi></a>'
    yield f'<nav aria-label="Album">{back}</nav>'
    yield f'\n<main class="one">\n{_face(badge)}<article>\n{_head(badge, album.who)}'
    yield from _about(badge)
    yield from _evidence(badge)
    yield from _stories(album, badge)
    yield from _source(badge)
    yield f"</article></main>\n{_neighbours(album, number)}"
    yield f"<footer>{MADE_BY}</footer>\n</body></html>\n"


_TAKEN = "The picture holds the badge itself: this is the file that a backpack takes."
_ZIPPED = " It comes in a ZIP, because a picture of this kind could run a script."
_DOCUMENT = "No picture that can hold it was found: this is the document behind the badge."


def _face(badge: Shown) -> str:
    parts = [picture(badge, "../")]
    if badge.download:
        what, says = "the badge", _TAKEN + (_ZIPPED if badge.download.endswith(".zip") else "")
        if not badge.baked:
            what, says = "the document", _DOCUMENT
        parts.append(
            f'<a class="button" href="../{path(badge.download)}" download>Download {what}</a>'
        )
        parts.append(f"<small>{says}</small>")
    if badge.note:
        parts.append(f"<small>{text(badge.note)}</small>")
    return f'<div class="face">{"".join(parts)}</div>\n'


def _head(badge: Shown, who: str) -> str:
    url = badge.portrait.issuer_url
    issuer = badge.issuer or ""
    gone = badge.told.standing is Standing.REMEMBERED
    shown = link(url, issuer) if url and not gone else text(issuer)
    by = f"by <bdi>{shown}</bdi>" if issuer else ""
    on = ""
    if badge.issued_on:
        day = text(long_day(badge.issued_on))
        on = f'on <time datetime="{text(badge.issued_on[:10])}">{day}</time>'
    awarded = " ".join(part for part in (f"Awarded to <bdi>{text(who)}</bdi>", by, on) if part)
    told = badge.told
    more = "".join(f"<p>{text(one)}</p>" for one in told.more)
    return (
        f'<h1>{breakable(badge.name)}</h1>\n<p class="by">{awarded}</p>\n'
        f'<div class="said {told.standing}"><strong>{told.standing.capitalize()}</strong>'
        f"<p>{text(told.sentence)}</p>{more}</div>\n"
    )


def _about(badge: Shown) -> Iterator[str]:
    seen = badge.portrait
    if seen.description:
        yield f"<h2>What it stands for</h2>\n{paragraphs(seen.description)}\n"
    if seen.narrative:
        yield f"<h2>What the issuer wrote</h2>\n{paragraphs(seen.narrative)}\n"
    if seen.criteria or seen.criteria_url:
        yield "<h2>What it takes to earn it</h2>\n"
        yield paragraphs(seen.criteria or "")
        if seen.criteria_url:
            yield f"<p>{_address(seen.criteria_url, badge)}</p>\n"
    if seen.targets:
        yield "<h2>Skills and standards</h2>\n<ul>\n"
        for target in seen.targets:
            name = target.name or target.url or ""
            yield f"<li>{link(target.url, name) if target.url else text(name)}</li>\n"
        yield "</ul>\n"
    if seen.tags:
        yield '<ul class="tags" aria-label="Tags">'
        yield "".join(f"<li>{text(tag)}</li>" for tag in seen.tags) + "</ul>\n"


def _evidence(badge: Shown) -> Iterator[str]:
    if not badge.portrait.evidence:
        return
    yield "<h2>Evidence</h2>\n<ul>\n"
    for one in badge.portrait.evidence:
        name = f"<strong>{text(one.name)}</strong> " if one.name else ""
        address = _address(one.url, badge) if one.url else ""
        words = "".join(paragraphs(part) for part in (one.description, one.narrative) if part)
        yield f"<li>{name}{address}{words}</li>\n"
    yield "</ul>\n"


def _stories(album: Album, badge: Shown) -> Iterator[str]:
    stories = album.stories_of(badge)
    if not stories:
        return
    yield "<h2>In the collections</h2>\n"
    for shelf, story in stories:
        yield f"<p>{text(shelf.name)}</p>\n"
        yield quoted(story) + "\n"


def _source(badge: Shown) -> Iterator[str]:
    if badge.hosted_url:
        yield f"<h2>Where it was published</h2>\n<p>{_address(badge.hosted_url, badge)}</p>\n"
    if badge.portrait.issuer_description:
        yield f"<h2>About <bdi>{text(badge.issuer or 'the issuer')}</bdi></h2>\n"
        yield paragraphs(badge.portrait.issuer_description) + "\n"


def _neighbours(album: Album, number: int) -> str:
    def to(index: int, before: str, behind: str) -> str:
        one = album.badges[index]
        name = one.page.rpartition("/")[2]
        return f'<a href="{path(name)}">{before}<bdi>{breakable(one.name)}</bdi>{behind}</a>'

    earlier = to(number - 1, "&larr; ", "") if number else "<span></span>"
    later = to(number + 1, "", " &rarr;") if number + 1 < len(album.badges) else ""
    return f'<nav class="more" aria-label="Other badges">{earlier}{later}</nav>\n'


def _address(url: str, badge: Shown) -> str:
    """Return an address as a link, as text where its host is gone: another may be there now."""
    if len(url) > _LONGEST_URL:
        return text(f"{url[:200]}...")
    lost = badge.told.standing is Standing.REMEMBERED
    own = urlsplit(url).hostname == urlsplit(badge.hosted_url or "").hostname
    return text(url) if lost and own else link(url)
