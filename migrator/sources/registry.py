"""The adapters that are installed, ours and anyone's, and which of them knows a place."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from migrator.errors import NotRecognised, Usage
from migrator.sources.adapter import Adapter, Match
from migrator.sources.place import Place

GROUP = "badge_migrator.adapters"
SURE_ENOUGH = 20
"""A match below this confidence is only mentioned as the nearest one."""

# What importing and making somebody else's adapter raises when it is broken or half installed.
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
_PARTS = ("name", "title", "reads", "detect", "read")


@dataclass(frozen=True, slots=True)
class BrokenAdapter:
    """An adapter that is registered but cannot be used, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Registry:
    """Every usable adapter, by name, and every one that could not be loaded."""

    adapters: tuple[Adapter, ...]
    broken: tuple[BrokenAdapter, ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """The adapter that knows a place, why it thinks so, and who else would take it."""

    adapter: Adapter
    match: Match
    others: tuple[tuple[Adapter, Match], ...] = ()


def registry() -> Registry:
    """Load all registered adapters; a broken one is named in `broken` and stops nobody."""
    loaded: dict[str, Adapter] = {}
    broken: list[BrokenAdapter] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        made = _made(entry)
        if isinstance(made, BrokenAdapter):
            broken.append(made)
        elif entry.name in loaded:
            broken.append(
                BrokenAdapter(entry.name, f"Another adapter has this name: {entry.value}")
            )
        else:
            loaded[entry.name] = made
    return Registry(tuple(loaded.values()), tuple(broken))


def adapters() -> list[Adapter]:
    """Return every usable adapter, by name."""
    return list(registry().adapters)


def adapter_named(name: str) -> Adapter:
    """Return the adapter of this name; raises Usage that suggests the nearest names."""
    known = registry()
    for adapter in known.adapters:
        if adapter.name == name:
            return adapter
    for broken in known.broken:
        if broken.name == name:
            raise Usage(f"The adapter {name} cannot be used: {broken.why}", "Install it again.")
    names = [adapter.name for adapter in known.adapters]
    near = difflib.get_close_matches(name.lower(), names, n=1)
    meant = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
    raise Usage(f"There is no adapter named {name}.", meant)


def recognise(place: Place) -> Recognised:
    """Return the adapter surest of a place (of equals the first by name).

    Raises NotRecognised that says what was looked for and what came nearest.
    """
    known = registry()
    claims = [
        (adapter, match)
        for adapter in known.adapters
        if (match := adapter.detect(place)) is not None
    ]
    claims.sort(key=lambda claim: (-claim[1].confidence, claim[0].name))
    if not claims or claims[0][1].confidence < SURE_ENOUGH:
        raise _not_recognised(place, known, claims)
    (adapter, match), *others = claims
    return Recognised(adapter, match, tuple(others))


def _made(entry: EntryPoint) -> Adapter | BrokenAdapter:
    try:
        adapter: Adapter = entry.load()()
    except _LOAD_ERRORS as error:
        return BrokenAdapter(entry.name, f"{type(error).__name__}: {error} ({entry.value})")
    missing = [part for part in _PARTS if not hasattr(adapter, part)]
    if missing:
        return BrokenAdapter(entry.name, f"It has no {', '.join(missing)} ({entry.value})")
    if adapter.name != entry.name:
        return BrokenAdapter(entry.name, f"It calls itself {adapter.name} ({entry.value})")
    return adapter


def _not_recognised(
    place: Place, known: Registry, claims: list[tuple[Adapter, Match]]
) -> NotRecognised:
    looked_for = [f"  {adapter.name}: {adapter.reads}" for adapter in known.adapters]
    unusable = [f"  {broken.name}: cannot be used. {broken.why}" for broken in known.broken]
    what = f"Nothing we know how to read is in {place.label}."
    if place.kind == "file" and not place.head(1):
        what = f"{place.label} is empty: there is not a single byte in it."
    elif claims:
        what += f" The nearest is {claims[0][0].name}: {claims[0][1].why}"
    lines = ["We looked for:", *looked_for, *unusable]
    lines.append("If it is one of these all the same, say which: --adapter NAME.")
    return NotRecognised(what, "\n".join(lines))
