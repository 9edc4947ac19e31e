"""What one record of a WARC file has saved: an answer of a web server, taken apart."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from io import BytesIO

from warcio.bufferedreaders import ChunkedDataReader  # type: ignore[import-untyped]
from warcio.statusandheaders import (  # type: ignore[import-untyped]
    StatusAndHeaders,
    StatusAndHeadersParser,
)

from migrator.sources.warc.checksum import matches

MOST_BYTES = 16 << 20
"""What is larger, packed or not, is no badge's."""
_HTTP = StatusAndHeadersParser(["HTTP/"], verify=False)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_WRAPPED, _RAW = 47, -15
"""What zlib is told: gzip or zlib around it, or the bare deflate that some servers send."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved answer. `moment` is 14 digits (UTC), "" where the record does not say.

    `body` is as the server meant it, None for a revisit (then `checksum` and `refers_to` lead to
    it) and where `trouble` says what is wrong.
    """

    uri: str
    moment: str
    status: int = 200
    media_type: str = ""
    location: str = ""
    checksum: str = ""
    body: bytes | None = None
    refers_to: str = ""
    trouble: str = ""

    @property
    def is_revisit(self) -> bool:
        """Whether the record only says that the answer was the same as an earlier one."""
        return self.body is None and not self.trouble


def moment(written: str | None) -> str:
    """Return an ISO 8601 moment as 14 digits, "" for none."""
    digits = re.sub(r"\D", "", (written or "")[:19])
    return digits.ljust(14, "0") if len(digits) >= 8 else ""


def read_saved(headers: StatusAndHeaders, block: bytes) -> Saved:
    """Take a response, resource or revisit record apart; never raises."""
    uri = target(headers)
    when = _DATE.match(headers.get_header("WARC-Date") or "")
    at = moment(when[0]) if when else ""
    checksum = (headers.get_header("WARC-Payload-Digest") or "").strip()
    if headers.get_header("WARC-Type") == "revisit":
        refers_to = _bare(headers.get_header("WARC-Refers-To-Target-URI") or uri)
        status, _, location = _http_head(block)[:3]
        return Saved(uri, at, status, location=location, checksum=checksum, refers_to=refers_to)
    if headers.get_header("WARC-Truncated"):
        return Saved(uri, at, checksum=checksum, trouble="it was saved only in part")
    if headers.get_header("WARC-Type") == "resource":
        media_type = _media_type(headers.get_header("Content-Type"))
        trouble = _trouble(headers, checksum, block, (block,))
        body = None if trouble else block
        return Saved(uri, at, 200, media_type, "", checksum, body, trouble=trouble)
    return _response(headers, block, Saved(uri, at, checksum=checksum))


def target(headers: StatusAndHeaders) -> str:
    """Return the address a record is about; some programs write it in angle brackets."""
    return _bare(headers.get_header("WARC-Target-URI") or "")


def _response(headers: StatusAndHeaders, block: bytes, known: Saved) -> Saved:
    status, media_type, location, http, sent = _http_head(block)
    if http is None:
        trouble, body = "it is no answer of a web server", None
    else:
        whole = _joined(http, sent)
        body = _unpacked(http, whole)
        trouble = "it is packed in a way that cannot be read" if body is None else ""
        if not trouble:
            trouble = _trouble(headers, known.checksum, block, (sent, whole, body or b""))
    return Saved(
        known.uri,
        known.moment,
        status,
        media_type,
        location,
        known.checksum,
        None if trouble else body,
        trouble=trouble,
    )


def _http_head(block: bytes) -> tuple[int, str, str, StatusAndHeaders | None, bytes]:
    stream = BytesIO(block)
    try:
        http = _HTTP.parse(stream)
    except EOFError:
        return 200, "", "", None, b""
    code = http.get_statuscode()
    if not (http.protocol.startswith("HTTP/") and re.fullmatch(r"[1-5]\d\d", code)):
        return 0, "", "", None, b""
    media_type = _media_type(http.get_header("Content-Type"))
    return int(code), media_type, http.get_header("Location") or "", http, stream.read()


def _joined(http: StatusAndHeaders, sent: bytes) -> bytes:
    if (http.get_header("Transfer-Encoding") or "").lower() != "chunked":
        return sent
    return bytes(ChunkedDataReader(BytesIO(sent)).read())


def _unpacked(http: StatusAndHeaders, whole: bytes) -> bytes | None:
    encoding = (http.get_header("Content-Encoding") or "identity").strip().lower()
    if encoding in ("identity", "none", ""):
        return whole
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return None
    for window in (_WRAPPED, _RAW) if encoding == "deflate" else (_WRAPPED,):
        inflate = zlib.decompressobj(window)
        try:
            body = inflate.decompress(whole, MOST_BYTES)
        except zlib.error:
            continue
        return body if inflate.eof else None
    # Some programs save the body unpacked and leave the header as it was.
    return None if whole[:2] == b"\x1f\x8b" else whole


def _trouble(
    headers: StatusAndHeaders, checksum: str, block: bytes, bodies: tuple[bytes, ...]
) -> str:
    whole = headers.get_header("WARC-Block-Digest")
    if (
        matches(checksum, *bodies) is False
        if checksum
        else whole and matches(whole, block) is False
    ):
        return "it is damaged, its checksum does not fit"
    return ""


def _media_type(written: str | None) -> str:
    return (written or "").partition(";")[0].strip().lower()


def _bare(uri: str) -> str:
    return uri.strip().removeprefix("<").removesuffix(">")
