"""What came of a run, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.archive.web.answers import WebAnswer
from migrator.recover.tally import Tally

_KINDS = {
    "assertion": ("assertion", "assertions"),
    "badge_class": ("badge class", "badge classes"),
    "issuer": ("issuer profile", "issuer profiles"),
    "image": ("picture", "pictures"),
    "page": ("criteria page", "criteria pages"),
    "revocation_list": ("revocation list", "revocation lists"),
    "key": ("key", "keys"),
}
_OUTCOMES = {
    "recovered": "found again",
    "not_found": "not found",
    "no_answer": "no answer",
}
_MANY = ("documents are", "They let")
_PARTS = (
    ("recovered", "found again now"),
    ("recovered_before", "found again before"),
    ("held", "in the archive already"),
    ("not_found", "found nowhere"),
    ("no_answer", "without an answer"),
    ("left", "left for a later run"),
)


def kind_words(kind: str, count: int) -> str:
    """Return "1 badge class" or "4 badge classes"."""
    one, many = _KINDS.get(kind, (kind, kind))
    return f"{count:,} {one if count == 1 else many}"


def answer_line(answer: WebAnswer) -> str:
    """Return what became of one address, with the day a copy was saved and any remark."""
    saved = f"saved {answer.captured_at[:10]}" if answer.captured_at else ""
    remarks = "; ".join(part for part in (saved, answer.detail) if part)
    kind = _KINDS.get(answer.kind, (answer.kind,))[0]
    more = f" ({remarks})" if remarks else ""
    return f"  {_OUTCOMES[answer.outcome]}: {kind} {answer.url}{more}"


def tally_lines(tally: Tally) -> Iterator[str]:
    """Yield what was looked at, the sum that adds up, and what it is worth."""
    looked = tally.badges - tally.not_looked_at
    rest = f" ({tally.not_looked_at:,} more not looked at)" if tally.not_looked_at else ""
    yield (
        f"{_many(looked, 'badge')}{rest} with {_many(tally.addresses, 'address', 'addresses')} ="
        f" {tally.count('served'):,} not lost + {tally.count('unverified'):,} never verified"
        f" + {tally.lost:,} looked for."
    )
    parts = [f"{tally.count(state):,} {words}" for state, words in _PARTS if tally.count(state)]
    missing = tally.addresses - tally.count("served") - tally.count("unverified") - tally.lost
    yield f"{tally.lost:,} looked for = {' + '.join(parts) or '0'}; missing: {missing}."
    if tally.found_again:
        kinds = ", ".join(kind_words(kind, count) for kind, count in tally.kinds.items())
        them, let = ("document is", "It lets") if tally.found_again == 1 else _MANY
        yield (
            f"{tally.found_again:,} {them} found again ({kinds}). {let} you restore the site"
            " (`export restore-site`), but no backpack takes a badge for their sake: it asks the"
            " issuer's host, and believes nobody else."
        )


def next_line(tally: Tally, *, offline: bool) -> str:
    """Return what to do next."""
    if tally.trouble:
        return (
            f"The web archive is left alone for now: {tally.trouble}."
            " To go on later: badge-migrator recover"
        )
    if tally.open:
        return "To go on: run the same command again; nothing is asked twice."
    if not tally.lost and tally.count("unverified"):
        return (
            "Nothing is known to be lost. Next: badge-migrator verify, which asks the hosts"
            " themselves (or recover --unverified, which takes their silence for granted)."
        )
    if tally.found_again:
        return f"Next: badge-migrator export restore-site --host {tally.host}"
    if tally.count("not_found"):
        other = (
            "a web archive (badge-migrator recover)"
            if offline
            else "a WARC file of the site (--warc FILE), or another web archive"
            " (--from-web-archive URL --again)"
        )
        return f"Nothing was found again. What may help: {other}, or the issuer's own backup."
    return "Nothing is lost that could be looked for."


def _many(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
