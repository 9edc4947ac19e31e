"""What a web address answered, and who can be asked: a live web, an archive, or a made one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a GET, after redirects.

    `status` is the HTTP status, or None when no answer came; then `error` says why
    ("dns", "refused", "tls", "timeout", "too_large", "blocked", "redirects"). `known` is False when
    nobody was asked: rules then assume the best and the verdict says what was assumed.
    """

    url: str
    status: int | None = None
    content_type: str = ""
    body: bytes = b""
    error: str = ""
    known: bool = True

    @classmethod
    def unknown(cls, url: str) -> Answer:
        """The answer of somebody who did not ask."""
        return cls(url, known=False)


class Web(Protocol):
    """Somebody who can be asked for the document at an address."""

    def get(self, url: str) -> Answer:
        """Return the answer; never raises."""
