"""The addresses of the desk: they stay as they are, for tickets have them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from datasette import Response  # type: ignore[import-untyped] # has no types

from migrator import errors
from migrator.archive.archive import Archive
from migrator.web import actions, boards, files, finding, listing, start
from migrator.web.answer import shown
from migrator.web.badge import badge_page
from migrator.web.learner import learner_page
from migrator.web.look import SCRIPT, STYLE
from migrator.web.rights import ACT, ADDRESSES, LOOK
from migrator.web.view import Asked, View, Work

START = "start"
"""Under which name the counts of the start page are kept."""
_SIGN_IN = "/-/login"


def _page(work: Work) -> Callable[..., Any]:
    """Return a page of ours as Datasette calls it."""

    async def answer(datasette: Any, request: Any) -> Any:
        asked = await _asked(datasette, request)
        if asked is None:
            return _sign_in_first(request)
        try:
            view = await datasette.live.ask(lambda archive: work(archive, asked))
        except KeyError:
            return await shown(datasette, request, _NOTHING, asked, status=404)
        except errors.MigratorError as error:
            return await shown(datasette, request, _trouble(error), asked, status=503)
        return await shown(datasette, request, view, asked)

    return answer


def _counted(
    name: str,
    count: Callable[[Archive, Asked], Any],
    page: Callable[..., View],
    meanwhile: View | None = None,
) -> Any:
    """Return a page that needs the whole archive counted; `page` makes it of what was counted.

    `meanwhile` is shown before that; without it a page that comes again by itself.
    """

    async def answer(datasette: Any, request: Any) -> Any:
        asked = await _asked(datasette, request)
        if asked is None:
            return _sign_in_first(request)
        known = "/".join((name, *asked.path.values()))
        counting = partial(datasette.live.ask, lambda archive: count(archive, asked))
        wait = asked.format != "html"
        try:
            found = await datasette.counts.get(known, counting, wait=wait)
            if found is None and meanwhile is not None:
                # It must not come again by itself: what a person types into it would be lost.
                return await shown(datasette, request, meanwhile, asked)
            if found is None:
                answered = await shown(datasette, request, _COUNTING, asked)
                answered.headers["Refresh"] = "1"
                return answered
            view = await datasette.live.ask(lambda archive: page(archive, asked, found))
        except errors.MigratorError as error:
            return await shown(datasette, request, _trouble(error), asked, status=503)
        return await shown(datasette, request, view, asked)

    return answer


def _file(work: Callable[[Archive, Asked], files.File], *, addresses: bool) -> Callable[..., Any]:
    """Return a file of the archive; with `addresses` only for who may see them."""

    async def answer(datasette: Any, request: Any) -> Any:
        asked = await _asked(datasette, request)
        if asked is None or (addresses and not asked.addresses):
            return Response.text("Not for everybody: it names the learner.\n", status=403)
        try:
            file = await datasette.live.ask(lambda archive: work(archive, asked))
        except (KeyError, errors.MigratorError):
            return Response.text("There is no such file.\n", status=404)
        return Response(file.data, headers=file.headers, content_type=file.media_type)

    return answer


def _ours(text: str, media_type: str) -> Callable[..., Any]:
    async def answer() -> Any:
        return Response(text, content_type=f"{media_type}; charset=utf-8")

    return answer


def _sign_in_first(request: Any) -> Any:
    """Send somebody to the page to sign in, and from there to where they wanted."""
    wanted = f"{request.path}?{request.query_string}" if request.query_string else request.path
    return Response.redirect(f"{_SIGN_IN}?{urlencode({'next': wanted})}")


async def _asked(site: Any, request: Any) -> Asked | None:
    """Return what is asked, None where nobody is signed in who may look."""
    if not await site.permission_allowed(request.actor, LOOK):
        return None
    path = {key: value for key, value in request.url_vars.items() if value is not None}
    shape = path.pop("format", "html")
    return Asked(
        path,
        {key: request.args[key] for key in request.args},
        shape,
        await site.permission_allowed(request.actor, ADDRESSES),
        await site.permission_allowed(request.actor, ACT),
    )


def _trouble(error: errors.MigratorError) -> View:
    return View(
        "desk_message.html",
        "That did not work",
        {"message": error.what, "next_step": error.next_step},
    )


_NOTHING = View(
    "desk_message.html",
    "There is no such page",
    {
        "message": "Nothing in this archive has this address.",
        "next_step": "Search for the learner or the badge. An address of a ticket is meant for one"
        " archive: perhaps this desk has another open.",
    },
)
_COUNTING = View(
    "desk_message.html",
    "Counting",
    {
        "message": "The badges are being counted; this takes some seconds the first time.",
        "next_step": "The page comes by itself. Searching works meanwhile.",
    },
)


def _groups(archive: Archive, asked: Asked, found: Any) -> View:  # noqa: ARG001 - as start_page is
    return listing.groups_page(asked, found)


_START = _counted(
    START, lambda archive, _: boards.counted(archive), start.start_page, start.COUNTING
)
_SHAPE = r"(?:\.(?P<format>csv|json))?$"
_ID = r"(?P<id>\d{1,19})"
ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (r"^/$", _START),
    (r"^/totals\.(?P<format>csv|json)$", _START),
    (rf"^/find{_SHAPE}", _page(finding.find_page)),
    (rf"^/learner/{_ID}{_SHAPE}", _page(learner_page)),
    (rf"^/learner/{_ID}/note$", actions.acted(actions.note)),
    (rf"^/learner/{_ID}/retry$", actions.acted(actions.retry)),
    (rf"^/badge/{_ID}{_SHAPE}", _page(badge_page)),
    (rf"^/badge/{_ID}/picture$", _file(files.picture, addresses=False)),
    (rf"^/badge/{_ID}/original/(?P<part>\d{{1,19}})$", _file(files.baked, addresses=True)),
    (rf"^/badge/{_ID}/document/(?P<part>\d{{1,19}})$", _file(files.document, addresses=True)),
    (
        rf"^/board/{_ID}/(?P<state>[a-z_]{{1,40}})(?:/(?P<reason>[a-z_]{{1,60}}))?{_SHAPE}",
        _page(listing.board_page),
    ),
    (
        rf"^/by/(?P<by>issuer|class|cohort|day){_SHAPE}",
        _counted("by", lambda archive, asked: boards.grouped(archive, asked.path["by"]), _groups),
    ),
    (rf"^/class/{_ID}{_SHAPE}", _page(listing.class_page)),
    (rf"^/issuer/{_ID}{_SHAPE}", _page(listing.issuer_page)),
    (rf"^/problems{_SHAPE}", _page(listing.problems_page)),
    (r"^/-/desk/style\.css$", _ours(STYLE, "text/css")),
    (r"^/-/desk/live\.js$", _ours(SCRIPT, "text/javascript")),
]
"""Patterns of paths and what answers them."""
