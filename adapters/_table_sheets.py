"""The sheets of an Excel workbook (.xlsx, .xlsm), row by row; formulas and macros never run."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import repeat
from typing import IO, Any
from xml.etree.ElementTree import ParseError  # only the error: openpyxl reads with defusedxml

from defusedxml import DefusedXmlException

from migrator.errors import SourceUnreadable
from migrator.sources.csvtext import Record
from migrator.sources.place import Limits, Member

# What openpyxl raises over a damaged workbook depends on where the damage is.
BROKEN = (
    *(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError),
    *(zlib.error, zipfile.BadZipFile, NotImplementedError, ParseError, DefusedXmlException),
    *(AssertionError, RuntimeError),
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_NO_RESULT = (
    "A cell of this row is a formula, and the file does not say what it came to. "
    "Open it in your spreadsheet program, save it, and archive it again."
)
_BOMB = "The workbook is packed so tightly that it is no workbook of badges."
_CHUNK = 1 << 16
_COLUMNS = 256
_ROWS = 1_048_576
_SHEETS = 200
_AGAIN = "Open it in your spreadsheet program and save it again as .xlsx or CSV."


def is_workbook(members: list[Member]) -> bool:
    """Say whether the members of a ZIP are those of an Excel workbook."""
    names = {member.name for member in members}
    return "[Content_Types].xml" in names and "xl/workbook.xml" in names


class Workbook:
    """An opened workbook; `formulas` is the same once more, without results, where it has any."""

    def __init__(self, values: Any, formulas: Any | None) -> None:
        self._values, self._formulas = values, formulas
        self.sheets = [one.title for one in values.worksheets][:_SHEETS]

    def records(self, sheet: str) -> Iterator[Record]:
        """Yield the rows of a sheet that say something; raises one of BROKEN at damage."""
        rows = _rows(self._values, sheet)
        formulas = _rows(self._formulas, sheet) if self._formulas else repeat(())
        for number, (values, written) in enumerate(zip(rows, formulas, strict=False), 1):
            if number > _ROWS:
                return
            cells = tuple([_text(value) for value in values])
            lost = any(map(_is_formula, values, written))
            if any(cells) or lost:
                while cells and not cells[-1]:  # a row is as long as the longest one
                    cells = cells[:-1]
                raw = "\t".join(cells).encode("utf-8", "replace")
                yield Record(number, cells, raw, _NO_RESULT if lost else "")


@contextmanager
def opened(file: IO[bytes], limits: Limits) -> Iterator[Workbook]:
    """Lend a workbook; raises SourceUnreadable when it is damaged or packed like a bomb."""
    from openpyxl import load_workbook  # noqa: PLC0415 (it takes 0.2 s, and few files are these)

    try:
        _refuse_bombs(file, limits)
        books = [
            # Values as the spreadsheet program saved them: nothing is calculated here.
            load_workbook(file, read_only=True, data_only=values, keep_links=False)
            for values in ((True, False) if _has_formulas(file) else (True,))
        ]
    except BROKEN as error:
        raise SourceUnreadable("The workbook cannot be read; it is damaged.", _AGAIN) from error
    yield Workbook(books[0], books[1] if len(books) > 1 else None)


def _rows(book: Any, sheet: str) -> Iterator[tuple[Any, ...]]:
    worksheet = book[sheet]
    worksheet.reset_dimensions()  # what a file says about its size is not to be believed
    return iter(worksheet.iter_rows(max_col=_COLUMNS, values_only=True))


def _is_formula(value: Any, written: Any) -> bool:
    """Say whether a cell is a formula without a result."""
    return value is None and isinstance(written, str) and written.startswith("=")


def _text(value: Any) -> str:
    """Return a cell as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _refuse_bombs(file: IO[bytes], limits: Limits) -> None:
    with zipfile.ZipFile(file) as packed:
        for info in packed.infolist():
            large = info.file_size > limits.ratio_floor
            if large and info.file_size > info.compress_size * limits.ratio:
                raise SourceUnreadable(_BOMB, _AGAIN)
            # This one is held whole.
            if info.filename == "xl/sharedStrings.xml" and info.file_size > limits.member_bytes:
                raise SourceUnreadable("The workbook is too large.", "Save its sheets as CSV.")


def _has_formulas(file: IO[bytes]) -> bool:
    with zipfile.ZipFile(file) as packed:
        for info in packed.infolist():
            if info.filename.startswith("xl/worksheets/"):
                with packed.open(info) as stream:
                    before = b""
                    while chunk := stream.read(_CHUNK):
                        if _FORMULA.search(before + chunk):
                            return True
                        before = chunk[-40:]
    return False
