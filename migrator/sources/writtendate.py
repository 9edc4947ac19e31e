"""Dates as people, spreadsheets and platforms write them into tables.

`03/04/2015` is the third of April or the fourth of March: only the other rows, or the person, can
say. Reference: badge-formats.md 1.7 (Credly), 1.8 (Moodle).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from migrator.openbadges.dates import to_utc

Order = Literal["dmy", "mdy", "ymd", ""]
"""In which order days, months and years stand; "" when nobody knows."""
ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")

_NUMBERS = re.compile(r"(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})(?!\d)\.?,?(.*)", re.DOTALL)
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_COMPACT = re.compile(r"(?:19|20)\d{6}")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_OFFSET = re.compile(r"\s+([+-]\d\d:?\d\d|Z)$")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*([ap]\.?m\b)?", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d]+|\d+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EXCEL = datetime(1899, 12, 30)  # noqa: DTZ001 (a spreadsheet's days have no time zone)


def written_date(text: str, order: Order = "") -> str | None:
    """Return a date as "2014-05-29T10:16:01Z" (without an offset: UTC), None when it is none.

    Takes all that `to_utc` takes, days of a spreadsheet (41788), 29.05.2014, 05/29/2014 1:16 PM,
    29 May 2014; an ambiguous one only in a known order.
    """
    text = text.strip()
    try:
        if len(text.partition(".")[0]) < 9 and _FIGURE.fullmatch(text):
            return _figure(text)
        numbers = _NUMBERS.fullmatch(text)
        if numbers and len(numbers[1]) < 4:
            return _numbers(numbers, order)
        found = to_utc(_OFFSET.sub(r"\1", text.removesuffix(" UTC")))
        if found or not numbers:
            return found or _words(text)
        return _said(int(numbers[1]), int(numbers[3]), int(numbers[4]), numbers[5])
    except (ValueError, OverflowError):
        return None


def order_of(texts: Iterable[str]) -> Order:
    """Return the order that dates of one column show by a day beyond the 12th, else ""."""
    for text in texts:
        found = _NUMBERS.fullmatch(text.strip())
        if found and len(found[1]) < 3:
            if int(found[1]) > 12:
                return "dmy"
            if int(found[3]) > 12:
                return "mdy"
    return ""


def is_ambiguous(text: str) -> bool:
    """Say whether a date can be read in two ways."""
    return written_date(text) is None and written_date(text, "dmy") is not None


def _figure(text: str) -> str | None:
    """Read 20140529, or days of a spreadsheet; as seconds it would be before there were badges."""
    if _COMPACT.fullmatch(text):
        return _said(int(text[:4]), int(text[4:6]), int(text[6:]), "")
    if _SERIAL.fullmatch(text):
        return to_utc((_EXCEL + timedelta(days=float(text))).isoformat())
    return None


def _numbers(found: re.Match[str], order: Order) -> str | None:
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    if order == "ymd" and len(found[4]) < 3:
        return _said(_year(first), second, third, found[5])
    if found[2] == ".":  # never written before the day
        order = "dmy"
    elif order in ("", "ymd"):
        if first > 12 or first == second:
            order = "dmy"
        elif second > 12:
            order = "mdy"
        else:
            return None
    day, month = (first, second) if order == "dmy" else (second, first)
    return _said(_year(third), month, day, found[5])


def _words(text: str) -> str | None:
    """Read `29 May 2014`, `May 29, 2014`, `Tuesday, 26 July 2023, 10:06 AM`."""
    day = year = month = 0
    for word in _WORDS.findall(_CLOCK.sub(" ", text)):
        if word.isdigit():
            if len(word) == 4:
                year = int(word)
            elif not day:
                day = int(word)
            elif not year:
                year = _year(int(word))
        elif word[:3].lower() in _MONTHS and not month:
            month = 1 + _MONTHS.index(word[:3].lower())
    return _said(year, month, day, text) if day and month and year else None


def _year(year: int) -> int:
    return year + 2000 if year < 70 else year + 1900 if year < 100 else year


def _said(year: int, month: int, day: int, rest: str) -> str | None:
    clock = _CLOCK.search(rest)
    hour, minute, second = (int(clock[n] or 0) for n in (1, 2, 3)) if clock else (0, 0, 0)
    if clock and clock[4]:
        hour = hour % 12 + (12 if clock[4][0] in "pP" else 0)
    return to_utc(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
