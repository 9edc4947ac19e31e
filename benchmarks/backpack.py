"""A backpack that answers everything after so long: `python -m benchmarks.backpack SECONDS`.

Prints its port. It keeps nothing and checks nothing, so that it is never the slower side; on
SIGTERM it prints how many requests it has answered.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from itertools import count

SELF = {
    "result": [{"emails": [{"email": "learner@example.org", "verified": True, "primary": True}]}]
}
TOKEN = {"access_token": "a", "refresh_token": "b", "expires_in": 86400, "token_type": "Bearer"}
IMPORTED = "POST /v2/backpack/import"
_numbers = count(1)


class Answering(asyncio.Protocol):
    """One connection, one request after the other."""

    answered = 0

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer when a whole request has come."""
        self.data += data
        head, blank, body = self.data.partition(b"\r\n\r\n")
        if not blank:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(body) < length:
            return
        self.data = b""
        asyncio.get_running_loop().call_later(self.seconds, self.answer, head.split(b" ", 2)[:2])

    def answer(self, asked: list[bytes]) -> None:
        """Send what the path stands for."""
        Answering.answered += 1
        status, document = _document(b" ".join(asked).decode())
        body = json.dumps(document).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        if isinstance(self.transport, asyncio.Transport) and not self.transport.is_closing():
            self.transport.write(head.encode() + b"\r\n\r\n" + body)


def _document(asked: str) -> tuple[str, object]:
    if asked.startswith(IMPORTED):
        return "201 Created", {"result": [{"entityId": f"r{next(_numbers)}"}]}
    if asked.startswith("GET /v2/users/self"):
        return "200 OK", SELF
    if asked.startswith("POST /o/token"):
        return "200 OK", TOKEN
    return "200 OK", {"result": []}


async def main(seconds: float) -> None:
    """Serve until told to stop."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(seconds), "127.0.0.1", 0, backlog=256)
    stopped = loop.create_future()
    loop.add_signal_handler(signal.SIGTERM, stopped.set_result, None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stopped
    print(Answering.answered, flush=True)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
