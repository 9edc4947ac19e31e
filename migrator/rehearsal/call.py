"""One request on its way to a handler: who asks, what for, and whether it is allowed.

The order is that of the real server: media type, token, confirmed address, scope, method.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from flask import Flask, Request, Response, request
from werkzeug.routing import Map, Rule

from migrator.rehearsal import answers
from migrator.rehearsal.answers import Broken, Refused, Reply, Style
from migrator.rehearsal.state import Account, Clock, State
from migrator.rehearsal.tokens import BackOff, Tokens
from migrator.verify.answers import Web

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
Handler = Callable[["Call"], Reply]


@dataclass(frozen=True, slots=True)
class Desk:
    """What every handler may use; `new_web` makes what fetches for one request.

    The memory of the real server lasts one request only: a host that is back is seen at once.
    """

    state: State
    new_web: Callable[[], Web]
    clock: Clock
    tokens: Tokens
    back_off: BackOff


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `account` is who asks."""

    desk: Desk
    request: Request
    who: Account | None = None
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """What the backpack remembers."""
        return self.desk.state

    @property
    def account(self) -> Account:
        """Who asks; only for paths that need a token."""
        if self.who is None:
            raise Broken
        return self.who

    @property
    def base(self) -> str:
        """The address of this backpack without a slash at its end."""
        return self.request.host_url.rstrip("/")

    @property
    def is_form(self) -> bool:
        """Whether the body is a form (url-encoded or multipart)."""
        return self.request.mimetype in (
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        )

    def body(self) -> dict[str, Any]:
        """Return the JSON object (or the fields of the form); raises Refused for anything else."""
        body = self.form() if self.is_form else self.json()
        if not isinstance(body, dict):
            kind = type(body).__name__
            said = f"Invalid data. Expected a dictionary, but got {kind}."
            raise Refused(400, {"non_field_errors": [said]}, validation=[said])
        return body

    def form(self) -> dict[str, Any]:
        """Return the fields of a form; files as bytes."""
        files = {name: file.read() for name, file in self.request.files.items()}
        return {**self.request.form, **files}

    def json(self) -> Any:
        """Return the JSON of the body, `{}` when it is empty; raises Refused."""
        data = self.request.get_data()
        if not data:
            return {}
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            said = f"JSON parse error - {error}"
            raise Refused(400, said, validation=[said]) from error


@dataclass(frozen=True, slots=True)
class Route:
    """One path: its generation of the API, a handler a method, and what it asks of the caller.

    `read` scopes are asked for GET, `write` scopes for the rest; any one of them is enough. `open`
    names the methods that need no token, `confirmed` says that an address must be confirmed.
    """

    rule: str
    style: Style
    handlers: Mapping[str, Handler]
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    confirmed: bool = True
    open: frozenset[str] = frozenset()


def register(app: Flask, desk: Desk, routes: tuple[Route, ...]) -> None:
    """Give an app its routes: these and no others."""
    app.url_map = _paths(tuple(route.rule for route in routes))
    for route in routes:
        app.view_functions[route.rule] = partial(serve, desk, route)


@cache
def _paths(rules: tuple[str, ...]) -> Map:
    """Return the map of these paths, made once: it takes longer than all else of a start."""
    named = [Rule(rule, endpoint=rule, methods=METHODS) for rule in rules]
    return Map(named, merge_slashes=False)


def serve(desk: Desk, route: Route, **args: str) -> Response:
    """Answer one request."""
    try:
        reply = _reply(desk, route, args)
    except Refused as refused:
        reply = answers.refusal(route.style, refused)
    except Broken:
        return answers.page(500, "We're sorry, an error has occurred.")
    return answers.response(request, reply)


def _reply(desk: Desk, route: Route, args: Mapping[str, str]) -> Reply:
    if answers.chosen(request.headers.get("Accept", "")) is None:
        raise Refused(406, "Could not satisfy the request Accept header.")
    method = "GET" if request.method == "HEAD" else request.method
    handler = route.handlers.get(method)
    who = None
    if method not in route.open:
        who = _permitted(desk, route, method, known=handler is not None)
    if handler is None:
        raise Refused(405, f'Method "{request.method}" not allowed.')
    return handler(Call(desk, request, who, args))


def _permitted(desk: Desk, route: Route, method: str, *, known: bool) -> Account:
    found = desk.tokens.bearer(request)
    if found is None:
        raise Refused(401, answers.NOT_AUTHENTICATED)
    account, scopes = found
    if route.confirmed and not account.verified:
        raise Refused(403, answers.NOT_CONFIRMED)
    wanted = route.read if method == "GET" else route.write
    if known and wanted and not set(wanted) & set(scopes):
        raise Refused(403, answers.NO_PERMISSION)
    return account
