"""SVG: finds the baked assertion element and its place in the file, and splices one in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import quoteattr, unescape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from migrator.openbadges.baked import MAX_TEXT, Baked, Unbaked, classify, in_order_of_trust
from migrator.openbadges.documents import BLANK
from migrator.openbadges.model import Unreadable

MEDIA_TYPE = "image/svg+xml"
NAMESPACE = "http://openbadges.org"
NAMESPACE_3_0 = "https://purl.imsglobal.org/ob/v3p0"
MAX_BYTES = 32 * 1024 * 1024

_LOCAL_NAMES = frozenset({"assertion", "credential"})
_HOMES = frozenset({NAMESPACE, NAMESPACE_3_0})
_MAX_ELEMENTS = 16
_WIDE = (b"\xff\xfe", b"\xfe\xff")

_ATTRIBUTES = rb"((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*+)\s*+"
_ELEMENT = re.compile(rb"<(?:([\w.-]+):)?(assertion|credential)" + _ATTRIBUTES + rb"(/?)>")
_ROOT = re.compile(rb"<(?:[\w.-]+:)?svg(?=[\s/>])(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*+>")
_VERIFY = re.compile(r"\sverify\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = {"&quot;": '"', "&apos;": "'", "&#34;": '"', "&#39;": "'", "&#13;": "\r"}


@dataclass(slots=True)
class _Element:
    """An assertion element: its place, its `verify` attribute and its text."""

    start: int
    end: int
    keyword: str
    verify: str | None
    text: str


def unbake(data: bytes) -> Unbaked:
    """Return what an SVG carries, and warnings about how.

    XML that is unsafe (entities, external DTDs) or not well-formed is searched as bytes instead.
    Raises Unreadable when a limit is passed.
    """
    elements, warnings = _elements(data)
    found = [baked for element in elements for baked in _baked(element)]
    if len(elements) > 1:
        warnings = (*warnings, "several_chunks")
    return Unbaked(MEDIA_TYPE, in_order_of_trust(found), warnings)


def bake(data: bytes, text: str, verify: str | None = None, keyword: str = "assertion") -> bytes:
    """Return the SVG with this text as its only baked one, the first child of its root.

    JSON becomes the element's text, an address or a JWS its `verify` attribute.
    Raises Unreadable when there is no root element, or the text cannot stand in XML.
    """
    if _ILLEGAL.search(text) or len(text) > MAX_TEXT:
        raise Unreadable("The text cannot be baked: it is too long, or no XML may contain it.")
    if data.startswith(_WIDE):
        raise Unreadable("An SVG in UTF-16 cannot be baked; save it as UTF-8 first.")
    for element in sorted(_elements(data)[0], key=lambda one: -one.start):
        data = data[: element.start] + data[element.end :]
    root = _ROOT.search(data)
    if root is None:
        raise Unreadable("The SVG has no root element, so nothing can be baked into it.")
    inside = _written(text, verify, keyword).encode()
    if root[0].endswith(b"/>"):
        name = re.split(rb"[\s/>]", root[0][1:], maxsplit=1)[0]
        opened = root[0][:-2] + b">" + inside + b"</" + name + b">"
    else:
        opened = root[0] + inside
    return data[: root.start()] + opened + data[root.end() :]


def _written(text: str, verify: str | None, keyword: str) -> str:
    home = NAMESPACE if keyword == "assertion" else NAMESPACE_3_0
    name = f"openbadges:{keyword}"
    kind = classify(text)[0]
    if kind in ("url", "jws"):
        return f"<{name} xmlns:openbadges={quoteattr(home)} verify={quoteattr(text)}></{name}>"
    attribute = f" verify={quoteattr(verify)}" if verify else ""
    # A CDATA section cannot hold its own end: it is split between the two brackets and the rest.
    # A carriage return would be read as a line end, so it stands outside as a reference.
    safe = text.replace("]]>", "]]]]><![CDATA[>").replace("\r", "]]>&#13;<![CDATA[")
    return f'<{name} xmlns:openbadges="{home}"{attribute}><![CDATA[{safe}]]></{name}>'


def _baked(element: _Element) -> list[Baked]:
    found: dict[str, Baked] = {}
    for written in (element.text, element.verify):
        if written and written.strip(BLANK):
            kind, text = classify(written)
            found.setdefault(text, Baked(kind, text, element.keyword, element.start, element.end))
    return list(found.values())


def _elements(data: bytes) -> tuple[list[_Element], tuple[str, ...]]:
    if len(data) > MAX_BYTES:
        raise Unreadable(f"The SVG is larger than {MAX_BYTES // 2**20} MiB.")
    wide = data.startswith(_WIDE)
    # Most pictures carry nothing: then no parser need see them.
    if not wide and b"assertion" not in data and b"credential" not in data:
        return [], ()
    try:
        return _parsed(data), ()
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        return _searched(data), ("unsafe_or_broken_xml",)


@dataclass(slots=True)
class _Collector:
    """An ElementTree target that keeps only assertion elements, with their byte ranges."""

    data_in: bytes
    elements: list[_Element] = field(default_factory=list)
    open: _Element | None = None
    depth: int = 0
    texts: list[str] = field(default_factory=list)
    parser: DefusedXMLParser | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open an assertion element."""
        if self.open is not None:
            self.depth += 1
        if self.open is not None or len(self.elements) >= _MAX_ELEMENTS:
            return
        home, _brace, name = tag.lstrip("{").rpartition("}")
        if name not in _LOCAL_NAMES or home.rstrip("/") not in _HOMES:
            return
        position = self._position()
        self.open = _Element(position, position, name, attributes.get("verify"), "")
        self.depth = 0
        self.texts.clear()

    def data(self, text: str) -> None:
        """Take the text of the open element."""
        if self.open is not None and self.depth == 0:
            self.texts.append(text)

    def end(self, _tag: str) -> None:
        """Close the open element and note where it ends in the file."""
        if self.open is None:
            return
        if self.depth:
            self.depth -= 1
            return
        self.open.end = _end_of_tag(self.data_in, self._position())
        self.open.text = "".join(self.texts)
        self.elements.append(self.open)
        self.open = None

    def _position(self) -> int:
        assert self.parser is not None
        return int(self.parser.parser.CurrentByteIndex)


