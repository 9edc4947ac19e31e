"""Text that holds many JSON values, or lines between them, read one by one and never as a whole.

Understood: JSON Lines, several values after each other, one long array, arrays inside objects, and
lines of plain text (addresses, signatures). UTF-8, UTF-16 and UTF-32; what is no UTF-8 keeps its
bytes. Packed with gzip, bzip2 or xz it is unpacked on the way.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Container, Iterator
from typing import BinaryIO, Literal, NamedTuple

from migrator.openbadges.documents import MAX_BYTES, MAX_DEPTH
from migrator.openbadges.model import Json, JsonObject
from migrator.sources.window import Window

_CHUNK = 1 << 18
_PEEK = 1 << 18
_BYTES = 1 << 18
_RAW = 64 << 10
_ACROSS = 64
_BLANK = re.compile(r"[\s\x00\ufeff,]*")
_INSIDE = re.compile(r"[\s\x00\ufeff,:]*")
_OPENING = re.compile(r'"(\w+)"\s*:\s*[\[{]')
_NEXT_ELEMENT = re.compile(r'[}\]"]\s*,\s*(?=[{"\[])')
_NEXT_OBJECT = re.compile(r"\}\s*,\s*(?=\{)")
_THE_END = re.compile(r"(?!)")
# Lines that go on an object begin with a blank or a bracket that closes.
_NEXT_LINE = re.compile(r"\n(?=[^\s}\],])")
# Raw line ends inside strings are harmless.
_SCAN: Callable[[str, int], tuple[Json, int]] = json.scanner.make_scanner(  # type: ignore[attr-defined] # typeshed leaves it out
    json.JSONDecoder(strict=False)
)
_CUT = "The text ends in the middle of it. Download or copy the file again."
_DEEP = "It is nested deeper than any badge."
_LONG = "It is longer than any badge, or a quotation mark is missing."
_WRONG = "It is no JSON: {}."
_NUMBER = "It has a number that is too long to be one."

Kind = Literal["json", "text", "bad"]


class Item(NamedTuple):
    """One value, and where it stands: `line 3` or, inside an array, `item 17` of the file.

    `data` are its bytes as they stand in the file (in the file's encoding), of a bad one the first
    64 KiB. `value` is the parsed JSON, the text of a line, or the sentence that says what is wrong.
    """

    kind: Kind
    where: str
    value: Json
    data: bytes


class JsonText:
    """Iterate over it once.

    `inside` are the keys of objects whose lists and objects are gone into, unless `is_one` says
    that the object itself is what is looked for. `deep` says that objects in lists, too, may be
    such long ones that they are not to be held whole.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        inside: Container[str] = (),
        is_one: Callable[[JsonObject], bool] = lambda _: True,
        limit: int = MAX_BYTES,
        deep: bool = False,
    ) -> None:
        self._window = Window(stream, _BYTES)
        self._window.ensure(_BYTES // 4)
        self.encoding = _encoding(self._window.data)
        self._errors = "surrogateescape" if self.encoding == "utf-8" else "surrogatepass"
        errors = "replace" if self.encoding != "utf-8" else self._errors
        self._decoder = codecs.getincrementaldecoder(self.encoding)(errors)
        self._inside, self._is_one, self._limit = inside, is_one, limit
        self._deep = deep
        self.text, self._at, self._ended = "", 0, False
        self._line, self._counted = 1, 0
        self._items = self._depth = 0
        self._told = False
        self._more()

    def __iter__(self) -> Iterator[Item]:
        last, same = 0, 0
        while self._skip(_BLANK):
            line = self._line_number()
            same = same + 1 if line == last else 1
            last = line
            where = f"line {line}" if same == 1 else f"line {line}, value {same}"
            if self.text[self._at] in '{["':
                yield from self._value(where, at_top=True)
            else:
                yield self._text_line(where)

    @property
    def damage(self) -> str:
        """Why the file could not be read to its end, "" when it could."""
        return self._window.damage

    def _value(
        self, where: str, *, at_top: bool = False, limit: int | None = None
    ) -> Iterator[Item]:
        """Yield the value that stands here, or those inside it."""
        start = self.text[self._at]
        if limit is None:
            limit = _PEEK if (at_top or self._deep) and start == "{" else self._limit
        if start == "[" and self._depth < MAX_DEPTH:
            yield from self._deeper(self._array())
            return
        try:
            value, end = self._scan(limit)
        except _Bad as error:
            if start == "{" and self._opens_inside() and self._depth < MAX_DEPTH:
                yield from self._deeper(self._object(where))
            elif limit < self._limit and isinstance(error, _TooLong):
                yield from self._value(where, at_top=at_top, limit=self._limit)
            else:
                yield self._bad(where, str(error), _resume(start, error, at_top=at_top))
            return
        if isinstance(value, dict) and not self._is_one(value) and self._goes_inside(value):
            yield from self._deeper(self._object(where))
            return
        data = self.text[self._at : end].encode(self.encoding, self._errors)
        self._at = end
        yield Item("json", where, value, data)

    def _deeper(self, inside: Iterator[Item]) -> Iterator[Item]:
        self._depth += 1
        yield from inside
        self._depth -= 1

    def _opens_inside(self) -> bool:
        """Say whether a broken or long object has a wanted key, as far as it can be seen."""
        end = _NEXT_LINE.search(self.text, self._at)
        stop = end.start() if end else len(self.text)
        keys = (found[1] for found in _OPENING.finditer(self.text, self._at, stop))
        return any(key in self._inside for key in keys)

    def _goes_inside(self, value: JsonObject) -> bool:
        return any(key in self._inside and isinstance(value[key], (list, dict)) for key in value)

    def _array(self) -> Iterator[Item]:
        self._at += 1
        while self._skip(_BLANK):
            if self.text[self._at] in "]}":
                self._at += 1
                return
            self._items += 1
            yield from self._value(f"item {self._items}")
        yield from self._cut(f"item {self._items + 1}")

    def _object(self, where: str) -> Iterator[Item]:
        """Go into the lists and objects under the wanted keys of the object that stands here."""
        self._at += 1
        self.opened()
        while self._skip(_INSIDE):
            if self.text[self._at] == "}":
                self._at += 1
                self.closed()
                return
            try:
                key, self._at = self._scan(_PEEK)
                if not self._skip(_INSIDE):
                    break
                named = isinstance(key, str) and key in self._inside
                if named and self.text[self._at] in "[{":
                    yield from self._value(f"{where}, {key}")
                else:
                    value, self._at = self._scan(self._limit)
                    self.passed(key, value)
            except _Bad as error:
                yield self._bad(where, str(error), _NEXT_LINE)
                self.closed()
                return
        self.closed()
        yield from self._cut(f"{where}, end")

    def opened(self) -> None:
        """Be told that an object is gone into; for those who also want what stands around."""

    def passed(self, key: Json, value: Json) -> None:
        """Be told what else stands in the object that is gone into."""

    def closed(self) -> None:
        """Be told that the object is at its end."""

    def _cut(self, where: str) -> Iterator[Item]:
        """Say once that the text ends too early."""
        if not self._told:
            self._told = True
            yield Item("bad", where, _CUT, b"")

    def _text_line(self, where: str) -> Item:
        end = self.text.find("\n", self._at)
        while end < 0 and len(self.text) - self._at < self._limit and self._more():
            end = self.text.find("\n", self._at)
        line = self.text[self._at : end if end >= 0 else len(self.text)]
        self._at += len(line)
        if end < 0 and len(line) >= self._limit:
            return Item("bad", where, _LONG, line[:_RAW].encode(self.encoding, self._errors))
        line = line.strip().strip("\x00\ufeff")
        return Item("text", where, line, line.encode(self.encoding, self._errors))

    def _scan(self, limit: int) -> tuple[Json, int]:
        """Return the value that stands here and where it ends, reading on as need be."""
        while True:
            try:
                value: Json
                value, end = _SCAN(self.text, self._at)
            except StopIteration as error:
                wrong, at = "a value is expected", int(error.value)
            except json.JSONDecodeError as error:
                open_string = error.msg.startswith("Unterminated")
                wrong, at = error.msg, len(self.text) if open_string else error.pos
            except RecursionError:
                raise _Bad(_DEEP) from None
            except ValueError:
                raise _Bad(_NUMBER) from None
            else:
                return value, end
            if at < len(self.text) - 8:
                raise _Bad(_WRONG.format(wrong))
            if len(self.text) - self._at >= limit:
                raise _TooLong(_LONG)
            if not self._more():
                raise _Cut(_CUT)

    def _bad(self, where: str, sentence: str, resume: re.Pattern[str]) -> Item:
        """Pass over what cannot be read, to where the next value may begin."""
        self._told = self._told or sentence == _CUT
        raw, start = "", self._at + 1
        while True:
            found = resume.search(self.text, start)
            end = found.end() if found else max(start, len(self.text) - _ACROSS)
            raw += self.text[self._at : min(end, self._at + _RAW - len(raw))]
            self._at = start = end
            if found:
                break
            start = 0
            if not self._more():
                raw += self.text[self._at : self._at + _RAW - len(raw)]
                self._at = len(self.text)
                break
        raw = raw.rstrip(", \t\r\n")
        return Item("bad", where, sentence, raw.encode(self.encoding, self._errors))

    def _skip(self, blank: re.Pattern[str]) -> bool:
        """Go to the next sign that is none of these; False at the end of the text."""
        while True:
            found = blank.match(self.text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self.text):
                return True
            if not self._more():
                return False

    def _line_number(self) -> int:
        if self.text.find("\n", self._counted, self._at) >= 0:
            self._line += self.text.count("\n", self._counted, self._at)
        self._counted = max(self._counted, self._at)
        return self._line

    def _more(self) -> bool:
        if self._ended:
            return False
        self._line_number()
        rest = self.text[self._at :]
        parts, wanted = [rest], max(_CHUNK, len(rest))
        while wanted > 0 and not self._ended:
            window = self._window
            window.ensure(1)
            data, window.at = window.data[window.at :], len(window.data)
            self._ended = not data
            parts.append(self._decoder.decode(data, not data))
            wanted -= len(data)
        self.text, self._at, self._counted = "".join(parts), 0, 0
        return len(self.text) > len(rest)


class _Bad(Exception):
    """What stands here cannot be read; the message is a sentence."""


class _TooLong(_Bad):
    """What stands here is longer than may be held."""


class _Cut(_Bad):
    """The text ends before what stands here does."""


def _resume(start: str, error: _Bad, *, at_top: bool) -> re.Pattern[str]:
    """Return what the next value is known by behind one that cannot be read."""
    if at_top:
        return _NEXT_LINE
    if isinstance(error, _Cut):
        return _THE_END
    return _NEXT_OBJECT if start == "{" else _NEXT_ELEMENT


def _encoding(data: bytes) -> str:
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return name
    found = json.detect_encoding(data[:16])
    return "utf-8" if found.startswith("utf-8") else found
