"""What a server answered, whole and in memory: the client has kept it to a sane size."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrator.net.redaction import redact

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """One answer, of any status. `headers` are found in any case; `url` is the last one asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def __repr__(self) -> str:
        """Without headers and body: those of a sign-in are secrets."""
        return f"Reply({self.status}, {len(self.body)} bytes, {redact(self.url)!r})"

    def json(self) -> Any:
        """Return the body as JSON; raises ValueError when it is none, or is nested too deep."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("the JSON is nested too deep") from error

    @property
    def text(self) -> str:
        """The body as text; what cannot be decoded is replaced."""
        named = _CHARSET.search(self.headers.get("Content-Type", ""))
        try:
            return self.body.decode(named[1] if named else "utf-8", "replace")
        except LookupError:  # no such encoding, or one that does not make text
            return self.body.decode("utf-8", "replace")

    @property
    def media_type(self) -> str:
        """The type of the body without its parameters, in lower case."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