def _end_of_tag(data: bytes, position: int) -> int:
    """Return where the closing tag at a position ends; behind `<a/>` the parser stands already."""
    wide = data.startswith(_WIDE)
    mark = data[position : position + (4 if wide else 2)].replace(b"\x00", b"")
    if mark != b"</":
        return position
    little = data.startswith(b"\xff\xfe")
    return data.find(b">", position) + (2 if little else 1)


def _parsed(data: bytes) -> list[_Element]:
    collector = _Collector(data)
    parser = DefusedXMLParser(target=collector)
    collector.parser = parser
    parser.feed(data)
    parser.close()
    return collector.elements


def _searched(data: bytes) -> list[_Element]:
    """Find assertion elements in bytes that no parser should or could read."""
    found: list[_Element] = []
    offset = 0
    while len(found) < _MAX_ELEMENTS and (match := _ELEMENT.search(data, offset)):
        prefix, name, attributes, empty = match.groups()
        end = match.end()
        inside = b""
        if not empty:
            closing = b"</" + (prefix + b":" if prefix else b"") + name
            stop = data.find(closing, end)
            if stop < 0:
                break
            inside = data[end:stop]
            end = data.find(b">", stop) + 1 or len(data)
        verify = _VERIFY.search(attributes.decode("utf-8", "replace"))
        written = unescape(verify[1] or verify[2] or "", _ENTITIES) if verify else None
        text = inside.decode("utf-8", "replace")
        found.append(_Element(match.start(), end, name.decode(), written, _unquoted(text)))
        offset = end
    return found


def _unquoted(text: str) -> str:
    """Return element text: CDATA as it stands, references resolved between, blanks dropped."""
    parts = _CDATA.split(text)
    return "".join(
        part if position % 2 else unescape(part.strip(" \t\r\n"), _ENTITIES)
        for position, part in enumerate(parts)
    )
