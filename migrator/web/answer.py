"""Answers: what a page says as HTML, JSON or CSV, with addresses only for who may see them."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from typing import Any

from datasette import Response  # type: ignore[import-untyped] # has no types

from migrator.files.table import line
from migrator.report.veil import veiled
from migrator.report.words import plain
from migrator.web.view import Asked, View

_SHAPES = {"csv": "csv", "json": "json"}


async def shown(site: Any, request: Any, view: View, asked: Asked, *, status: int = 200) -> Any:
    """Return a page in the form that was asked for."""
    if asked.format == "json":
        return _json(view, asked, status)
    if asked.format == "csv":
        return _csv(view, asked)
    if view.goes_to is not None:
        return Response.redirect(view.goes_to, status=303)
    facts = view.facts if asked.addresses else veiled(view.facts)
    context = {
        **facts,
        "title": view.title if asked.addresses else veiled(view.title),
        "asked": asked,
        "q": asked.query.get("q", ""),
        "as_csv": _beside(request, "csv") if view.columns else None,
        "as_json": _beside(request, "json"),
    }
    page = await site.render_template(view.template, context, request=request)
    return Response.html(page, status=status)


def _json(view: View, asked: Asked, status: int) -> Any:
    told = {key: _plain(value) for key, value in view.facts.items() if key not in _OF_PAGES}
    kind = view.template.removeprefix("desk_").removesuffix(".html")
    facts = {"type": kind, "title": view.title, "page": view.goes_to, **told}
    text = json.dumps(facts if asked.addresses else veiled(facts), ensure_ascii=False, default=str)
    return Response(text, status=status, content_type="application/json; charset=utf-8")


_OF_PAGES = frozenset({"acts", "by", "others", "names", "told", "groups", "again", "met", "called"})
"""What a template needs and is no fact."""


def _csv(view: View, asked: Asked) -> Any:
    lines = [line(view.columns)]
    for row in view.rows:
        cells = tuple(plain(one) if isinstance(one, str) else one for one in row)
        lines.append(line(cells if asked.addresses else veiled(cells)))
    headers = {"Content-Disposition": 'attachment; filename="badges.csv"'}
    after = view.facts.get("after")
    if after is not None:
        headers["Link"] = f'<?after={after}>; rel="next"'
    return Response("".join(lines), headers=headers, content_type="text/csv; charset=utf-8")


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return value


def _beside(request: Any, shape: str) -> str:
    """Return the address of this page in another shape."""
    path = request.path if request.path != "/" else "/totals"
    query = f"?{request.query_string}" if request.query_string else ""
    return f"{path}.{shape}{query}"
