"""A row of a table as a badge: what it says, and nothing that it does not say."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from email.utils import parseaddr

from migrator.openbadges.model import Assertion, BadgeClass, Evidence, Issuer, Recipient
from migrator.openbadges.recipient import looks_hashed
from migrator.sources.csvtext import Record
from migrator.sources.found import Found, FoundLearner, Outcome, Problem, Severity
from migrator.sources.header import is_secret
from migrator.sources.rowdocument import row_document
from migrator.sources.writtendate import is_ambiguous, written_date

from ._table_columns import MAIL, URL, Columns
from ._table_fields import FIELDS

TELLING = FIELDS.keys() - {"url", "email", "salt", "first_name", "last_name", "learner"}
"""The fields that say more than where a badge is and whose."""
_REMEMBERED = 4_000
_MORE_CELLS = (
    "This row has {} cells, and the table has {} columns: perhaps a cell with a {} in it lacks its "
    "quotation marks. Correct it and archive the file again."
)
_NO_URL = (
    "Where the address of the badge should be, this row has something else. Correct it (http://... "
    "or https://...) and archive the file again."
)
_NO_BADGE = (
    "This row says neither where a badge is, nor which badge was awarded to which e-mail address. "
    "Fill in what is missing and archive the file again."
)
_NO_MAIL = "This row's e-mail address is none, so it does not say whose the badge is. Correct it."
_NO_DATE = "The date {!r} ({}) cannot be read, so it was left out. Write it as 2014-05-29."
_TWO_DATES = (
    "The date {!r} ({}) can be read in two ways, so it was left out. Say which is meant: "
    "--set dates=dmy (day first) or --set dates=mdy (month first)."
)


class Rows:
    """Reads the rows of one table, one at a time; `locate` makes a locator of a row's number."""

    def __init__(self, columns: Columns, locate: Callable[[int], str], delimiter: str = "") -> None:
        self.columns, self._locate = columns, locate
        self._delimiter = {"\t": "tab", "": "sign"}.get(delimiter, delimiter)
        self._unread = [(number, columns.header[number]) for number in columns.unread]
        self._people: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._secret = {at for at, name in enumerate(columns.header) if is_secret(name)}

    def outcomes(self, record: Record) -> Iterator[Outcome]:
        """Yield the badge of a row, and before it the person, or the row's problem."""
        locator, width = self._locate(record.line), len(self.columns.header)
        if record.wrong:
            yield Problem(locator, "row_unreadable", record.wrong, self._raw(record))
        elif any(record.cells[width:]):
            sentence = _MORE_CELLS.format(len(record.cells), width, self._delimiter)
            yield Problem(locator, "row_too_long", sentence, self._raw(record))
        else:
            yield from self._row(locator, record)

    def _row(self, locator: str, record: Record) -> Iterator[Outcome]:
        said = self._said(record.cells)
        problem = _problem(locator, said, self._raw(record))
        if problem is not None:
            yield problem
            return
        warnings: list[Problem] = []
        recipient = _recipient(said)
        plain = recipient is not None and not recipient.hashed
        holder = recipient.identity if recipient and plain else None
        if said.get("email") and recipient is None:
            warnings.append(_warning(locator, "recipient_unreadable", _NO_MAIL))
        assertion = self._assertion(locator, said, recipient, warnings)
        name = _name(said)
        if holder and name and self._is_new(holder, name):
            yield FoundLearner(locator, (holder,), name)
        unread = {name: record.cells[at] for at, name in self._unread if at < len(record.cells)}
        yield Found(
            locator,
            assertion=row_document(assertion, "a table", unread=unread)
            if said.keys() & TELLING
            else None,
            hosted_url=said.get("url"),
            holder=holder,
            warnings=tuple(warnings),
        )

    def _said(self, cells: tuple[str, ...]) -> dict[str, str]:
        fields = self.columns.fields
        row = {name: cells[at] for name, at in fields.items() if at < len(cells) and cells[at]}
        return {**self.columns.constants, **row}

    def _assertion(
        self,
        locator: str,
        said: dict[str, str],
        recipient: Recipient | None,
        warnings: list[Problem],
    ) -> Assertion:
        dates: dict[str, str | None] = {}
        for field in ("issued_on", "expires"):
            text = said.get(field)
            dates[field] = found = written_date(text, self.columns.order) if text else None
            if text and found is None:
                two = is_ambiguous(text)
                sentence = (_TWO_DATES if two else _NO_DATE).format(text[:40], FIELDS[field][0])
                warnings.append(_warning(locator, f"{field}_unreadable", sentence))
        return Assertion(
            recipient=recipient,
            verification_url=said.get("url"),
            uid=said.get("uid"),
            badge_class=_badge_class(said),
            issued_on=dates["issued_on"],
            expires=dates["expires"],
            narrative=said.get("narrative"),
            evidence=_evidence(said.get("evidence")),
        )

    def _raw(self, record: Record) -> bytes:
        """Return a row's bytes; of a table with secrets only the cells that surely are none."""
        if not self._secret:
            return record.raw
        if record.wrong or len(record.cells) > len(self.columns.header):
            return b""
        kept = [cell for at, cell in enumerate(record.cells) if at not in self._secret]
        return "\t".join(kept).encode()

    def _is_new(self, holder: str, name: str) -> bool:
        known = (holder, name) in self._people
        self._people[holder, name] = None
        self._people.move_to_end((holder, name))
        if len(self._people) > _REMEMBERED:
            self._people.popitem(last=False)
        return not known


def _problem(locator: str, said: dict[str, str], raw: bytes) -> Problem | None:
    """Return why a row is no badge, None when it is one."""
    if "url" in said:
        return None if URL.fullmatch(said["url"]) else Problem(locator, "not_a_url", _NO_URL, raw)
    if "badge_class" not in said or "email" not in said:
        return Problem(locator, "row_without_badge", _NO_BADGE, raw)
    if _recipient(said) is None:
        return Problem(locator, "recipient_unreadable", _NO_MAIL, raw)
    return None


def _recipient(said: dict[str, str]) -> Recipient | None:
    """Return whose a badge is; `Ann <ann@example.org>` and mailto: are taken as well."""
    text = said.get("email", "").removeprefix("mailto:")
    if looks_hashed(text):
        return Recipient(text, hashed=True, salt=said.get("salt"))
    if not MAIL.fullmatch(text):
        text = parseaddr(text)[1]
    return Recipient(text) if MAIL.fullmatch(text) else None


def _name(said: dict[str, str]) -> str:
    parts = (said.get("first_name"), said.get("last_name"))
    return said.get("learner") or " ".join(filter(None, parts))


def _badge_class(said: dict[str, str]) -> BadgeClass | None:
    if "badge_class" not in said:
        return None
    site = said.get("issuer_url")
    issuer = Issuer(said["issuer"], url=site) if "issuer" in said else None
    criteria = said.get("criteria")
    by_url = criteria is not None and URL.fullmatch(criteria) is not None
    address = said.get("badge_class_url", "")
    return BadgeClass(
        name=said["badge_class"],
        id=address if URL.fullmatch(address) else None,
        description=said.get("description"),
        image=said.get("image"),
        criteria_url=criteria if by_url else None,
        criteria_narrative=None if by_url else criteria,
        issuer=issuer,
    )


def _evidence(text: str | None) -> tuple[Evidence, ...]:
    if not text:
        return ()
    return (Evidence(url=text) if URL.fullmatch(text) else Evidence(narrative=text),)


def _warning(locator: str, code: str, sentence: str) -> Problem:
    return Problem(locator, code, sentence, severity=Severity.WARNING)
