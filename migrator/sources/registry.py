"""The adapters that are installed, ours and anyone's, and which of them knows a place."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from migrator.errors import NotRecognised, Usage
from migrator.plugins import Loaded, Unfit, lacks, load
from migrator.sources.adapter import Adapter, Match
from migrator.sources.place import Place

GROUP = "badge_migrator.adapters"
SURE_ENOUGH = 20
"""A match below this confidence is only mentioned as the nearest one."""

_PARTS = ("name", "title", "reads", "detect", "read")


@dataclass(frozen=True, slots=True)
class Recognised:
    """The adapter that knows a place, why it thinks so, and who else would take it."""

    adapter: Adapter
    match: Match
    others: tuple[tuple[Adapter, Match], ...] = ()


def registry() -> Loaded[Adapter]:
    """Load all registered adapters; a broken one is named in `broken` and stops nobody."""
    return load(GROUP, _made, lambda adapter: adapter.name)


def adapters() -> list[Adapter]:
    """Return every usable adapter, by name."""
    return list(registry().usable)


def adapter_named(name: str) -> Adapter:
    """Return the adapter of this name; raises Usage that suggests the nearest names."""
    known = registry()
    for adapter in known.usable:
        if adapter.name == name:
            return adapter
    for broken in known.broken:
        if broken.name == name:
            raise Usage(f"The adapter {name} cannot be used: {broken.why}", "Install it again.")
    names = [adapter.name for adapter in known.usable]
    near = difflib.get_close_matches(name.lower(), names, n=1)
    meant = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
    raise Usage(f"There is no adapter named {name}.", meant)


def recognise(place: Place) -> Recognised:
    """Return the adapter surest of a place (of equals the first by name).

    Raises NotRecognised that says what was looked for and what came nearest.
    """
    known = registry()
    claims = [
        (adapter, match) for adapter in known.usable if (match := adapter.detect(place)) is not None
    ]
    claims.sort(key=lambda claim: (-claim[1].confidence, claim[0].name))
    if not claims or claims[0][1].confidence < SURE_ENOUGH:
        raise _not_recognised(place, known, claims)
    (adapter, match), *others = claims
    return Recognised(adapter, match, tuple(others))


def _made(found: Any) -> Adapter:
    adapter: Adapter = found()
    if missing := lacks(adapter, _PARTS):
        raise Unfit(f"It has no {', '.join(missing)}")
    return adapter


def _not_recognised(
    place: Place, known: Loaded[Adapter], claims: list[tuple[Adapter, Match]]
) -> NotRecognised:
    looked_for = [f"  {adapter.name}: {adapter.reads}" for adapter in known.usable]
    unusable = [f"  {broken.name}: cannot be used. {broken.why}" for broken in known.broken]
    what = f"Nothing we know how to read is in {place.label}."
    if place.kind == "file" and not place.head(1):
        what = f"{place.label} is empty: there is not a single byte in it."
        return NotRecognised(what, "Download or copy it again.")
    if claims:
        what += f" The nearest is {claims[0][0].name}: {claims[0][1].why}"
    lines = ["We looked for:", *looked_for, *unusable]
    lines.append("If it is one of these all the same, say which: --adapter NAME.")
    return NotRecognised(what, "\n".join(lines))
