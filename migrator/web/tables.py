"""Tables that Datasette itself writes as CSV: on their way out made such that nothing runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from migrator.files.table import Harmless
from migrator.web.rights import DATABASE

_DATASETTES = f"/{DATABASE}"
_DROPPED = b"content-length"

Message = MutableMapping[str, Any]


def harmless(path: str, send: Callable[[Message], Awaitable[None]]) -> Callable[[Message], Any]:
    """Return `send` with every cell of a CSV that it sends as `files.table.cell` has it.

    Datasette calls a CSV that is looked at text/plain. Files as they were found are no tables of
    its, and go out byte by byte.
    """
    table: Harmless | None = None

    async def sent(message: Message) -> None:
        nonlocal table
        if message["type"] == "http.response.start":
            headers = message.get("headers") or ()
            if _is_table(path, headers):
                table = Harmless()
                kept = [(key, value) for key, value in headers if key.lower() != _DROPPED]
                message = {**message, "headers": kept}
        elif table is not None:
            last = not message.get("more_body", False)
            message = {**message, "body": table.feed(message.get("body", b""), last=last)}
        await send(message)

    return sent


def _is_table(path: str, headers: Any) -> bool:
    kind = next((value for key, value in headers if key.lower() == b"content-type"), b"")
    plain = kind.startswith(b"text/plain") and path.startswith(_DATASETTES)
    return plain or bool(kind.startswith(b"text/csv"))
