"""Doubts about hosts: who does not answer is not asked again for each of its badges."""

from __future__ import annotations

import socket
from collections.abc import Callable

from migrator import errors
from migrator.verify.hosts.heard import Heard

PATIENCE = {"dns": 1, "refused": 1, "tls": 1, "timeout": 3, "endless": 3, "reset": 3}
"""After how many failures in a row a host is not asked again in this run."""
_WELL_KNOWN = ("w3id.org", "openbadges.org", "www.wikipedia.org")


class Doubts:
    """What has gone wrong with each host in this run.

    `online` says whether this computer finds well-known names: without a network every host seems
    dead, and that must not be recorded.
    """

    def __init__(self, online: Callable[[], bool]) -> None:
        self._online = online
        self._sure = False
        self._failures: dict[str, tuple[str, int]] = {}

    def hear(self, host: str, heard: Heard) -> str | None:
        """Take an answer in; returns the error for which the host is given up, None otherwise.

        Raises Incomplete when this computer has no network.
        """
        if heard.error not in PATIENCE:
            self._sure = self._sure or heard.status is not None
            self._failures.pop(host, None)
            return None
        if heard.error == "dns" and not self._sure:
            self._sure = self._online()
            if not self._sure:
                raise errors.Incomplete(
                    "This computer finds no web site at all, so it seems to be offline."
                    " Nothing was recorded of hosts that could not be found.",
                    "Connect to the internet, then run the same command again.",
                )
        last, times = self._failures.get(host, (heard.error, 0))
        times = times + 1 if last == heard.error else 1
        self._failures[host] = heard.error, times
        return heard.error if times >= PATIENCE[heard.error] else None


def finds_names() -> bool:
    """Say whether this computer finds the address of any of some well-known names."""
    for name in _WELL_KNOWN:
        try:
            socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
        except OSError:
            continue
        return True
    return False
