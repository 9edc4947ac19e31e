"""`badge-migrator adapters` and `destinations`: what can be read, and where it can go."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from migrator.cli.console import Console, complain
from migrator.cli.options import AsJson

if TYPE_CHECKING:
    from migrator.sources.live import Live


def adapters(as_json: AsJson = False) -> None:
    """List the kinds of sources that can be read: files, and hosts that are asked live."""
    from migrator.sources import registry
    from migrator.sources.live import live_of

    console = Console(as_json)
    loaded = registry.registry()
    width = max((len(adapter.name) for adapter in loaded.usable), default=0)
    for adapter in loaded.usable:
        console.say(f"{adapter.name:<{width}} {adapter.title}")
        console.say(f"{'':<{width}} reads {adapter.reads}")
        live = live_of(adapter)
        if live is not None:
            console.say(f"{'':<{width}} live: badge-migrator archive {_typed(live)}")
    for broken in loaded.broken:
        complain(f"The adapter {broken.name} cannot be used: {broken.why}")
    console.result(
        "adapters",
        {
            "adapters": [
                {
                    "name": one.name,
                    "title": one.title,
                    "reads": one.reads,
                    "live": _live_facts(live_of(one)),
                }
                for one in loaded.usable
            ],
            "broken": [{"name": one.name, "why": one.why} for one in loaded.broken],
        },
    )
    console.last("Next: badge-migrator inspect FILE, or badge-migrator archive SOURCE")


def _typed(live: Live) -> str:
    """Return how a live source is typed, and the names it knows hosts by."""
    account = " --as EMAIL" if live.account else ""
    known = f" (or {', '.join(sorted(live.hosts))} as the address)" if live.hosts else ""
    return f"{live.example}{account}{known}"


def _live_facts(live: Live | None) -> dict[str, object] | None:
    return None if live is None else {**asdict(live), "hosts": dict(live.hosts)}


def destinations(as_json: AsJson = False) -> None:
    """List the backpacks that badges can be pushed to."""
    from migrator.destinations import presets, registry

    console = Console(as_json)
    found = registry.registry()
    width = max((len(kind.kind) for kind in found.usable), default=0)
    for kind in found.usable:
        console.say(f"{kind.kind:<{width}} {kind.title}: {registry.typed(kind)}")
    for preset in presets.PRESETS:
        console.say(f"  {preset.kind}:{preset.name:<6} {preset.title} ({preset.url})")
        if preset.note:
            console.say(f"{'':<15}{preset.note}")
    for broken in found.broken:
        complain(f"The destination {broken.name} cannot be used: {broken.why}")
    console.result(
        "destinations",
        {
            "kinds": [{"kind": kind.kind, "title": kind.title} for kind in found.usable],
            "presets": [
                {"name": f"{one.kind}:{one.name}", "title": one.title, "url": one.url}
                for one in presets.PRESETS
            ],
        },
    )
    console.last("Next: badge-migrator login DESTINATION --as EMAIL")
