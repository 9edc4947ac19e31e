"""A table or view described, for people who look into the archive with tools of their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Described:
    """A table or view: a title, what a row is, and what each column says."""

    title: str
    row: str
    columns: dict[str, str]


ID = "number of the row in this archive"
URL_ID = "its address (`id`), as the issuer wrote it"
