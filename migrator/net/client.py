"""The client every request of ours goes through."""

from __future__ import annotations

import json as json_module
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from migrator.net.guard import Blocked, GuardedAdapter, ViaAdapter, check_url
from migrator.net.trouble import Unreachable, explain

_AGENT = "badge-migrator (rescues Open Badges; one request at a time)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 64 * 1024
MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, headers (any case), the whole body, and the address it came from."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def text(self) -> str:
        """The body as UTF-8 text, whatever is wrong in it replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as JSON; raises ValueError for anything else."""
        return json_module.loads(self.body)


class Client:
    """One way to the network, safe to share between threads that each make single requests.

    Only public http and https addresses are reached, unless `allow_private` (a destination on this
    computer, named by the person) or `via`: then everything goes to that one local address, with
    the Host header of whom it was meant for. Answers longer than `max_bytes`, or slower than
    `read_timeout` altogether, are given up. Proxies of the environment and cookies are not used.
    """

    def __init__(  # noqa: PLR0913 - each limit by its name
        self,
        *,
        via: str | None = None,
        allow_private: bool = False,
        connect_timeout: float = 10.0,
        read_timeout: float = 60.0,
        max_bytes: int = MAX_BYTES,
        max_redirects: int = 10,
    ) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": _AGENT, "Accept": "application/json"})
        self._timeout = (connect_timeout, read_timeout)
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        adapter: requests.adapters.HTTPAdapter = requests.adapters.HTTPAdapter()
        if via is not None:
            adapter = ViaAdapter(via)
        elif not allow_private:
            adapter = GuardedAdapter()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the answer to a GET after redirects, each of them checked; raises Unreachable."""
        asked = url
        accept = {"Accept": "application/ld+json, application/json, image/*;q=0.8, */*;q=0.5"}
        given = {**accept, **(headers or {})}
        for _ in range(self._max_redirects + 1):
            reply = self.request("GET", url, headers=given)
            target = reply.headers.get("Location")
            if reply.status not in _REDIRECTS or not target:
                return reply
            if urlsplit(urljoin(url, target)).netloc != urlsplit(url).netloc:
                given.pop("Authorization", None)
            url = urljoin(url, target)
        raise Unreachable("redirects", asked, "redirected in circles")

    def request(  # noqa: PLR0913 - the parts of a request, by name
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Make exactly one request and return its answer, redirects included; raises Unreachable.

        At most one of `json`, `form` (form-encoded) and `data` is sent.
        """
        try:
            check_url(url)
        except Blocked as error:
            raise Unreachable("blocked", url, str(error)) from error
        try:
            with self._session.request(
                method,
                url,
                json=json,
                data=form if form is not None else data,
                headers=dict(headers or {}),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                self._session.cookies.clear()
                body = self._body(response, url)
                return Reply(response.status_code, response.headers, body, url)
        except (requests.RequestException, OSError, UnicodeError) as error:
            raise explain(error, url) from error

    def close(self) -> None:
        """Give back the connections."""
        self._session.close()

    def _body(self, response: requests.Response, url: str) -> bytes:
        # Decompressed as it comes, so that neither a bomb nor a host that drips for ever gets far.
        ends = time.monotonic() + self._timeout[1]
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self._max_bytes:
                raise Unreachable("too_large", url, f"more than {self._max_bytes} bytes", sent=True)
            if time.monotonic() > ends:
                raise Unreachable("timeout", url, "the answer did not end", sent=True)
        return bytes(body)
