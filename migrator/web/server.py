"""The desk on the network: one address, until it is stopped."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import uvicorn  # comes with Datasette

from migrator import errors
from migrator.web.desk import Desk
from migrator.web.warm import warm


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the desk can be asked; `local` says that only this computer can."""

    url: str
    local: bool


_EVERY = ("0.0.0.0", "::")  # noqa: S104 - who asks for every address of the computer gets them


class _Server(uvicorn.Server):
    """Makes the desk warm as soon as it answers."""

    def __init__(self, config: uvicorn.Config, site: Desk) -> None:
        super().__init__(config)
        self._site = site
        self._warming: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._warming = asyncio.create_task(warm(self._site))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is under way, and end."""
        if self._warming is not None:
            self._warming.cancel()
        await super().shutdown(sockets)


def is_local(host: str) -> bool:
    """Whether only this computer can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(site: Desk, host: str, port: int, ready: Callable[[Listening], None]) -> None:
    """Answer until Ctrl-C; `ready` is told the address. Raises Usage when it cannot be taken."""
    taken = _bound(host, port)
    with taken:
        config = uvicorn.Config(
            site.app(),
            log_level="error",
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=2,
        )
        name = socket.gethostname() if host in _EVERY else host
        shown = f"[{name}]" if ":" in name else name
        number = taken.getsockname()[1]
        ready(Listening(f"http://{shown}:{number}/", is_local(host)))
        # It answers what is under way, then ends as Ctrl-C ends a program.
        with suppress(KeyboardInterrupt):
            _Server(config, site).run(sockets=[taken])


def _bound(host: str, port: int) -> socket.socket:
    taken = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, kind, protocol)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(128)
    except OSError as error:
        if taken is not None:
            taken.close()
        raise _not_bound(host, port, error) from error
    return taken


def _not_bound(host: str, port: int, error: OSError) -> errors.Usage:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return errors.Usage(
            f"{host} is no address of this computer ({error.strerror}).",
            "Leave --host out, or name one of its own addresses.",
        )
    return errors.Usage(
        f"Port {port} of {host} cannot be used ({error.strerror}).",
        "Perhaps a desk is open already. Name another port with --port, or 0 for any free one.",
    )
