"""What may be meant: names of the archive that begin as typed, and addresses spelled nearly so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from pathlib import Path
from urllib.parse import urlsplit

from migrator import errors
from migrator.archive.archive import Archive, reading
from migrator.archive.upgrade import LATEST, check_version
from migrator.archive.vocabulary import Vocabulary, words

MOST = 30
"""How many names are offered at most."""
_PATIENCE = 0.2  # seconds; whoever presses Tab does not wait for a writer
_CANDIDATES = 200
_CLASSES = 5_000
"""So many badge classes of any name are looked at: as many may have one name."""
_ADDRESSES = 20_000
"""So many badge classes are looked at for one whose address begins as typed: no index has it."""
_CLOSE = 0.7


@contextmanager
def glance(path: Path) -> Iterator[Archive | None]:
    """Open an archive to offer names from it; None where that cannot be done at once.

    Unlike `Archive.read` it waits for nobody, brings nothing up to date and raises nothing.
    """
    conn = None
    try:
        if path.is_file():
            uri = f"{path.absolute().as_uri()}?{reading(path)}"
            conn = sqlite3.connect(uri, uri=True, timeout=_PATIENCE)
            conn.row_factory = sqlite3.Row
            conn.execute("pragma trusted_schema = off")
            if check_version(path, conn) != LATEST:
                conn.close()
                conn = None
    except (sqlite3.Error, OSError, ValueError, errors.MigratorError):
        if conn is not None:
            conn.close()
        conn = None
    if conn is None:
        yield None
        return
    try:
        yield Archive(path, conn)
    finally:
        conn.close()


def addresses(archive: Archive, beginning: str) -> list[tuple[str, str]]:
    """Return learners' addresses that begin so, each with the learner's name ("" unknown)."""
    bounds = (beginning, f"{beginning}\U0010ffff")
    rows = archive.all(
        "select identity.value, coalesce(learner.name, '') from identity"
        " join learner on learner.id = identity.learner_id"
        " where identity.value >= ? collate nocase and identity.value < ? collate nocase"
        " order by identity.value collate nocase limit ?",
        *(*bounds, MOST),
    )
    return [(row[0], row[1]) for row in rows if "@" in row[0]]


def hosts(archive: Archive) -> list[tuple[str, str]]:
    """Return the hosts of the issuers, each with an issuer's name."""
    rows = archive.all(
        "select url, coalesce(name, '') from issuer where url is not null order by id limit ?",
        _CANDIDATES,
    )
    found = {urlsplit(row[0]).hostname or "": row[1] for row in rows if row[0].isprintable()}
    return sorted((host, name) for host, name in found.items() if host)


def sources(archive: Archive) -> list[tuple[str, str]]:
    """Return the sources' labels, each with the adapter that read it."""
    rows = archive.all(
        "select label, group_concat(distinct adapter) from source group by label limit ?",
        _CANDIDATES,
    )
    return [(row[0], row[1]) for row in rows]


def badge_classes(archive: Archive, beginning: str) -> list[tuple[str, str]]:
    """Return names of badge classes that begin so, each with an issuer's name ("" unknown).

    Their addresses where an address is typed. In a large archive some may be left out: whoever
    presses Tab does not wait.
    """
    if "://" in beginning:
        bounds = (beginning, f"{beginning}\U0010ffff")
        rows = archive.all(_CLASSES_AT, _ADDRESSES, *bounds, MOST)
    elif wanted := words(beginning):
        # The words of an index that begins with them: a phrase at the start of the name.
        rows = archive.all(_CLASSES_NAMED, f'^"{" ".join(wanted)}" *', _CLASSES, MOST)
    else:
        rows = archive.all(_CLASSES_FIRST, _CLASSES, MOST)
    return sorted((row[0], row[1]) for row in rows)


_CLASS = """
select chosen.name, coalesce(min(issuer.name), '') from ({0}) as chosen
left join issuer on issuer.id = chosen.issuer_id {1} group by chosen.name limit ?
"""
_CLASSES_FIRST = _CLASS.format("select name, issuer_id from badge_class order by id limit ?", "")
_CLASSES_NAMED = _CLASS.format(
    "select name, issuer_id from badge_class where id in"
    " (select rowid from badge_class_fts where name match ? limit ?)",
    "",
)
_CLASSES_AT = _CLASS.format(
    "select url_id as name, issuer_id from badge_class where url_id is not null"
    " order by id limit ?",
    "where chosen.name >= ? and chosen.name < ?",
)


def nobody(archive: Archive, address: str) -> errors.Usage:
    """Return the error that nobody has an address, with those that may be meant."""
    return errors.Usage(
        f"Nobody in {archive.path} is known as {address}.",
        question(nearest(archive, address))
        or "Find the whole address with `badge-migrator status PART-OF-IT`.",
    )


def question(near: list[str]) -> str:
    """Return the question whether one of these was meant, "" where there is none."""
    *others, last = [one for one in near if one.isprintable()] or [""]
    meant = " or ".join((", ".join(others), last) if others else (last,))
    return f"Did you mean {meant}?" if meant else ""


def nearest(archive: Archive, address: str, most: int = 3) -> list[str]:
    """Return learners' addresses that are spelled nearly like one, the nearest first."""
    typed = address.strip().casefold()
    vocabulary = Vocabulary(archive, "identity_fts")
    name, _, host = typed.partition("@")
    found: dict[str, str] = {}
    for part in (name, host):
        meant = [near for word in words(part) for near in (word, *vocabulary.near(word))]
        if meant:
            query = " OR ".join(f'"{word}"*' for word in meant)
            rows = archive.all(
                "select identity.value from identity_fts"
                " join identity on identity.id = identity_fts.rowid"
                " where identity_fts.value match ? limit ?",
                *(query, _CANDIDATES),
            )
            found.update({row[0].casefold(): row[0] for row in rows if "@" in row[0]})
    close = sorted(((_closeness(typed, one), one) for one in found), reverse=True)
    return [found[one] for closeness, one in close[:most] if closeness]


def _closeness(typed: str, address: str) -> float:
    """Return how like an address is: 0 where another person is meant, at most 2."""
    name, host = (
        SequenceMatcher(None, *pair).ratio()
        for pair in zip(typed.rpartition("@")[::2], address.rpartition("@")[::2], strict=True)
    )
    return name + host if name == 1 or min(name, host) >= _CLOSE else 0
