"""Taking secrets out of text before it is shown, logged or kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"

_NAMES = (
    r"(?:password|passwd|pwd|secret|client_secret|access_token|refresh_token|id_token"
    r"|auth_?token|token|api_?key|authorization|code_verifier|set-cookie|cookie)"
)
_SCHEME = re.compile(r"\b(Bearer|Token|Basic)(\s+)(?!\[hidden\])[\w.~+/=-]{6,}", re.IGNORECASE)
_USERINFO = re.compile(r"(://)[^/?#\s@\"'<>]+@")
_CODE = re.compile(r"([?&]code=)[^&\s\"'<>]+", re.IGNORECASE)
_STRING = r"(?:\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?)"
# In JSON and Python text: "password": "...", also when it is cut off.
_QUOTED = re.compile(rf"([\"'][\w-]*{_NAMES}[\"']\s*[:=]\s*){_STRING}", re.IGNORECASE)
# In forms, queries, headers and sentences: password=..., Authorization: ...
_PLAIN = re.compile(
    rf"(?<![\w\"'])([\w-]*{_NAMES}\s*[=:]\s*)"
    rf"(?!\[hidden\]|(?:Bearer|Token|Basic)\s)(?:{_STRING}|[^\s&,;\"'<>)\]}}]+)",
    re.IGNORECASE,
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without passwords, tokens, client secrets and names inside URLs.

    `secrets` are values known to be secret, hidden wherever they stand and in whatever form.
    """
    for secret in sorted({one for one in secrets if one}, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _USERINFO.sub(rf"\1{HIDDEN}@", text)
    text = _CODE.sub(rf"\1{HIDDEN}", text)
    text = _SCHEME.sub(rf"\1\2{HIDDEN}", text)
    text = _QUOTED.sub(rf'\1"{HIDDEN}"', text)
    return _PLAIN.sub(rf"\1{HIDDEN}", text)
