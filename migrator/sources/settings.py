"""What a person says about a source that it does not say itself, handed to adapters by name.

`--set wwwroot=https://moodle.example.org`, or many at once in a JSON file (`--map FILE`), where
`{"column": {"email": "E-Mail"}}` means `column.email=E-Mail`. An adapter reads them from
`place.settings`, and lists those it knows in an attribute `settings`: their names and what they
say. Never a secret.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from migrator.errors import Usage
from migrator.openbadges.documents import parse_object
from migrator.openbadges.model import Json, Unreadable

_LARGEST = 1 << 20
_DEPTH = 4


def settings_of(adapter: Any) -> Mapping[str, str]:
    """Return the settings an adapter knows, by name, and what each says; none for most."""
    found = getattr(adapter, "settings", None)
    return found if isinstance(found, Mapping) else {}


def gathered(pairs: Iterable[str], file: Path | None, adapters: Iterable[Any]) -> Mapping[str, str]:
    """Return the settings of a command line: those of the file, and the pairs over them.

    Raises Usage for what is no `NAME=VALUE`, for names no adapter knows, and for a file that cannot
    be read.
    """
    known = {name for adapter in adapters for name in settings_of(adapter)}
    settings = _of_file(file) if file is not None else {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Usage(
                f"{pair} sets nothing.", "Write it as NAME=VALUE, such as column.email=Mail."
            )
        settings[name.strip()] = value.strip()
    for name in settings:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = (
                f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known))}."
            )
            raise Usage(f"No source knows a setting {name}.", meant)
    return settings


def _of_file(file: Path) -> dict[str, str]:
    try:
        with file.open("rb") as stream:
            document = parse_object(stream.read(_LARGEST))
    except (OSError, Unreadable) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Usage(
            f"The settings in {file.name} cannot be read: {why}",
            'Write a JSON file such as {"column": {"email": "E-Mail"}}.',
        ) from error
    return dict(_flat("", document, _DEPTH))


def _flat(before: str, value: Json, depth: int) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict) and depth:
        for name, inner in value.items():
            yield from _flat(f"{before}.{name}" if before else name, inner, depth - 1)
    elif value is None:
        yield before, ""
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield before, str(value)
    else:
        raise Usage(f"The setting {before} is neither a text nor a number.", "Correct the file.")
