"""Collections of a Mozilla Backpack: tables group and portfolio (mozilla-backpack.md, 1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.openbadges.documents import as_backpack_wrote
from migrator.openbadges.model import Json, JsonObject, Unreadable
from migrator.sources.found import FoundCollection, Problem, Severity

from ._mozilla_rows import Entry, copy_hash, entries, locate, stories
from ._mozilla_spool import CollectionRow, PortfolioRow, Spool

_ORIGIN = re.compile(rb'"imageUrl":"(https?://[^/"\\]+)/images/badge/')
_MOZILLA = b"https://backpack.openbadges.org"


def read_collections(kept: Spool, prefix: str) -> Iterator[FoundCollection | Problem]:
    """Yield every collection and what is wrong with it; spool its memberships and copies."""
    reader = _Reader(kept, prefix, _origin(kept.some_copies()))
    for row in kept.collections():
        yield from reader.collection(row)
    kept.seal_memberships()
    for row in kept.collections():
        yield from reader.dangling(row)
    for portfolio in kept.lost_portfolios():
        yield reader.lost_portfolio(portfolio)


@dataclass(frozen=True, slots=True)
class _Reader:
    kept: Spool
    prefix: str
    origin: str

    def collection(self, row: CollectionRow) -> Iterator[FoundCollection | Problem]:
        locator = locate(self.prefix, "group", row.number, row.id)
        portfolio = self.kept.portfolio(row.id)
        name = unescaped(row.name or (portfolio and portfolio.title) or "")
        if row.owner is None:
            yield Problem(
                locator,
                "collection_without_owner",
                f'The dump does not say whose collection "{shown(name)}" is. '
                "Its badges were read; to get it too, make the dump again with table user.",
                row.badges,
            )
        else:
            yield FoundCollection(
                locator,
                key=str(row.id),
                holder=row.owner,
                name=name,
                description=_description(portfolio),
                public=bool(row.public),
                page_url=f"{self.origin}/share/{row.url}/" if row.url else None,
            )
        try:
            members, strange = entries(row.badges)
        except Unreadable as error:
            yield _warning(
                locator,
                "collection_unreadable",
                f'Which badges are in collection "{shown(name)}" cannot be read: {error} '
                "The badges themselves are not touched by that.",
                row.badges,
            )
            members, strange = (), ()
        if strange:
            yield _warning(
                locator,
                "collection_entry_unreadable",
                f'Collection "{shown(name)}" has entries that name no badge; they are kept here.',
                as_backpack_wrote(list(strange)),
            )
        yield from self._members(row, members, portfolio)

    def _members(
        self, row: CollectionRow, members: tuple[Entry, ...], portfolio: PortfolioRow | None
    ) -> Iterator[Problem]:
        told: dict[int, str] = {}
        leftover: dict[str, str] = {}
        if portfolio is not None:
            locator = locate(self.prefix, "portfolio", portfolio.number, portfolio.id)
            try:
                told, leftover = stories(portfolio.stories, [entry.badge_id for entry in members])
            except Unreadable as error:
                yield _warning(
                    locator,
                    "stories_unreadable",
                    f"What the learner wrote about these badges cannot be read: {error}",
                    portfolio.stories or b"",
                )
            if leftover:
                yield _warning(
                    locator,
                    "story_without_badge",
                    "The learner wrote about badges that are no longer in this collection. "
                    "What was written is kept here.",
                    as_backpack_wrote(dict(leftover)),
                )
        for place, entry in enumerate(members):
            self._member(row, place, entry, told.get(place))

    def _member(self, row: CollectionRow, place: int, entry: Entry, story: str | None) -> None:
        copy = entry.copy
        live = self.kept.live_id(entry.badge_id, copy_hash(copy) if copy else "")
        if live is None and copy and isinstance(copy.get("body"), dict):
            self.kept.add_copy(entry.badge_id, row, as_backpack_wrote(copy))
        badge_id = entry.badge_id if live is None else live
        self.kept.add_membership(badge_id, row.id, place, story)

    def dangling(self, row: CollectionRow) -> Iterator[Problem]:
        gone = self.kept.dangling(row.id)
        if gone:
            ids: list[Json] = [badge_id for badge_id, _story in gone]
            told: JsonObject = {str(badge_id): story for badge_id, story in gone if story}
            listed = ", ".join(str(badge_id) for badge_id in ids[:10]) + ", ..." * (len(ids) > 10)
            yield _warning(
                locate(self.prefix, "group", row.number, row.id),
                "collection_refers_to_missing_badge",
                f'Collection "{shown(row.name)}" names badges that are not in the dump '
                f"(ids {listed}): they were deleted from the Backpack, or their rows cannot be "
                "read. If the learner has kept their pictures, archive those too.",
                as_backpack_wrote({"badges": ids, "stories": told}),
            )

    def lost_portfolio(self, row: PortfolioRow) -> Problem:
        return Problem(
            locate(self.prefix, "portfolio", row.number, row.id),
            "portfolio_without_collection",
            f"This is the page of a collection (id {row.collection_id}) that is not in the dump. "
            "What the learner wrote there is kept here.",
            "\n\n".join(filter(None, (_description(row), _decoded(row.stories)))).encode(),
        )


def unescaped(name: str) -> str:
    """Undo what the Backpack did to the first angle brackets of a collection's name."""
    return name.replace("&lt;", "<").replace("&gt;", ">")


def shown(name: str | None) -> str:
    """Return a collection's name as it can stand in a sentence."""
    return "".join(c if c.isprintable() else " " for c in unescaped(name or "")[:80])


def _description(portfolio: PortfolioRow | None) -> str | None:
    if portfolio is None:
        return None
    said = (portfolio.title, portfolio.subtitle, portfolio.preamble)
    return "\n\n".join(part for part in said if part) or None


def _decoded(stories_: bytes | None) -> str:
    return (stories_ or b"").decode("utf-8", "replace")


def _origin(copies: bytes) -> str:
    found = _ORIGIN.search(copies)
    return (found[1] if found else _MOZILLA).decode("ascii", "replace")


def _warning(locator: str, code: str, sentence: str, raw: bytes) -> Problem:
    return Problem(locator, code, sentence, raw, Severity.WARNING)
