"""What the statements of a mysqldump file look like, as patterns over bytes."""

from __future__ import annotations

import re

from migrator.errors import SourceUnreadable
from migrator.sources.mysqlrow import Malformed, NeedMore, parse_row, unescaped_quote

_RESYNC_TRIES = 100
MAKE_AGAIN = (
    "Run `mysqldump --hex-blob --single-transaction --result-file=backpack.sql DATABASE` and "
    "archive backpack.sql."
)
"""The next step for a dump in a form that is not read."""

_NAME = rb"(?:`(?:[^`]|``)+`|\"(?:[^\"]|\"\")+\"|[\w$]+)"
_QUALIFIED = rb"(?:" + _NAME + rb"\s*\.\s*)?(" + _NAME + rb")\s*"
# Conditional comments are statements of the server: only their brackets are blank. Version 999999
# exists nowhere, it hides MariaDB's sandbox line from MySQL.
BLANK = re.compile(rb"(?:[\s;]|\*/|/\*M?!(?!999999)\d*)+")
LINE_COMMENT = re.compile(rb"--(?:[\s]|\Z)|#")
BLOCK_COMMENT = re.compile(rb"/\*(?:M?!999999|(?!M?!))")
DELIMITER = re.compile(rb"DELIMITER[ \t]+(?!;\s)\S", re.IGNORECASE)
CREATE = re.compile(
    rb"CREATE\s+(?:TEMPORARY\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?" + _QUALIFIED + rb"\(",
    re.IGNORECASE,
)
INSERT = re.compile(
    rb"(?:INSERT|REPLACE)\b(?:\s+(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE))*\s+INTO\s+"
    + _QUALIFIED
    + rb"(?:\(([^()]*)\)\s*)?VALUES?\s*(?=\()",
    re.IGNORECASE,
)
STATEMENT = re.compile(
    rb"(?:ALTER|ANALYZE|BEGIN|CALL|CHANGE|COMMIT|CREATE|DELETE|DELIMITER|DO|DROP|FLUSH|GRANT"
    rb"|INSERT|INSTALL|LOCK|OPTIMIZE|RENAME|REPLACE|RESET|REVOKE|ROLLBACK|SELECT|SET|START|STOP"
    rb"|TRUNCATE|UNLOCK|UPDATE|USE|WITH|XA)\b",
    re.IGNORECASE,
)
CHATTER = re.compile(rb"[^\n]{0,80}\[?warning\]?|enter password", re.IGNORECASE)
BEHIND_ROW = re.compile(rb"\s*(?:(,)\s*|(?=;|\*/|ON\b|AS\b|\Z))", re.IGNORECASE)
_NEXT_ROW = re.compile(rb"\)\s*,\s*(?=\()")
_COLUMN = re.compile(rb"^\s*(?:`((?:[^`]|``)+)`|\"((?:[^\"]|\"\")+)\")\s+\S", re.MULTILINE)
_BARE_COLUMN = re.compile(
    rb"^\s+(?!(?:PRIMARY|UNIQUE|KEY|INDEX|CONSTRAINT|FULLTEXT|SPATIAL|FOREIGN|CHECK|PERIOD)\b)"
    rb"([A-Za-z_$][\w$]*)\s+[a-z]",
    re.MULTILINE,
)
QUOTE_OR_END = re.compile(rb"[;'\"`]")
_SAYS_DUMP = re.compile(r"(?:MySQL|MariaDB) dump |CREATE TABLE ")
HEADER = re.compile(rb"-- (?:MySQL|MariaDB) dump ")


def refuse_other_formats(head: bytes) -> None:
    """Raise SourceUnreadable when these first bytes are a dump in a form that is not read."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) and _SAYS_DUMP.search(
        head.decode("utf-16", "replace")
    ):
        raise SourceUnreadable(
            "This dump was written in UTF-16, as PowerShell's `>` does, which damages images.",
            MAKE_AGAIN,
        )
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml.{0,200}<mysqldump", head, re.DOTALL):
        raise SourceUnreadable(
            "This dump was written as XML (--xml), which is not read.", MAKE_AGAIN
        )


def resync(line: bytes, width: int) -> int | None:
    """Return where the next whole row of `width` values starts in a line, None without one."""
    at = 0
    for _ in range(_RESYNC_TRIES):
        found = _NEXT_ROW.search(line, at)
        if found is None:
            return None
        at = found.end()
        try:
            values, _end = parse_row(line, at)
        except (Malformed, NeedMore):
            continue
        if len(values) == width:
            return at
    return None


def statement_end(data: bytes, at: int) -> int:
    """Return the offset of the semicolon that ends a statement; raises NeedMore without one."""
    while found := QUOTE_OR_END.search(data, at):
        if found[0] == b";":
            return found.start()
        at = unescaped_quote(data, found.end(), found.end(), found[0]) + 1
        if at == 0:
            break
    raise NeedMore


def created_columns(definition: bytes) -> tuple[str, ...]:
    """Return the column names of a CREATE TABLE, from what stands in its parentheses."""
    quoted = tuple(
        (back or double).replace(b"``", b"`").replace(b'""', b'"').decode("utf-8", "replace")
        for back, double in _COLUMN.findall(definition)
    )
    return quoted or tuple(name.decode() for name in _BARE_COLUMN.findall(definition))


def listed_columns(listed: bytes) -> tuple[str, ...]:
    """Return the column names of an INSERT's own list."""
    return tuple(unquote(name) for name in re.findall(_NAME, listed))


def unquote(name: bytes) -> str:
    """Return a name without its backticks or ANSI quotes."""
    if name[:1] in (b"`", b'"'):
        quote = name[:1]
        name = name[1:-1].replace(quote * 2, quote)
    return name.decode("utf-8", "replace")
