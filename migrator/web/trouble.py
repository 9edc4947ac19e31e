"""What Datasette cannot answer, said plainly, and without its printing what the pages hold."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from datasette import Forbidden, NotFound, Response  # type: ignore[import-untyped] # has no types
from datasette.utils.asgi import Base400  # type: ignore[import-untyped] # as above
from datasette.views.base import DatasetteError  # type: ignore[import-untyped] # as above
from markupsafe import Markup


def plainly(site: Any, view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view of Datasette whose errors are pages of ours.

    Datasette itself would print them with every variable, addresses among them.
    """

    @functools.wraps(view)
    async def answer(request: Any, send: Any) -> Any:
        try:
            return await view(request, send)
        except NotFound:
            return await _page(site, request, 404, "There is no such page", "Nothing is here.")
        except Forbidden:
            return await _page(site, request, 403, "Not for everybody", _NOT_YOU)
        except DatasetteError as error:
            words = error.message
            if error.message_is_html:
                words = Markup(words).striptags()  # noqa: S704 - it becomes text again
            title = error.title or "That did not work"
            return await _page(site, request, error.status or 500, title, str(words))
        except Base400 as error:
            return await _page(site, request, error.status, "That did not work", str(error))
        except sqlite3.Error as error:
            return await _page(site, request, 500, "The archive did not answer", str(error))

    return answer


_NOT_YOU = "Tables and SQL show addresses, and who is here may not see those."


async def nothing(site: Any, request: Any) -> Any:
    """Answer what no page has for its address."""
    return await _page(site, request, 404, "There is no such page", "Nothing is here.")


async def _page(site: Any, request: Any, status: int, title: str, words: str) -> Any:
    if request.path.endswith(".json"):
        told = {"ok": False, "error": words, "status": status, "title": title}
        return Response(json.dumps(told), status=status, content_type="application/json")
    context = {"title": title, "error": words}
    return Response.html(
        await site.render_template("error.html", context, request=request), status=status
    )
