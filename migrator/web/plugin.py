"""Our plugin of Datasette: pages, permissions, inert texts. In any other Datasette it is silent."""

from __future__ import annotations

import re
from typing import Any

from datasette import hookimpl  # type: ignore[import-untyped] # has no types
from markupsafe import Markup

from migrator import markup
from migrator.archive.guide.describe import TABLES, VIEWS
from migrator.report.words import day, number, said
from migrator.web.desk import Desk
from migrator.web.rights import ACT, ADDRESSES, allowed
from migrator.web.routes import ROUTES


@hookimpl  # type: ignore[untyped-decorator] # as above
def register_routes(datasette: Any) -> Any:
    """Give Datasette our pages; they come before its own."""
    return ROUTES if isinstance(datasette, Desk) else []


@hookimpl(trylast=True)  # type: ignore[untyped-decorator] # as above
def permission_allowed(datasette: Any, actor: Any, action: str, resource: Any) -> bool | None:
    """Say who may do what; the last word counts."""
    if not isinstance(datasette, Desk):
        return None
    return allowed(datasette.desk_settings, actor, action, resource)


@hookimpl  # type: ignore[untyped-decorator] # as above
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Give our templates their words, and make foreign text unable to turn what is around it."""
    if not isinstance(datasette, Desk):
        return
    env.finalize = inert
    env.filters["link"] = lambda url, label=None: Markup(markup.link(str(url), label))  # noqa: S704 - escaped there
    env.filters["paragraphs"] = lambda text: Markup(markup.paragraphs(str(text)))  # noqa: S704 - escaped there
    # Drawn by us, every text in it escaped there.
    env.filters["drawn"] = Markup
    env.filters["sentence"] = lambda text: Markup(markup.sentence(str(text)))  # noqa: S704 - escaped there
    env.filters["breakable"] = lambda text: Markup(markup.breakable(text))  # noqa: S704 - escaped there
    env.filters["moment"] = moment
    env.filters["said"] = said
    env.filters["day"] = day
    env.filters["number"] = number
    env.filters["words"] = lambda code: str(code).replace("_", " ")


@hookimpl  # type: ignore[untyped-decorator] # as above
def extra_template_vars(datasette: Any, request: Any) -> Any:
    """Tell every template who is here."""
    if not isinstance(datasette, Desk):
        return {}

    async def told() -> dict[str, Any]:
        actor = request.actor if request else None
        return {
            "desk": datasette.desk_settings,
            "guide": _GUIDE,
            "may_see": await datasette.permission_allowed(actor, ADDRESSES),
            "may_act": await datasette.permission_allowed(actor, ACT),
        }

    return told


@hookimpl  # type: ignore[untyped-decorator] # as above
def render_cell(value: Any, datasette: Any) -> Markup | None:
    """Show an address in a table of Datasette as our pages do; None for what is none."""
    if not isinstance(datasette, Desk) or not isinstance(value, str):
        return None
    if not value.startswith(("http://", "https://")):
        return None
    return Markup(markup.link(value))  # noqa: S704 - escaped there


def moment(at: str | None) -> str:
    """Return an ISO 8601 moment to the minute, "" for none."""
    return f"{at[:10]} {at[11:16]} UTC" if at and len(at) > 16 else at or ""


def inert(value: Any) -> Any:
    """Return a text without signs that steer: they could turn the text around it."""
    if not isinstance(value, str):
        return value
    if value.isascii():
        kept = _CONTROLS.sub(" ", value)
    else:
        kept = "".join(c if c.isprintable() or c in _KEPT else " " for c in value)
    return Markup(kept) if isinstance(value, Markup) else kept  # noqa: S704 - it was one before


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_GUIDE = {name: one.row for name, one in (TABLES | VIEWS).items()}
_KEPT = frozenset("\n\t\u200c\u200d\u3000")
