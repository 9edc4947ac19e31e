"""One host's files put together: each address with its file, then the lists and the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.taken import Taken
from migrator.archive.web.wanted import Place, Settled, Wanted
from migrator.export.site import nginx, readme, static
from migrator.export.site.content import DERIVED, Content, Missing, content_at
from migrator.export.site.lists import MANIFEST, Lists, first_line, head
from migrator.export.site.path import Places
from migrator.export.site.readme import Story
from migrator.files.sink import Sink
from migrator.openbadges.documents import parse_object
from migrator.openbadges.location import Location
from migrator.openbadges.model import Unreadable
from migrator.openbadges.normal import read_assertion

_LISTED = 20


@dataclass(frozen=True, slots=True)
class HostExported:
    """What the files of one host came to.

    `badges` is the sum of `complete` and those that lack something of this host; `missing` are
    addresses without which a badge cannot be moved, `missing_others` the rest. `ruled` files need
    a rule at the server. `damaged` are the first sentences about rows that could not be read back.
    """

    host: str
    at: str
    badges: int
    complete: int
    files: int
    missing: int
    missing_others: int
    derived: int
    recovered: int
    ruled: int
    damages: int
    damaged: tuple[str, ...]
    written: int = 0
    already_there: int = 0
    removed: int = 0

    def counted(self, written: int, already_there: int, removed: int) -> HostExported:
        """Return it with what became of its files."""
        return replace(self, written=written, already_there=already_there, removed=removed)


@dataclass(frozen=True, slots=True)
class SiteSink:
    """Where one host's files go; `tidy` is called when all are written, before the manifest is."""

    sink: Sink
    tidy: Callable[[], None] = lambda: None


class HostWork:
    """The export of one host under way."""

    def __init__(self, archive: Archive, wanted: Wanted, host: str, site: SiteSink) -> None:
        self._archive = archive
        self._wanted = wanted
        self._host = host
        self._site = site
        self._sink = site.sink
        self._count: Counter[str] = Counter()
        self._damaged: list[str] = []
        self._example: tuple[str, str] | None = None

    def run(self, at: str) -> HostExported:
        """Write everything."""
        with Taken() as taken:
            places = Places(taken, lambda path: self._wanted.has_below(self._host, path))
            for place in self._wanted.places(self._host):
                self._place(place, places)
        self._rules()
        lists = Lists(self._archive, self._wanted, self._host)
        missing, others = lists.missing(self._sink)
        with self._sink.draft("badges.csv", "badge,identity,") as draft:
            badges, complete = lists.badges(draft)
        with self._sink.draft("README.txt", readme.HEAD) as draft:
            draft.write(readme.readme(self._story(badges, complete, missing + others)))
        with (
            self._sink.draft("manifest.csv", first_line()) as table,
            self._sink.draft(MANIFEST, head(self._host)) as objects,
        ):
            lists.manifest(table, objects)
            self._site.tidy()
        count = self._count
        return HostExported(
            *(self._host, at, badges, complete, count["files"], missing, others),
            *(count["derived"], count["recovered"], count["ruled"]),
            *(count["damages"], tuple(self._damaged)),
        )

    def _place(self, place: Place, places: Places) -> None:
        try:
            content = self._content(place)
        except Missing as why:
            self._wanted.settle(place.id, Settled(why=f"{why}"))
            return
        location = Location(self._host, place.path, place.query)
        stands = places.stand(location, content.media_type)
        put = self._sink.put(f"site/{stands.file}", content.data)
        settled = Settled(
            file=stands.file,
            how=stands.how,
            why=stands.why,
            media_type=content.media_type,
            digest=put.digest,
            size=len(content.data),
            origin=content.origin,
            captured_at=content.captured_at,
            note=content.note,
        )
        self._wanted.settle(place.id, settled)
        self._note(place, settled, content.data)

    def _content(self, place: Place) -> Content:
        """Return what to put at a place: of its spellings, the first that there is a copy of."""
        best: Content | None = None
        other = False
        missing: Missing | None = None
        for url in self._wanted.spellings(place.id):
            try:
                found = content_at(self._archive, url, place.kind)
            except Missing as why:
                missing = missing or why
                continue
            except errors.ArchiveDamaged as error:
                self._count["damages"] += 1
                if len(self._damaged) < _LISTED:
                    self._damaged.append(f"{url}: {error.what}")
                missing = Missing("the archive's copy of it is damaged")
                continue
            other = other or (best is not None and best.data != found.data)
            if best is None or (best.origin == DERIVED and found.origin != DERIVED):
                best = found
        if best is None:
            raise missing or Missing("the archive has no copy of it")
        if other:
            told = "badges spell the address in several ways and there were different files"
            best = replace(best, note=f"{best.note}; {told}".removeprefix("; "))
        return best

    def _note(self, place: Place, settled: Settled, data: bytes) -> None:
        count = self._count
        count["files"] += 1
        count["derived"] += settled.origin == DERIVED
        count["recovered"] += settled.origin in ("wayback", "warc")
        count["ruled"] += settled.how == "rule"
        if place.kind == "assertion":
            count["plain"] += _names_recipient(data)
            self._example = self._example or (place.url, settled.media_type or "")

    def _rules(self) -> None:
        wanted, host = self._wanted, self._host

        def there() -> Iterator[Place]:
            return wanted.places(host, missing=False)

        https = "https" in wanted.schemes(host)
        with self._sink.draft("nginx.conf", nginx.HEAD) as draft:
            for piece in nginx.nginx(host, there, wanted.twins(host), https=https):
                draft.write(piece)
        with self._sink.draft("site/_headers", static.HEAD) as draft:
            for piece in static.headers(host, there()):
                draft.write(piece)
        self._count["rules"] = sum(static.needs_rule(place) for place in there())

    def _story(self, badges: int, complete: int, missing: int) -> Story:
        kinds = self._wanted.kinds(self._host)
        names = dict.fromkeys(kind for kind, _missing in kinds)
        count = self._count
        return Story(
            host=self._host,
            badges=badges,
            complete=complete,
            kinds={
                kind: (kinds.get((kind, False), 0), kinds.get((kind, True), 0)) for kind in names
            },
            example=self._example,
            derived=count["derived"],
            recovered=count["recovered"],
            plain_recipients=count["plain"],
            ruled=count["ruled"],
            rules=count["rules"],
            missing=missing,
            https="https" in self._wanted.schemes(self._host),
        )


def _names_recipient(data: bytes) -> bool:
    try:
        recipient = read_assertion(parse_object(data)).recipient
    except Unreadable:
        return False
    return recipient is not None and not recipient.hashed and "@" in recipient.identity
