"""Plugins: adapters and destinations, ours and anyone's, loaded from their entry points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# What importing and making somebody else's plugin raises when it is broken or half installed.
_LOAD_ERRORS = (
    ImportError,
    AttributeError,
    SyntaxError,
    TypeError,
    ValueError,
    LookupError,
    RuntimeError,
    OSError,
)


class Unfit(TypeError):
    """What was loaded is no plugin of its kind; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that is registered but cannot be used, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """Every usable plugin of a group, by name, and every one that could not be loaded."""

    usable: tuple[T, ...]
    broken: tuple[Broken, ...]


def load(group: str, make: Callable[[Any], T], name_of: Callable[[T], str]) -> Loaded[T]:
    """Load a group of entry points; a broken one is named in `broken` and stops nobody.

    `make` turns what the entry point leads to into a plugin and raises Unfit for anything else;
    `name_of` is what the plugin calls itself, which must be the name it is registered under.
    """
    usable: dict[str, T] = {}
    broken: list[Broken] = []
    for entry in sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value)):
        found = _one(entry, make, name_of)
        if isinstance(found, Broken):
            broken.append(found)
        elif entry.name in usable:
            broken.append(Broken(entry.name, f"Another one has this name: {entry.value}"))
        else:
            usable[entry.name] = found
    return Loaded(tuple(usable.values()), tuple(broken))


def lacks(found: Any, parts: tuple[str, ...]) -> list[str]:
    """Return which of the parts something does not have."""
    return [part for part in parts if not hasattr(found, part)]


def _one(entry: EntryPoint, make: Callable[[Any], T], name_of: Callable[[T], str]) -> T | Broken:
    try:
        made = make(entry.load())
    except Unfit as error:
        return Broken(entry.name, f"{error} ({entry.value})")
    except _LOAD_ERRORS as error:
        return Broken(entry.name, f"{type(error).__name__}: {error} ({entry.value})")
    if name_of(made) != entry.name:
        return Broken(entry.name, f"It calls itself {name_of(made)} ({entry.value})")
    return made
