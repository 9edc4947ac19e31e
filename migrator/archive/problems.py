"""What could not be read, or only in part, as a report tells of it."""

from __future__ import annotations

from migrator.archive.archive import Archive


def warning_kinds(archive: Archive, source_id: int, limit: int = 5) -> list[tuple[int, str, str]]:
    """Return (how many, locator of the first, its sentence) of a source's commonest warnings."""
    rows = archive.all(
        "select count(*) as times, locator, sentence, min(id) from problem"
        " where source_id = ? and severity = 'warning' group by code"
        " order by times desc, min(id) limit ?",
        source_id,
        limit,
    )
    return [(row["times"], row["locator"], row["sentence"]) for row in rows]


def first_problems(archive: Archive, source_id: int, limit: int = 10) -> list[tuple[str, str]]:
    """Return (locator, sentence) of a source's first problems, for the end of a report."""
    rows = archive.all(
        "select locator, sentence from problem where source_id = ? and severity = 'problem'"
        " order by id limit ?",
        source_id,
        limit,
    )
    return [(row["locator"], row["sentence"]) for row in rows]
