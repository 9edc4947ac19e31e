"""Outcomes made storable: SQLite takes neither half characters nor numbers over 64 bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")

_LARGEST = 2**63 - 1


def storable(value: T) -> T:
    """Return a value, or a dataclass of values, as near to itself as SQLite can keep it.

    Half surrogates (from JavaScript, or from file names that are no UTF-8) become escapes that a
    person can read; numbers are brought into range. What is fine already is returned as it is.
    """
    kept: Any = _kept(value)
    return kept  # type: ignore[no-any-return] # the same type, by construction


def _kept(value: Any) -> Any:
    if value is None or isinstance(value, bytes):  # most of what is found, and the largest
        return value
    if isinstance(value, str):
        return value if value.isascii() else _text(value)
    if isinstance(value, int):
        return value if -_LARGEST <= value <= _LARGEST else max(-_LARGEST, min(_LARGEST, value))
    if isinstance(value, tuple):
        return tuple([_kept(item) for item in value]) if value else value
    kind: type = type(value)
    names, values_of = _fields(kind)
    changed = {}
    for name, old in zip(names, values_of(value), strict=True):
        if not old or isinstance(old, bytes):  # most of what is found, and the largest
            continue
        new = _kept(old)
        if new is not old and new != old:
            changed[name] = new
    return replace(value, **changed) if changed else value


@cache
def _fields(kind: type) -> tuple[tuple[str, ...], Callable[[object], tuple[object, ...]]]:
    names = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
    if len(names) < 2:  # attrgetter gives a tuple from two on
        return names, lambda value: tuple(getattr(value, name) for name in names)
    return names, attrgetter(*names)


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "backslashreplace").decode()
    return value
