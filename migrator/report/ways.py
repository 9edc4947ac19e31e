"""The ways out of a plan: how many badges go which way, and the command for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migrator.archive.ledger import Routed
from migrator.reasons import REASONS, Who
from migrator.report.words import number
from migrator.transfer.routes import GONE, Route


@dataclass(frozen=True, slots=True)
class Way:
    """So many badges that need the same next step: what is said of them, and the command."""

    key: str
    badges: int
    says: str
    command: str


def ways(routed: Iterable[Routed], hosts: tuple[str, ...], to: str) -> list[Way]:
    """Return the ways of every badge that is planned or held back, in the order to take them.

    `hosts` are those whose owners could put files back, the most badges first; `to` is the
    destination as it is typed.
    """
    counted: Counter[str] = Counter()
    for one in routed:
        counted[_key(one)] += one.badges
    return [
        Way(key, counted[key], says, command)
        for key, says, command in _table(hosts, to)
        if counted[key]
    ]


def way_lines(found: list[Way]) -> Iterator[str]:
    """Yield the ways, two lines each: what, and the command."""
    for one in found:
        yield f"  {number(one.badges):>9}  {one.says}"
        yield f"{'':>11}  {one.command}"


def _key(one: Routed) -> str:
    if one.route is not None:
        return str(one.route)
    if one.reason in GONE:
        return "gone"
    if one.reason in ("no_account", "wrong_recipient"):
        return one.reason
    known = REASONS.get(one.reason or "")
    return "issuer" if known is not None and known.who is Who.ISSUER else "none"


def _table(hosts: tuple[str, ...], to: str) -> tuple[tuple[str, str, str], ...]:
    host = hosts[0] if hosts else "HOST"
    owners = "its owner has" if len(hosts) == 1 else f"the owners of {len(hosts)} hosts have"
    return (
        (Route.IMPORT, "ready to be imported", f"badge-migrator push --to {to}"),
        (
            Route.RESTORE,
            f"to come back, once {owners} put the original files back",
            f"badge-migrator export restore-site --host {host}",
        ),
        (Route.REAWARD, "to be awarded anew", f"badge-migrator reaward run --to {to}"),
        (
            "wrong_recipient",
            "for an e-mail address that the account does not have",
            f"badge-migrator push --to {to} --add-emails",
        ),
        (
            "no_account",
            "of learners who have no account over there",
            f"badge-migrator login {to} --as EMAIL",
        ),
        (
            "gone",
            "gone from the web, and the archive lacks something of them",
            "badge-migrator recover",
        ),
        ("issuer", "for their issuers to put right", "badge-migrator letter --learner EMAIL"),
        (
            "none",
            "to stay in the archive as they are",
            f"badge-migrator plan --to {to} --explain BADGE",
        ),
    )
