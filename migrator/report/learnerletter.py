"""A letter to each learner: where the badges are, and what the learner can do, for a mail merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from migrator.archive.roll import Enrolled, Placed
from migrator.reasons import REASONS, Who
from migrator.report.prose import Block, Format, Items, written
from migrator.report.words import ARRIVED, badges, called, day
from migrator.transfer.routes import in_letter, who_acts
from migrator.transfer.spelling import spelling_told

COLUMNS = ("address", "name", "file", "badges", "arrived", "for_the_learner_to_do", "under_way")
_SUBJECT = "Your badges"


@dataclass(frozen=True, slots=True)
class LearnerLetter:
    """One learner's letter and what a mail merge sorts it by; counts are of badges."""

    address: str
    name: str | None
    badges: int
    arrived: int
    to_do: int
    under_way: int
    text: str

    @property
    def head(self) -> str:
        """How an earlier letter to the same learner begins, by which it may be replaced."""
        if self.text.startswith("<"):
            return self.text[: self.text.find("<html")]
        return self.text[: self.text.find(_SUBJECT, self.text.find("To:"))]


def letters(
    roll: Iterable[Enrolled], names: dict[int, str], how: Format
) -> Iterator[LearnerLetter]:
    """Yield a letter for each learner who has an address; `names` are the destinations by id."""
    for learner, held in groupby(roll, key=lambda one: one.learner_id):
        badges_held = list(held)
        if learner is not None and badges_held[0].address:
            yield _letter(badges_held, names, how)


def _letter(held: list[Enrolled], names: dict[int, str], how: Format) -> LearnerLetter:
    first = held[0]
    address = first.address or ""
    there = [(badge, one) for badge in held for one in badge.places if _arrived(one)]
    open_ones = [(badge, one) for badge in held for one in badge.places if not _arrived(one)]
    mine = [(badge, one) for badge, one in open_ones if _acts(one) is Who.LEARNER]
    not_mine = [(badge, one) for badge, one in open_ones if _acts(one) is not Who.LEARNER]
    others = [(badge, one) for badge, one in not_mine if one.state in _HELD]
    moving = [(badge, one) for badge, one in not_mine if one.state not in _HELD]
    blocks: list[Block] = [f"Dear {first.name}," if first.name else "Hello,"]
    blocks.append(f"We keep {badges(len(held))} of yours, every byte as it was awarded.")
    blocks += _arrivals(there, names)
    blocks += _part("These are for you to do:", mine, steps=True)
    blocks += _part("These are on their way, and you need not do anything:", moving)
    blocks += _part("These cannot be moved at present. They are safe with us:", others, steps=True)
    unplanned = [badge for badge in held if not badge.places]
    if unplanned:
        blocks.append("These are kept, and nothing is planned for them yet:")
        blocks.append(Items(tuple(_named(badge) for badge in unplanned)))
    blocks.append("If something is missing or wrong, please answer this letter.")
    return LearnerLetter(
        address,
        first.name,
        len(held),
        len({badge.assertion_id for badge, _ in there}),
        len({badge.assertion_id for badge, _ in mine}),
        len({badge.assertion_id for badge, _ in moving}),
        written(how, address, _SUBJECT, blocks),
    )


_HELD = ("held", "refused")


def _arrivals(there: list[tuple[Enrolled, Placed]], names: dict[int, str]) -> Iterator[Block]:
    for number, name in names.items():
        here = [badge for badge, one in there if one.destination_id == number]
        if here:
            what = "badge is" if len(here) == 1 else "badges are"
            yield f"{len(here):,} {what} in your backpack at {called(name)}:"
            yield Items(tuple(_named(badge) for badge in here))


def _part(
    title: str, which: list[tuple[Enrolled, Placed]], *, steps: bool = False
) -> Iterator[Block]:
    """Yield badges under why they are there; of many with one cause it is said once."""
    if not which:
        return
    yield title
    causes: dict[str, dict[int, str]] = {}
    for badge, one in which:
        causes.setdefault(_cause(one, steps=steps), {})[badge.assertion_id] = _named(badge)
    for cause, named in causes.items():
        if cause:
            yield cause
        yield Items(tuple(named.values()))


def _cause(one: Placed, *, steps: bool) -> str:
    why = REASONS[one.reason].sentence if one.reason in REASONS else ""
    if not steps:
        return why
    return f"{why} {in_letter(one.reason, one.route, spelling=spelling_told(one.detail))}".strip()


def _arrived(one: Placed) -> bool:
    return one.state in ARRIVED


def _acts(one: Placed) -> Who:
    return who_acts(one.reason, one.route) if one.reason in REASONS else Who.NOBODY


def _named(badge: Enrolled) -> str:
    on = f" ({day(badge.issued_on)})" if badge.issued_on else ""
    by = f", {badge.issuer}" if badge.issuer else ""
    return f"“{badge.badge}”{by}{on}"
