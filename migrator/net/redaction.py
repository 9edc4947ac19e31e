"""Taking secrets out of texts before anybody sees them."""

from __future__ import annotations

import re

_HIDDEN = "<hidden>"
_NAMES = "access_token|refresh_token|client_secret|password|token|code|authorization|secret|api_key"
_PATTERNS = (
    (re.compile(r"(?i)\b(bearer|token|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {_HIDDEN}"),
    (re.compile(rf"(?i)([?&;\s\"'{{,](?:{_NAMES})=)[^&\s\"',}}]+"), rf"\1{_HIDDEN}"),
    (re.compile(rf"(?i)^((?:{_NAMES})=)[^&\s]+"), rf"\1{_HIDDEN}"),
    (re.compile(rf"(?i)([\"'](?:{_NAMES})[\"']\s*:\s*[\"'])[^\"']*"), rf"\1{_HIDDEN}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@]+@"), rf"\1{_HIDDEN}@"),
)


def redact(text: str) -> str:
    """Return a text without tokens, passwords, secrets and the user part of URLs."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
