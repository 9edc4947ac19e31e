"""The names of columns, known again whatever case, accents, blanks and signs are in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_SECRET = re.compile(
    r"passw|kennwort|contrasena|motdepasse|senha|token|secret|apikey|claimcode|privatekey|salasana"
)


def plain(name: str) -> str:
    """Return a column's name in letters and digits alone, without accents: `Prénom ` is prenom."""
    spelled = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in spelled if sign.isalnum())


def located(header: Sequence[str], aliases: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return in which column (from 0) each field stands, by the aliases of its name.

    Of several aliases the first that is there counts, and no column stands for two fields.
    """
    columns: dict[str, int] = {}
    for number, name in enumerate(header):
        columns.setdefault(plain(name), number)
    found: dict[str, int] = {}
    for field, names in aliases.items():
        for name in names:
            number = columns.get(plain(name), -1)
            if number >= 0 and number not in found.values():
                found[field] = number
                break
    return found


def is_secret(name: str) -> bool:
    """Say whether a column is named like one of passwords, tokens or claim codes: never kept."""
    return _SECRET.search(plain(name)) is not None
