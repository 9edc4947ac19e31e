"""Servers on 127.0.0.1 that misbehave below HTTP, where a well-mannered test server cannot."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import pytest

from migrator.net import Client, Unreachable


class Peer:
    """A server that does with each connection what `behave` says, in a thread of its own."""

    def __init__(self, behave):
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.connections = 0
        self._behave = behave
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):
                self._behave(connection, self._over)

    def stop(self):
        self._over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


@pytest.fixture
def peer():
    """Start peers that are stopped when the test is over."""
    running = []

    def start(behave):
        running.append(Peer(behave))
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.fixture
def client():
    made = Client(allow_private=True, connect_timeout=2, read_timeout=2, total_timeout=5)
    yield made
    made.close()


@pytest.fixture
def failure():
    """Ask and return why there was no answer."""

    def ask(call, *args, **options):
        with pytest.raises(Unreachable) as caught:
            call(*args, **options)
        return caught.value

    return ask


def read_request(connection):
    """Take a request in, to its blank line."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(4096)
        if not part:
            break
        data += part
    return data


@pytest.fixture(scope="session")
def taking_in():
    return read_request
