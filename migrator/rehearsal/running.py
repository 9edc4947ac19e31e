"""A WSGI app served on 127.0.0.1, in a thread of its own."""

from __future__ import annotations

import logging
import socket
import threading
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

ADDRESS = "127.0.0.1"
_POLL = 0.02  # seconds until a server notices that it was told to stop


class _Quiet(WSGIRequestHandler):
    """Answers without a line on the screen for each request, and without saying what it is."""

    server_version = "rehearsal"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ARG002 -- werkzeug's
        logging.getLogger(__name__).debug(message, *args)


class Running:
    """One server in a thread of its own; raises OSError when the port is taken."""

    def __init__(self, app: Any, port: int) -> None:
        # werkzeug ends the whole program over a taken port, so the socket is opened here
        with socket.create_server((ADDRESS, port), backlog=128) as listening:
            self.server: BaseWSGIServer = make_server(
                ADDRESS, port, app, threaded=True, request_handler=_Quiet, fd=listening.fileno()
            )
        self.url = f"http://{ADDRESS}:{self.server.port}"
        self._thread = threading.Thread(
            target=self.server.serve_forever, args=(_POLL,), daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop it."""
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()
