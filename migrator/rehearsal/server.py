"""The rehearsal: a backpack and the web of issuers on 127.0.0.1, started and stopped together.

    alice = AccountOptions(("alice@example.org",), password="...")
    with serve(RehearsalOptions(accounts=(alice,))) as rehearsal:
        print(rehearsal.url)

The backpack fetches every hosted badge over real HTTP, but from its own web of issuers only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from migrator.net import Client
from migrator.rehearsal import (
    account,
    answers,
    backpack,
    backpack_v1,
    collection,
    connect,
    connect_authorize,
    connect_register,
    credentials,
    emails,
    imported,
    public,
    signin,
)
from migrator.rehearsal.call import Desk, register
from migrator.rehearsal.control import Control
from migrator.rehearsal.faults import Faults, Faulty
from migrator.rehearsal.issuers import award, award_v1, issuer
from migrator.rehearsal.neighbours import Neighbourly
from migrator.rehearsal.running import Running
from migrator.rehearsal.state import AccountOptions, Clock, State, now
from migrator.rehearsal.tokens import PUBLIC, Application, BackOff, Tokens
from migrator.rehearsal.web import Documents, HostedWeb, folder_sources
from migrator.verify.answers import Web
from migrator.verify.live import LiveWeb

Fetching = Callable[[str], Callable[[], Web]]
_MODULES = (
    signin,
    account,
    emails,
    backpack,
    backpack_v1,
    collection,
    connect,
    connect_register,
    connect_authorize,
    credentials,
    public,
    issuer,
    award,
    award_v1,
)


@dataclass(frozen=True, slots=True)
class RehearsalOptions:
    """Everything a rehearsal can be told; port 0 means any free one.

    The documents of the issuers come from `folder` (files and, if it is there, `web.json`), then
    from `documents` (an archive). `dead` names hosts that do not answer.
    """

    accounts: tuple[AccountOptions, ...] = ()
    port: int = 0
    web_port: int = 0
    folder: Path | None = None
    documents: Documents | None = None
    dead: tuple[str, ...] = ()
    faults: Faults = field(default_factory=Faults)
    applications: tuple[Application, ...] = (PUBLIC,)
    clock: Clock = now
    educational: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """What a person is told about a running rehearsal."""

    url: str
    web_url: str
    emails: tuple[str, ...]
    dead: tuple[str, ...]
    faults: Faults


def make_app(  # noqa: PLR0913 -- every part of a rehearsal can be given, none must
    state: State,
    new_web: Callable[[], Web],
    *,
    clock: Clock = now,
    faults: Faults | None = None,
    applications: tuple[Application, ...] = (PUBLIC,),
    hosted: HostedWeb | None = None,
    educational: bool = False,
) -> Faulty:
    """Return the backpack as a WSGI app; `new_web` makes what fetches badges for one request."""
    app = Flask("badge-migrator-rehearsal", static_folder=None)
    desk = Desk(state, new_web, clock, Tokens(state, clock, applications), BackOff(clock))
    control = Control(state, hosted)
    modules = (*_MODULES, imported) if educational else _MODULES
    routes = (route for module in modules for route in module.ROUTES)
    register(app, desk, (*routes, *control.routes()))

    @app.errorhandler(HTTPException)
    def no_such_path(error: HTTPException) -> Response:
        if error.code != 404:
            return answers.page(500, "We're sorry, an error has occurred.")
        return answers.page(404, "Sorry, the page you were looking for was not found.")

    @app.after_request
    def count(response: Response) -> Response:
        with state.lock:
            rule = request.url_rule.rule if request.url_rule else "(no such path)"
            state.requests[f"{request.method} {rule}", response.status_code] += 1
        return response

    control.faulty = Faulty(app, faults, clock=clock)
    return control.faulty


class Rehearsal:
    """A running rehearsal; a context manager that stops it."""

    def __init__(self, options: RehearsalOptions, fetching: Fetching) -> None:
        self.state = State(options.accounts)
        self.hosted = HostedWeb(*_sources(options))
        self._web = Running(self.hosted, options.web_port)
        self.app = make_app(
            self.state,
            fetching(self._web.url),
            clock=options.clock,
            faults=options.faults,
            applications=options.applications,
            hosted=self.hosted,
            educational=options.educational,
        )
        try:
            self._backpack = Running(self.app, options.port)
        except BaseException:
            self._web.stop()
            raise

    @property
    def url(self) -> str:
        """The address of the backpack."""
        return self._backpack.url

    @property
    def web_url(self) -> str:
        """The address that plays every issuer's host."""
        return self._web.url

    def describe(self) -> Description:
        """Return what a person should be told."""
        emails = tuple(account.primary for account in self.state.accounts.values())
        return Description(self.url, self.web_url, emails, self.hosted.dead, self.app.faults)

    def stop(self) -> None:
        """Stop both servers."""
        self._backpack.stop()
        self._web.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _sources(options: RehearsalOptions) -> tuple[tuple[Documents, ...], tuple[str, ...]]:
    sources: tuple[Documents, ...] = ()
    dead: tuple[str, ...] = ()
    if options.folder is not None:
        sources, dead = folder_sources(options.folder)
    if options.documents is not None:
        sources = (*sources, options.documents)
    return sources, (*dead, *options.dead)


def serve(options: RehearsalOptions, *, fetching: Fetching | None = None) -> Rehearsal:
    """Start a rehearsal and return it; raises OSError when a port is taken.

    `fetching` takes the address of the web of issuers and returns a maker of what fetches there.
    """
    return Rehearsal(options, fetching or over_http)


def over_http(address: str) -> Callable[[], Web]:
    """Return a maker of webs that send every request, whatever its host, to this address.

    But for other backpacks on this computer: those are asked themselves.
    """
    client = Client(via=address)
    return lambda: Neighbourly(LiveWeb(client, played=True))
