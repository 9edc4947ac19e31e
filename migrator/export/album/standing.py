"""What can still be proven of a badge, in kind words: verified, remembered, kept, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from migrator.archive.holdings import Holding
from migrator.archive.portrait import Portrait
from migrator.markup import long_day
from migrator.verify.hosts.fate import LOST, SERVED


class Standing(StrEnum):
    """The four standings, in the order in which a legend names them."""

    VERIFIED = "verified"
    REMEMBERED = "remembered"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


MEANS = {
    Standing.VERIFIED: "The issuer's web site, or a backpack that asked it, has confirmed this"
    " badge.",
    Standing.REMEMBERED: "The web site it came from is no longer there, so it cannot be checked"
    " online any more. What is shown is the original, kept as it was awarded.",
    Standing.KEPT: "The original, kept as it was found. Its issuer has not been asked about it"
    " yet.",
    Standing.WITHDRAWN: "The issuer has withdrawn this badge since.",
}
"""What each standing means, for people who have never heard of any of this."""


@dataclass(frozen=True, slots=True)
class Told:
    """The standing of one badge and what is said of it."""

    standing: Standing
    sentence: str
    more: tuple[str, ...]


def told(holding: Holding, portrait: Portrait) -> Told:
    """Return what is to be said of a badge."""
    standing, sentence = _standing(holding, portrait)
    return Told(standing, sentence, tuple(_more(holding, portrait)))


def _standing(holding: Holding, portrait: Portrait) -> tuple[Standing, str]:
    if holding.revoked or portrait.answer == "revoked":
        return Standing.WITHDRAWN, MEANS[Standing.WITHDRAWN]
    if proof := _proof(portrait):
        return Standing.VERIFIED, proof
    standing = Standing.REMEMBERED if portrait.answer in LOST else Standing.KEPT
    return standing, MEANS[standing]


def _proof(portrait: Portrait) -> str:
    on = _on(portrait.answered_at)
    if portrait.answer == "changed":
        changed = "some of its wording has changed since it was awarded"
        return f"The issuer's web site still has this badge{on}; {changed}."
    if portrait.answer in SERVED:
        return f"The issuer's web site confirmed this badge{on}."
    if portrait.arrived:
        last = portrait.arrived[-1]
        return f"{last.host} checked this badge and took it in{_on(last.at)}."
    if portrait.checked_at:
        return f"This badge was checked and found valid{_on(portrait.checked_at)}."
    return ""


def _more(holding: Holding, portrait: Portrait) -> Iterator[str]:
    # No word depends on today: the same archive gives the same album.
    if holding.expires:
        yield f"It was awarded for a time: it is valid until {long_day(holding.expires)}."
    if portrait.signed:
        yield "It carries its issuer's digital signature."


def _on(moment: str | None) -> str:
    return f" on {long_day(moment)}" if moment else ""
