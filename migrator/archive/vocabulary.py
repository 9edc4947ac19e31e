"""Words of the full-text indexes, and those among them that a misspelled word may mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from migrator.archive.archive import Archive

_WORD = re.compile(r"[^\W_]+")
_CANDIDATES = 20_000
_CLOSE = 0.66  # two letters of three, as swapping them leaves
_OFFERED = 3
_MOST_WORDS = 8


def words(text: str) -> list[str]:
    """Return the words of a text as an index has them: without case, accents and signs."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return _WORD.findall(bare)[:_MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one full-text table, such as "learner_fts"."""

    archive: Archive
    table: str

    def query(self, wanted: list[str], *, forgiving: bool) -> str | None:
        """Return a full-text query for beginnings of words, None where a word is not known.

        `forgiving`: words that are nearly the same stand in for those that are not known.
        """
        if not forgiving:
            return " AND ".join(f'"{word}"*' for word in wanted)
        parts = []
        for word in wanted:
            meant = [word] if self._knows(word) else self.near(word)
            if not meant:
                return None
            parts.append("(" + " OR ".join(f'"{one}"*' for one in meant) + ")")
        return " AND ".join(parts)

    def near(self, word: str) -> list[str]:
        """Return the words that are most like one, the best first."""
        # Each beginning is a range of the index, so that a million words are not gone through.
        found = [one for beginning in _beginnings(word) for one in self._terms(beginning, word)]
        return get_close_matches(word, found, _OFFERED, _CLOSE)

    def _knows(self, word: str) -> bool:
        rows = self.archive.all(
            f"select 1 from {self._shown()} where term >= ? and term < ? limit 1",  # noqa: S608 - a name of ours
            *(word, _behind(word)),
        )
        return bool(rows)

    def _terms(self, beginning: str, word: str) -> Iterator[str]:
        rows = self.archive.all(
            f"select term from {self._shown()} where term >= ? and term < ?"  # noqa: S608 - a name of ours
            " and length(term) between ? and ? limit ?",
            *(beginning, _behind(beginning), len(word) - 2, len(word) + 2, _CANDIDATES),
        )
        return (str(row[0]) for row in rows)

    def _shown(self) -> str:
        name = f"temp.{self.table}_words"
        self.archive.conn.execute(
            f"create virtual table if not exists {name} using fts5vocab(main, {self.table}, row)"
        )
        return name


def _beginnings(word: str) -> list[str]:
    """Return how the word that is meant may begin: two signs as typed, swapped, or the first."""
    if len(word) < 3:
        return [word[:1]]
    first, second, third = word[0], word[1], word[2]
    return list(dict.fromkeys((first + second, second + first, first + third, second + third)))


def _behind(beginning: str) -> str:
    return beginning[:-1] + chr(min(ord(beginning[-1]) + 1, 0x10FFFF))
