"""The kinds of destinations that are installed, ours and anyone's, and what a name means."""

from __future__ import annotations

import difflib
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

from migrator.destinations.base import Destination, Place
from migrator.destinations.presets import PRESETS, named
from migrator.errors import Usage
from migrator.plugins import Loaded, Unfit, lacks, load

GROUP = "badge_migrator.destinations"

# Ends people copy from a manual together with the address.
_ENDS = (
    *("/v1", "/v2", "/o/token", "/v2/backpack/import", "/.well-known/badgeconnect.json"),
    *("/ims/ob/v3p0", "/ims/ob/v3p0/discovery", "/ims/ob/v3p0/credentials"),
)


class Kind(Protocol):
    """A kind of destination: called with an address it makes one.

    One that is in a folder says so with `place`, and is called with the whole path.
    """

    kind: str
    title: str

    def __call__(self, url: str) -> Destination:
        """Return the destination at this address."""


def registry() -> Loaded[Kind]:
    """Load all registered kinds; a broken one is named in `broken` and stops nobody."""
    return load(GROUP, _made, lambda kind: kind.kind)


def destinations() -> list[Kind]:
    """Return every usable kind of destination, by name; each has a `kind` and a `title`."""
    return list(registry().usable)


def resolve(text: str) -> Destination:
    """Return the destination meant by `KIND:URL` or `KIND:PRESET`.

    Raises Usage that says how it should be written, or what was probably meant.
    """
    name, colon, rest = text.strip().partition(":")
    if rest.startswith("//") and name.lower() in ("http", "https"):
        raise Usage(f"{text} does not say what kind of backpack it is.", f"Try badgr:{text}")
    kind = _kind(name.lower(), text)
    if not colon or not rest:
        raise Usage(f"{name} is a kind of backpack, not one of them.", _offers(kind.kind))
    if _place(kind) is Place.FOLDER:
        return kind(str(Path(rest).expanduser().resolve()))
    preset = named(kind.kind, rest)
    return kind(preset.url if preset else _address(kind.kind, rest))


def typed(kind: Kind) -> str:
    """Return how a destination of a kind is typed: `badgr:https://...`, `files:PATH`."""
    return f"{kind.kind}:{'PATH' if _place(kind) is Place.FOLDER else 'https://...'}"


def is_loopback(url: str) -> bool:
    """Whether an address is on this computer."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _made(found: Any) -> Kind:
    missing = lacks(found, ("kind", "title"))
    if missing or not callable(found):
        raise Unfit(f"It has no {', '.join(missing) or 'way to be made from an address'}")
    kind: Kind = found
    return kind


def _place(kind: Kind) -> Place:
    place: Place = getattr(kind, "place", Place.WEB)  # the one thing that may be left out
    return place


def _kind(name: str, text: str) -> Kind:
    known = registry()
    for kind in known.usable:
        if kind.kind == name:
            return kind
    for broken in known.broken:
        if broken.name == name:
            raise Usage(f"The destination {name} cannot be used: {broken.why}", "Install it again.")
    raise Usage(f"{text} is no destination we know.", _meant(name, text.partition(":")[2], known))


def _meant(name: str, rest: str, known: Loaded[Kind]) -> str:
    for preset in PRESETS:
        if name in preset.names:
            return f"Did you mean {preset.kind}:{preset.name}?"
    kinds = [kind.kind for kind in known.usable]
    near = difflib.get_close_matches(name, kinds, n=1)
    if near:
        return f"Did you mean {near[0]}:{rest}?" if rest else _offers(near[0])
    return f"There are these kinds: {', '.join(kinds)}. See: badge-migrator destinations"


def _offers(kind: str) -> str:
    if any(one.kind == kind and _place(one) is Place.FOLDER for one in registry().usable):
        return f"Write {kind}:PATH, such as {kind}:~/badges."
    names = [f"{one.kind}:{one.name}" for one in PRESETS if one.kind == kind]
    return f"Write one of {', '.join([*names, f'{kind}:https://your.backpack'])}."


def _address(kind: str, text: str) -> str:
    parts = _split(text)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise _not_an_address(kind, text)
    if parts.username or parts.password:
        raise Usage(
            f"The address of {parts.hostname} has a user name in it.",
            f"Leave it out, and say who you are with --as: {kind}:{parts.scheme}://{parts.hostname}",
        )
    if parts.query or parts.fragment:
        raise Usage(f"{text} is more than the address of a backpack.", "Leave out ? and #.")
    url = f"{parts.scheme}://{parts.netloc.lower()}{_path(parts.path)}"
    if parts.scheme == "http" and not is_loopback(url):
        raise Usage(
            f"{url} would carry the password in the open.",
            f"Use https: {kind}:https{url.removeprefix('http')}",
        )
    return url


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        return None
    return parts


def _path(path: str) -> str:
    path = path.rstrip("/")
    end = max((end for end in _ENDS if path.endswith(end)), key=len, default="")
    return path.removesuffix(end)


def _not_an_address(kind: str, text: str) -> Usage:
    names = [name for one in PRESETS if one.kind == kind for name in one.names]
    is_host = "." in text and "/" not in text and ":" not in text
    # Of two hosts that look alike one may be another region: never suggest that.
    near = [] if is_host else difflib.get_close_matches(text.lower(), names, n=1)
    if is_host:
        meant = f"Did you mean {kind}:https://{text}?"
    elif near:
        meant = f"Did you mean {kind}:{near[0]}?"
    else:
        meant = _offers(kind)
    return Usage(f"{text} is neither a name we know nor an https:// address.", meant)
