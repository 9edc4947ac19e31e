"""The files that belong on an issuer's host, to be put back at their old addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from migrator import errors
from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import Holding
from migrator.archive.web import addressed
from migrator.archive.web.addressed import Said
from migrator.archive.web.wanted import Wanted
from migrator.export.package import package
from migrator.export.site.folder import SiteFolder
from migrator.export.site.host import HostExported, HostWork, SiteSink
from migrator.export.site.lists import MANIFEST, head
from migrator.export.site.needs import Needs
from migrator.files.names import safe
from migrator.files.sink import Under
from migrator.openbadges.address import safe_url
from migrator.openbadges.location import Unservable, locate

_LISTED = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose badges: one learner's, one badge, or (both None) everybody's.

    What learners had removed from their backpack stays out unless `with_deleted`.
    """

    learner_id: int | None = None
    assertion_id: int | None = None
    with_deleted: bool = False
    watch: Callable[[int], None] = lambda _done: None


@dataclass(frozen=True, slots=True)
class Host:
    """A host that badges hang on, and what it answered when it was last asked."""

    host: str
    badges: int
    addresses: int
    said: tuple[Said, ...]


@dataclass(slots=True)
class Gathered:
    """What was gathered of the chosen badges; `odd` are addresses no web server could serve."""

    wanted: Wanted
    badges: int = 0
    deleted: int = 0
    odd_count: int = 0
    odd: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def gathered(archive: Archive, choice: Choice) -> Iterator[Gathered]:
    """Find every address that the chosen badges hang on; it is forgotten at the end."""
    with Wanted() as wanted:
        found = Gathered(wanted)
        needs = Needs(archive)
        for done, holding in enumerate(_chosen(archive, choice), 1):
            if holding.deleted and not choice.with_deleted:
                found.deleted += 1
            else:
                found.badges += 1
                _want(found, needs, holding)
            choice.watch(done)
        yield found


def hosts(archive: Archive, found: Gathered) -> list[Host]:
    """Return every host, most badges first."""
    return [
        Host(host, badges, addresses, tuple(addressed.said_by(archive, host)))
        for host, badges, addresses in found.wanted.hosts()
    ]


def matching(found: Gathered, named: list[str]) -> list[str]:
    """Return the hosts that are meant by names: itself on any port, or every host for `all`.

    A whole address stands for its host. Raises Usage for one that no badge hangs on.
    """
    known = [host for host, _badges, _addresses in found.wanted.hosts()]
    if "all" in named:
        return known
    meant: dict[str, None] = {}
    for name in named:
        try:
            host = locate(name if "://" in name else f"http://{name.strip()}").host
        except Unservable as error:
            raise errors.Usage(
                f"{safe_url(name)} is no name of a host.", "Write it as badges.example.org."
            ) from error
        fitting = [one for one in known if one == host or one.startswith(f"{host}:")]
        if not fitting:
            raise errors.Usage(
                f"No badge hangs on {host}.",
                errors.meant(
                    host,
                    known,
                    "See the hosts with `badge-migrator export restore-site`, without --host.",
                ),
            )
        meant.update(dict.fromkeys(fitting))
    return list(meant)


def export_site(
    archive: Archive, found: Gathered, host: str, folder: Path, *, zipped: bool = False
) -> HostExported:
    """Write the files of one host to `folder/HOST`, or to `folder/HOST.zip`.

    The same archive gives the same bytes. Files of an earlier run are replaced, and removed where
    they are wanted no more; raises Usage where somebody else's file is in the way.
    """
    name = _name(host)
    if zipped:
        path = folder / f"{name}.zip"
        with package(path, replace=_is_ours(path, host)) as made:
            work = HostWork(archive, found.wanted, host, SiteSink(Under(made, name)))
            done = work.run(str(path))
        assert made.became is not None, "a package is settled when its block ends"
        written = made.files if made.became == "written" else 0
        return done.counted(written, made.files - written, 0)
    with SiteFolder(folder / name, MANIFEST) as sink:
        done = HostWork(archive, found.wanted, host, SiteSink(sink, sink.tidy)).run(str(sink.root))
        counts = sink.counts
        return done.counted(counts.written, counts.already_there, sink.removed)


def _chosen(archive: Archive, choice: Choice) -> Iterator[Holding]:
    if choice.assertion_id is not None:
        yield holdings.holding(archive, choice.assertion_id)
    else:
        yield from holdings.holdings(archive, choice.learner_id)


def _want(found: Gathered, needs: Needs, holding: Holding) -> None:
    for need in needs.of(holding):
        url = need.url.strip().partition("#")[0]
        try:
            location = locate(url)
        except Unservable as why:
            found.odd_count += 1
            if len(found.odd) < _LISTED:
                found.odd.append((safe_url(url)[:200], f"{why}"))
            continue
        where = (location.host, location.path, location.query)
        found.wanted.want(holding.assertion_id, where, url, need.kind, needed=need.needed)


def _is_ours(path: Path, host: str) -> bool:
    """Say whether a ZIP was made by an earlier run for this host."""
    import zipfile  # noqa: PLC0415 # only where a ZIP is there already

    begins = head(host).encode()
    try:
        with zipfile.ZipFile(path) as there, there.open(f"{_name(host)}/{MANIFEST}") as manifest:
            return manifest.read(len(begins)) == begins
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return False


def _name(host: str) -> str:
    return safe(host.replace(":", "_"))
