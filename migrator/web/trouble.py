"""What cannot be answered, said plainly, and without printing what the pages hold."""

from __future__ import annotations

import functools
import json
import logging
import sqlite3
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasette import Forbidden, NotFound, Response  # type: ignore[import-untyped] # has no types
from datasette.utils.asgi import Base400  # type: ignore[import-untyped] # as above
from datasette.views.base import DatasetteError  # type: ignore[import-untyped] # as above
from markupsafe import Markup

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no page: an HTTP status, a title, a sentence."""

    status: int
    title: str
    words: str


NOTHING = Trouble(404, "There is no such page", "Nothing is here.")
_NOT_YOU = Trouble(
    403, "Not for everybody", "Tables and SQL show addresses, and who is here may not see those."
)
_DEFECT = Trouble(
    500,
    "This page could not be made",
    "This is a defect; please report it with the line that the desk has just printed.",
)


def plainly(site: Any, view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view whose errors are pages of ours.

    Datasette itself would print them with every variable, addresses among them.
    """

    @functools.wraps(view)
    async def answer(request: Any, send: Any) -> Any:
        try:
            return await view(request, send)
        except Exception as error:  # noqa: BLE001 - the boundary of a request: the desk goes on
            return await told(site, request, trouble_of(error, request.path))

    return answer


def trouble_of(error: Exception, path: str) -> Trouble:
    """Return what an error comes to; one that nobody foresaw is logged, without its values."""
    if isinstance(error, NotFound):
        return NOTHING
    if isinstance(error, Forbidden):
        return _NOT_YOU
    if isinstance(error, Base400):
        return Trouble(error.status, "That did not work", str(error))
    if isinstance(error, DatasetteError):
        words = error.message
        if error.message_is_html:
            words = Markup(words).striptags()  # noqa: S704 - it becomes text again
        return Trouble(error.status or 500, error.title or "That did not work", str(words))
    if isinstance(error, sqlite3.Error):
        return Trouble(500, "The archive did not answer", str(error))
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}"
    _LOG.error("%s could not be shown: %s in %s", path, type(error).__name__, place)
    return _DEFECT


async def told(site: Any, request: Any, trouble: Trouble) -> Any:
    """Return the page that says it, or the same for a program."""
    if request.path.endswith(".json"):
        facts = {"ok": False, "error": trouble.words, "status": trouble.status}
        text = json.dumps({**facts, "title": trouble.title})
        return Response(text, status=trouble.status, content_type="application/json")
    context = {"title": trouble.title, "error": trouble.words}
    page = await site.render_template("error.html", context, request=request)
    return Response.html(page, status=trouble.status)
