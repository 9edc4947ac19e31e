"""Notes of support staff about a learner: written once, never changed."""

from __future__ import annotations

from dataclasses import dataclass

from migrator import errors
from migrator.archive.archive import Archive

LONGEST = 4000
"""Signs of the longest note."""
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody noted, and when (ISO 8601 UTC)."""

    written_at: str
    author: str
    text: str


def write(archive: Archive, learner_id: int, author: str, text: str) -> Note:
    """Keep a note; raises Usage where it says nothing or too much, KeyError without a learner."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise errors.Usage("The note is empty.", "Write what is to be known about the learner.")
    if len(text) > LONGEST:
        raise errors.Usage(
            f"The note is longer than {LONGEST:,} signs.", "Keep what matters, or write two."
        )
    note = Note(archive.now(), author.strip()[:_LONGEST_NAME] or "somebody", text)
    with archive.writing() as conn:
        if conn.execute("select 1 from learner where id = ?", (learner_id,)).fetchone() is None:
            raise KeyError(learner_id)
        conn.execute(
            "insert into note (learner_id, written_at, author, text) values (?, ?, ?, ?)",
            (learner_id, note.written_at, note.author, note.text),
        )
    return note


def notes_of(archive: Archive, learner_id: int) -> tuple[Note, ...]:
    """Return the notes about a learner, oldest first."""
    rows = archive.all(
        "select written_at, author, text from note where learner_id = ? order by written_at, id",
        learner_id,
    )
    return tuple(Note(*row) for row in rows)
