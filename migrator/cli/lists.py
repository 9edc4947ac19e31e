"""`badge-migrator adapters` and `destinations`: what can be read, and where it can go."""

from __future__ import annotations

from migrator.cli.console import Console, complain
from migrator.cli.options import AsJson


def adapters(as_json: AsJson = False) -> None:
    """List the kinds of sources that can be read."""
    from migrator.sources import registry

    console = Console(as_json)
    loaded = registry.registry()
    for adapter in loaded.usable:
        console.say(f"{adapter.name:<16} {adapter.title}")
        console.say(f"{'':<16} reads {adapter.reads}")
    for broken in loaded.broken:
        complain(f"The adapter {broken.name} cannot be used: {broken.why}")
    console.result(
        "adapters",
        {
            "adapters": [
                {"name": one.name, "title": one.title, "reads": one.reads} for one in loaded.usable
            ],
            "broken": [{"name": one.name, "why": one.why} for one in loaded.broken],
        },
    )
    console.last("Next: badge-migrator archive SOURCE")


def destinations(as_json: AsJson = False) -> None:
    """List the backpacks that badges can be pushed to."""
    from migrator.destinations import presets, registry

    console = Console(as_json)
    found = registry.registry()
    for kind in found.usable:
        console.say(f"{kind.kind:<8} {kind.title}; at any address: {kind.kind}:https://...")
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
