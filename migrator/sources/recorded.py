"""A web made of recorded answers, to show what a live adapter does without any network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from migrator.errors import Incomplete
from migrator.openbadges.model import Json, JsonObject
from migrator.sources.live import LivePlace


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """One recorded answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class RecordedWeb:
    """Answers as a recording says: `{"GET /path?query": {"status": 200, "json": ...}}`.

    `json` or `text` is the body, `headers` are optional. A POST with a form is recorded as
    `POST /path?field=value`. What was not recorded is 404; `"status": 0` is a connection that
    breaks. `asked` is what was asked for, in order.
    """

    def __init__(self, replies: Mapping[str, JsonObject]) -> None:
        self.replies = dict(replies)
        self.asked: list[str] = []

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> RecordedReply:
        """Return what was recorded for a GET."""
        del headers  # any of them
        return self._answer("GET", url, {})

    def post(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Json = None,
        headers: Mapping[str, str] | None = None,
    ) -> RecordedReply:
        """Return what was recorded for a POST; fields of a JSON object count as a form's."""
        del headers  # any of them
        fields = form or (json if isinstance(json, dict) else {})
        return self._answer("POST", url, {key: str(value) for key, value in fields.items()})

    def _answer(self, method: str, url: str, form: Mapping[str, str]) -> RecordedReply:
        parts = urlsplit(url)
        query = urlencode(sorted([*parse_qsl(parts.query), *form.items()]), safe="@:/")
        asked = f"{method} {parts.path}" + (f"?{query}" if query else "")
        self.asked.append(asked)
        reply = self.replies.get(asked, {"status": 404, "json": {"error": "not recorded"}})
        status = reply.get("status", 200)
        assert isinstance(status, int)
        if status == 0:
            raise Incomplete(f"The connection broke off: {url}.", "Run the command again.")
        text = reply.get("text")
        body = text if isinstance(text, str) else json.dumps(reply.get("json"))
        headers = reply.get("headers")
        return RecordedReply(status, _Headers(headers), body.encode(), url)


class _Headers(dict[str, str]):
    """Headers that are found in any case."""

    def __init__(self, headers: Json) -> None:
        pairs = headers.items() if isinstance(headers, dict) else ()
        super().__init__((name.lower(), str(value)) for name, value in pairs)

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override] # narrower than dict's
        """Return a header."""
        return super().get(name.lower(), default)


def recorded_place(path: Path) -> LivePlace:
    """Open a recording `live.json`: `{"base", "account", "secret", "bookmark", "replies"}`."""
    recording = json.loads(path.read_text(encoding="utf-8"))
    secret = recording.get("secret", "")
    return LivePlace(
        recording["base"],
        RecordedWeb(recording["replies"]),
        account=recording.get("account", ""),
        secret=lambda: str(secret),
        bookmark=recording.get("bookmark"),
    )
