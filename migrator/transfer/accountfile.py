"""The file an admin keeps of accounts: which addresses belong into which account, line by line.

Any table that spreadsheets and platforms write (`migrator.sources.csvtext`). A line may name
several addresses, in one cell or in several columns, and an account may have several lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

from migrator.archive.told import Line
from migrator.errors import Usage
from migrator.sources.csvtext import CsvText, Record
from migrator.sources.header import is_secret, plain

FIELDS = ("email", "account")
_EMAIL_NAMES = """
email emails mail mails emailaddress emailaddresses mailaddress mailaddresses learner learners
learneremail learneremails learnermail recipient recipientemail recipients address addresses
oldemail oldemails oldmail oldaddress mozillaemail backpackemail legacyemail previousemail
studentemail personemail useremail otheremail otheremails otheraddresses moreemails
alternateemail alternateemails secondaryemail primaryemail emailadresse emailadressen
mailadresse adressemail adressemel courriel courriels correo correoelectronico correos
"""
_ACCOUNT_NAMES = """
account accounts accountemail accountname accountid destinationaccount destinationemail username
user login loginname loginemail signin newemail newmail newaddress badgr badgremail badgraccount
badgrusername badgrlogin parchment parchmentemail parchmentaccount canvas canvasemail canvasaccount
backpackaccount targetaccount targetemail konto kontoname benutzer benutzername benutzerkonto
anmeldename kennung compte utilisateur identifiant cuenta usuario conta
"""
_EMAIL, _ACCOUNT = frozenset(_EMAIL_NAMES.split()), frozenset(_ACCOUNT_NAMES.split())
_PASSWORD = re.compile(r"passw|kennwort|contrasena|motdepasse|senha|salasana|^pw\d*$|^pwd\d*$")
_ADDRESS = re.compile(r"[^@\s,;<>\"'()]+@[^@\s,;<>\"'()]+")
_IN_ANGLES = re.compile(r"<([^<>]*)>")
_APART = re.compile(r"[\s,;|]+")
_LONGEST = 254


class _WrongError(Exception):
    """Why a line cannot be used."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that cannot be used, and why; nothing of a file with secrets is quoted."""

    number: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Read:
    """A line as read; `password` is "" unless secrets were asked for and it has one."""

    line: Line
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Columns:
    emails: tuple[int, ...]
    account: int | None
    password: int | None
    width: int
    secret: bool


class AccountFile:
    """One such file; iterate over it once. Memory does not grow with it.

    `settings` names columns by hand: {"email": "Mail", "account": "Konto"}. Raises Usage when no
    column of addresses can be found, or one that was named is not there. `ignored` are the names of
    columns that hold secrets and were not read; `account_column` says whether one names the account
    (else the first address of a line is its name).
    """

    def __init__(
        self, stream: BinaryIO, settings: Mapping[str, str] | None = None, *, secrets: bool = False
    ) -> None:
        self._text = CsvText(stream)
        self._records = iter(self._text)
        first = next(self._records, None)
        if first is None:
            raise Usage("The file of accounts is empty.", _HOW)
        named = _header(first.cells, settings or {})
        if named is None and len(first.cells) == 1 and _ADDRESS.fullmatch(first.cells[0]):
            named = _Columns((0,), None, None, 1, secret=False)
            self._records = chain([first], self._records)
        if named is None:
            raise Usage("No column of the file's first line is known.", _HOW)
        self._columns = named
        self._secrets = secrets
        self.account_column = named.account is not None
        self.ignored = () if secrets else tuple(one for one in first.cells if is_secret(one))

    @property
    def damage(self) -> str:
        """Why the file could not be read to its end, "" when it could."""
        return self._text.damage

    def __iter__(self) -> Iterator[Read | Bad]:
        for record in self._records:
            try:
                yield self._read(record)
            except _WrongError as error:
                yield Bad(record.line, str(error))

    def _read(self, record: Record) -> Read:
        columns, cells = self._columns, record.cells
        if record.wrong:
            raise _WrongError(_UNCLOSED)
        if any(cells[columns.width :]):
            raise _WrongError(_TOO_WIDE.format(len(cells), columns.width))
        account = _cell(cells, columns.account)
        if columns.account is not None and not account:
            raise _WrongError("It names no account.")
        addresses = [
            self._address(one) for at in columns.emails for one in _parts(_cell(cells, at))
        ]
        if not columns.emails:
            addresses.append(self._address(account))
        if not addresses:
            raise _WrongError("It names no e-mail address of a learner.")
        username = _name(account or addresses[0])
        password = _cell(cells, columns.password) if self._secrets else ""
        return Read(Line(record.line, username, _each_once(addresses)), password)

    def _address(self, text: str) -> str:
        if not _is_address(text):
            raise _WrongError(self._no_address(text))
        return text

    def _no_address(self, text: str) -> str:
        if self._columns.secret:  # what stands in the wrong column may be a password
            return "What stands where an e-mail address should be is none."
        shown = "".join(sign if sign.isprintable() else " " for sign in text[:80])
        return f"{shown} is no e-mail address."


def _header(cells: tuple[str, ...], settings: Mapping[str, str]) -> _Columns | None:
    """Return which columns mean what, None when these are no names of columns."""
    names = [plain(one) for one in cells]
    told = {field: _told(names, cells, name) for field, name in settings.items()}
    bare = [one.rstrip("0123456789") for one in names]
    account = told.get("account")
    if account is None:
        account = next((at for at, one in enumerate(bare) if one in _ACCOUNT), None)
    if "email" in told:
        emails: tuple[int, ...] = (told["email"],)
    else:
        emails = tuple(at for at, one in enumerate(bare) if one in _EMAIL and at != account)
    password = next((at for at, one in enumerate(names) if _PASSWORD.search(one)), None)
    if not emails and account is None:
        return None
    secret = any(map(is_secret, cells)) or password is not None
    return _Columns(emails, account, password, len(cells), secret)


def _told(names: list[str], cells: tuple[str, ...], name: str) -> int:
    if plain(name) not in names:
        raise Usage(
            f"The file of accounts has no column {name}.", f"Its columns are: {', '.join(cells)}."
        )
    return names.index(plain(name))


def _name(text: str) -> str:
    if len(text) > _LONGEST or any(one.isspace() for one in text):
        raise _WrongError("The account's name is longer, or has more blanks, than one can be.")
    if not text.isprintable():
        raise _WrongError("The account's name has signs in it that nobody can type.")
    return text


def _cell(cells: tuple[str, ...], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""


def _parts(cell: str) -> list[str]:
    """Return the addresses of a cell: one or more, perhaps with names before <...>."""
    if "@" not in cell:
        return [cell] if cell else []
    angles = _IN_ANGLES.findall(cell)
    parts = angles or [one for one in _APART.split(cell) if one]
    return [one.strip().removeprefix("mailto:") for one in parts]


def _is_address(text: str) -> bool:
    return len(text) <= _LONGEST and bool(_ADDRESS.fullmatch(text)) and text.isprintable()


def _each_once(addresses: list[str]) -> tuple[str, ...]:
    return tuple({one.casefold(): one for one in reversed(addresses)}.values())[::-1]


_HOW = (
    "Its first line must name the columns, such as: email,account. Or say which they are:"
    " --set column.email=NAME --set column.account=NAME"
)
_UNCLOSED = (
    "A quotation mark in it is never closed (or it is far too long), so it is not certain where its"
    " cells end."
)
_TOO_WIDE = (
    "It has {} cells, and the file has {} columns: perhaps a cell with the delimiter in it lacks"
    " its quotation marks."
)
