"""`badge-migrator serve`: the desk for support staff, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile

if TYPE_CHECKING:
    from migrator.web.rights import Settings

PORT = 8701
_HASH = "BADGE_MIGRATOR_DESK_PASSWORD_HASH"
_GUEST_HASH = "BADGE_MIGRATOR_DESK_GUEST_PASSWORD_HASH"


def serve(
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = PORT,
    host: Annotated[
        str,
        typer.Option(
            "--host", metavar="ADDRESS", help="Another than this computer's own asks to sign in."
        ),
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="A name people reach it by; repeatable."),
    ] = None,
    mask: Annotated[bool, typer.Option("--mask", help="Hide e-mail addresses.")] = False,
    allow_actions: Annotated[
        bool, typer.Option("--allow-actions", help="Let people note things and retry badges.")
    ] = False,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the desk in your browser.")
    ] = False,
) -> None:
    """Open the desk for support staff: search, learners, badges and boards in a browser.

    It only reads the archive, also while a push runs. Only this computer can reach it unless --host
    says otherwise; then people sign in.
    """
    _need_extra()
    from migrator.web.desk import desk
    from migrator.web.server import Listening, listen

    console = Console()
    site = desk(_settings(archive_file, host, name or [], mask=mask, actions=allow_actions))

    def ready(listening: Listening) -> None:
        console.say(f"The desk over {archive_file} is at {listening.url}")
        if not listening.local:
            console.say("People sign in as `desk`. What they read goes unencrypted over the net:")
            console.say("put it behind a web server with TLS, see docs/serve.md.")
        console.last("Stop it with Ctrl-C.")
        if open_browser:
            import webbrowser

            webbrowser.open(listening.url)

    try:
        listen(site, host, port, ready)
    finally:
        site.close()
    console.say("The desk is closed.")


def _settings(
    archive_file: Path, host: str, names: list[str], *, mask: bool, actions: bool
) -> Settings:
    import socket

    from migrator.web.rights import GUEST, STAFF, Settings
    from migrator.web.server import is_local
    from migrator.web.signin import password_hash

    hashes = {}
    if not is_local(host):
        for account, variable in ((STAFF, _HASH), (GUEST, _GUEST_HASH)):
            found = password_hash(account, variable)
            if found:
                hashes[account] = found
        if STAFF not in hashes:
            raise errors.Usage(
                f"Others could reach the desk at {host}, and there is no password for it.",
                f"Make one with `datasette hash-password` and put what it prints into {_HASH}"
                " (in quotes: it has $ in it). For this computer alone leave --host out.",
            )
    own = {socket.gethostname().lower(), host.lower(), *(one.lower() for one in names)}
    return Settings(archive_file, mask, actions, hashes, frozenset(own))


def _need_extra() -> None:
    from importlib.util import find_spec

    if find_spec("datasette") is None or find_spec("datasette_auth_passwords") is None:
        raise errors.Usage(
            "The desk needs Datasette, which is not installed.",
            "Install it: pip install 'badge-migrator[web]'",
        )
