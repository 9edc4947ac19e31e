"""Values inside long JSON documents, with what stands around them: the export of a whole issuer.

An object that is gone into is never held whole, and its own fields may stand behind the list that
is read. So it is read twice: first for what stands around, then for the values.
"""

from __future__ import annotations

from typing import Any

from migrator.openbadges.model import Json, JsonObject
from migrator.sources.jsontext import JsonText


class JsonAround(JsonText):
    """A `JsonText` that knows which objects the value it has just given stands in.

    `path` are their numbers, the outermost first; `fields` what else stands in each object that was
    gone into, complete once the text is read to its end.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.path: list[int] = []
        self.fields: list[JsonObject] = []
        super().__init__(*arguments, **options)

    def opened(self) -> None:
        """Number the object."""
        self.path.append(len(self.fields))
        self.fields.append({})

    def passed(self, key: Json, value: Json) -> None:
        """Remember a field of the innermost object."""
        self.fields[self.path[-1]][str(key)] = value

    def closed(self) -> None:
        """Leave the object."""
        self.path.pop()
