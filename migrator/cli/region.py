"""`login --find-region`: in which region of a service an account lives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator import errors
from migrator.cli.console import Console, complain

if TYPE_CHECKING:
    from migrator.destinations.base import Credentials
    from migrator.destinations.presets import Preset


def regions_of(destination: str) -> tuple[Preset, ...]:
    """Return all regions of a service, the named one first; raises Usage where it has none."""
    from migrator.destinations import presets, registry

    found = presets.regions(registry.resolve(destination).url)
    if not found:
        raise errors.Usage(
            f"{destination} has no regions.", "Leave out --find-region: there is one place to ask."
        )
    return found


def find(
    found: tuple[Preset, ...], username: str, password: str, console: Console
) -> tuple[str, Credentials]:
    """Return the name of the region in which an account lives, and its tokens there.

    The password goes to each region once, until one knows it. Raises SignInFailed when none does.
    """
    from migrator.destinations import registry
    from migrator.destinations.base import Credentials
    from migrator.destinations.regions import ask

    asked = ask(
        found,
        lambda preset: registry.resolve(f"{preset.kind}:{preset.name}"),
        Credentials(username, password=password),
    )
    for one in asked:
        name = f"{one.preset.kind}:{one.preset.name}"
        if one.found is not None:
            console.say(f"Your account lives at {name} ({one.preset.title}).")
            return name, one.found
        complain(f"{name}: {one.said}")
    raise errors.SignInFailed(
        f"No region lets {username} in with this password; each was asked once.",
        "Check the password in a browser: the address it shows once you are in tells the region"
        " (one that ends in .eu is badgr:eu). Without a password, sign in with --browser.",
    )
