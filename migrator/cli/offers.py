"""Values that a shell offers while somebody types: fast, never failing, nothing that could harm."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.cli.completion import ASKED

_Pairs = Iterable[tuple[str, str]]
# Shells run what stands in some quotes, and names come from anywhere: only what is plain is shown.
_PLAIN = re.compile(r"[\w.@+:/%=,~-]+(?: [\w.@+:/%=,~][\w.@+:/%=,~-]*)*")
# These shells put a value with blanks into the line as one word (`completion` sees to it in bash).
_ONE_WORD = frozenset({"complete_bash", "complete_zsh", "complete_fish"})
_SPECIAL = re.compile(r"[^\w .,@()/-]+")
_LONGEST_HELP = 60
_ENDINGS = (".db", ".sqlite")


@dataclass(frozen=True, slots=True)
class Offer:
    """A value as typer shows it to a shell."""

    value: str
    help: str = ""
    type: str = "plain"


def offers(param: Any, given: Mapping[str, Any], typed: str) -> list[Offer] | None:
    """Return what an option or argument may be, None where the shell knows better (files).

    `given` has the other values of the command line, so that the archive is the one it names.
    """
    metavar = (param.metavar or "").strip("[]")
    if "|" in metavar:
        return _plain(((one, "") for one in metavar.split("|")), typed)
    names = (*(f"{one} {metavar}" for one in param.opts), *param.opts, metavar)
    source = next((_OFFERS[name] for name in names if name in _OFFERS), None)
    return None if source is None else _plain(source(given, typed), typed) or None


def _plain(pairs: _Pairs, typed: str) -> list[Offer]:
    blanks = os.environ.get(ASKED) in _ONE_WORD
    return [
        Offer(value, " ".join(_SPECIAL.sub(" ", about).split())[:_LONGEST_HELP])
        for value, about in pairs
        if _PLAIN.fullmatch(value)
        and (blanks or " " not in value)
        and value.casefold().startswith(typed.casefold())
    ]


def _archives(_given: Mapping[str, Any], typed: str) -> Iterator[tuple[str, str]]:
    folder, slash, _ = typed.rpartition("/")
    try:
        found = sorted(os.scandir(Path(folder + slash).expanduser()), key=lambda one: one.name)
    except OSError:
        return
    for one in found:
        if one.name.endswith(_ENDINGS):
            yield f"{folder}{slash}{one.name}", ""


def _adapters(_given: Mapping[str, Any], _typed: str) -> Iterator[tuple[str, str]]:
    return _registered("adapters")


def _registered(what: str) -> Iterator[tuple[str, str]]:
    from importlib.metadata import entry_points

    for one in sorted(entry_points(group=f"badge_migrator.{what}"), key=lambda one: one.name):
        yield one.name, ""


def _reasons(_given: Mapping[str, Any], _typed: str) -> Iterator[tuple[str, str]]:
    from migrator.reasons import REASONS

    for one in REASONS.values():
        yield one.code, one.sentence


def _destinations(given: Mapping[str, Any], _typed: str) -> Iterator[tuple[str, str]]:
    from migrator.archive.accounts import destinations
    from migrator.archive.offers import glance
    from migrator.destinations.presets import PRESETS

    with glance(_archive_of(given)) as opened:
        known = [one.name for one in destinations(opened)] if opened else []
    for name in known:
        yield name, "in this archive"
    for preset in PRESETS:
        name = f"{preset.kind}:{preset.name}"
        if name not in known:
            yield name, preset.title
    named = {preset.kind for preset in PRESETS}
    for kind, _ in _registered("destinations"):
        if kind not in named:
            yield f"{kind}:", "and an address or folder"


def _addresses(given: Mapping[str, Any], typed: str) -> Iterator[tuple[str, str]]:
    from migrator.archive.offers import addresses, glance

    with glance(_archive_of(given)) as opened:
        yield from addresses(opened, typed) if opened else ()


def _hosts(given: Mapping[str, Any], _typed: str) -> Iterator[tuple[str, str]]:
    from migrator.archive.offers import glance, hosts

    with glance(_archive_of(given)) as opened:
        yield from hosts(opened) if opened else ()


def _sources(given: Mapping[str, Any], _typed: str) -> Iterator[tuple[str, str]]:
    from migrator.archive.offers import glance, sources

    with glance(_archive_of(given)) as opened:
        yield from sources(opened) if opened else ()


def _badge_classes(given: Mapping[str, Any], typed: str) -> Iterator[tuple[str, str]]:
    from migrator.archive.offers import badge_classes, glance

    with glance(_archive_of(given)) as opened:
        yield from badge_classes(opened, typed) if opened else ()


def _badge_class_names(given: Mapping[str, Any], typed: str) -> Iterator[tuple[str, str]]:
    for name, about in () if "://" in typed else _badge_classes(given, typed):
        yield f"{name}=", about


def _archive_of(given: Mapping[str, Any]) -> Path:
    from migrator.cli.options import DEFAULT_ARCHIVE

    named = given.get("archive_file") or os.environ.get("BADGE_MIGRATOR_ARCHIVE")
    return Path(named or DEFAULT_ARCHIVE).expanduser()


# By the option's name, else by what stands for its value in the help.
_OFFERS = {
    **dict.fromkeys(("--archive", "--into", "--from-archive", "OTHER"), _archives),
    "--adapter": _adapters,
    "--reason": _reasons,
    "DESTINATION": _destinations,
    **dict.fromkeys(("EMAIL", "ADDRESS", "WHO"), _addresses),
    **dict.fromkeys(("--host", "--issuer", "--not-restorable"), _hosts),
    "--source": _sources,
    "--badge-class": _badge_classes,
    "--badge-class NAME=ID": _badge_class_names,
}
