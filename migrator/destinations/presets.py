"""Backpacks everybody may know by name: where they are, and how fast we may ask them."""

from __future__ import annotations

from dataclasses import dataclass

_PARCHMENT = "parchment"
POLITE = 90
"""Requests a minute to a service that many people share (reference/badge-formats.md 2.2)."""
POLITE_AT_ONCE = 4
"""Requests under way together at such a service (the same source)."""
OWN_AT_ONCE = 8
"""The same at a backpack of one's own: it may have as many workers as it has."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A backpack with a name.

    `aliases` are names it had before; `note` says what a person should know about it. `takes_jws`
    is False where a bare signature cannot be handed over, `takes_credentials` True where Open
    Badges 3.0 has a place of its own; `refreshes` is False where a refresh token opens nothing, so
    that the password is used again. `profile` names what it accepts (`migrator.verify.profile`).
    """

    kind: str
    name: str
    title: str
    url: str
    requests_per_minute: int | None = POLITE
    at_once: int = POLITE_AT_ONCE
    aliases: tuple[str, ...] = ()
    note: str = ""
    takes_jws: bool = True
    takes_credentials: bool = False
    refreshes: bool = True
    profile: str = "badgr-server"

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it goes by, today's first."""
        return (self.name, *self.aliases)


def _parchment(name: str, region: str, domain: str, *before: str) -> Preset:
    return Preset(
        "badgr",
        name,
        f"Parchment Digital Badges, {region}",
        f"https://api.badges.parchment.{domain}",
        aliases=before,
        note=f"Formerly {before[0]}, then Canvas Credentials; accounts and badges were kept.",
        profile=_PARCHMENT,
    )


PRESETS: tuple[Preset, ...] = (
    _parchment("us", "United States", "com", "badgr.io", "api.badgr.io", "badgr.com"),
    _parchment("eu", "Europe", "eu", "eu.badgr.io", "api.eu.badgr.io"),
    _parchment("au", "Australia", "au", "au.badgr.io", "api.au.badgr.io"),
    _parchment("ca", "Canada", "ca", "ca.badgr.io", "api.ca.badgr.io"),
    _parchment("sg", "Singapore", "sg", "sg.badgr.io", "api.sg.badgr.io"),
    Preset(
        "badgr",
        "oeb",
        "Open Educational Badges",
        "https://api.openbadges.education",
        aliases=("openbadges.education",),
        note="It takes Open Badges 3.0 too. A signed older badge needs its picture.",
        takes_jws=False,
        takes_credentials=True,
        refreshes=False,
        profile="open-educational-badges",
    ),
)


def regions(url: str) -> tuple[Preset, ...]:
    """Return all regions of the service at an address, that one first; () where it has none.

    Each is a backpack with accounts of its own (reference/badge-formats.md 2.2).
    """
    here = at(url)
    if here is None or here.profile != _PARCHMENT:
        return ()
    others = (one for one in PRESETS if one.profile == _PARCHMENT and one is not here)
    return (here, *others)


def named(kind: str, name: str) -> Preset | None:
    """Return the preset of this kind that goes, or went, by this name; capitals do not matter."""
    return next(
        (one for one in PRESETS if one.kind == kind and name.lower() in one.names),
        None,
    )


def at(url: str) -> Preset | None:
    """Return the preset at this address, None for a backpack of one's own."""
    return next((one for one in PRESETS if one.url == url.rstrip("/")), None)
