"""The confusion matrix: how sure each adapter is of every other adapter's fixtures."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.errors import SourceUnreadable
from migrator.sources.adapter import Adapter
from migrator.sources.conformance.case import Case
from migrator.sources.registry import SURE_ENOUGH


@dataclass(frozen=True, slots=True)
class Matrix:
    """`claims[owner][adapter]` is the highest confidence of an adapter in an owner's fixtures.

    `wrong` names each case that its own adapter is not surest of (or that somebody is sure of,
    though nobody should be).
    """

    names: tuple[str, ...]
    claims: dict[str, dict[str, int]]
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        width = max((len(name) for name in self.names), default=0)
        head = " " * width + "".join(f"{number:>4}" for number in range(1, len(self.names) + 1))
        lines = [head]
        for number, owner in enumerate(self.names, 1):
            cells = (self.claims.get(owner, {}).get(name, 0) for name in self.names)
            row = "".join(f"{cell or '.':>4}" for cell in cells)
            lines.append(f"{owner:<{width}}{row}  {number}")
        return "\n".join(lines)


def matrix(adapters: list[Adapter], cases: list[Case]) -> Matrix:
    """Ask every adapter about every fixture."""
    claims: dict[str, dict[str, int]] = {adapter.name: {} for adapter in adapters}
    wrong = []
    for case in cases:
        if case.live:
            continue
        said = _claims(adapters, case)
        row = claims[case.adapter.name]
        for name, confidence in said.items():
            row[name] = max(row.get(name, 0), confidence)
        fault = _fault(case, said)
        if fault:
            wrong.append(f"{case.name}: {fault}")
    return Matrix(tuple(adapter.name for adapter in adapters), claims, tuple(wrong))


def _claims(adapters: list[Adapter], case: Case) -> dict[str, int]:
    try:
        place = case.place()
    except SourceUnreadable:
        return {}
    with place:
        found = {adapter.name: adapter.detect(place) for adapter in adapters}
    return {name: match.confidence for name, match in found.items() if match is not None}


def _fault(case: Case, said: dict[str, int]) -> str:
    others = {name: sure for name, sure in said.items() if name != case.adapter.name}
    own, highest = said.get(case.adapter.name, 0), max(others.values(), default=0)
    if "source_unreadable" in case.expected:
        return ""
    if not case.expected.get("detected", True):
        return f"somebody is sure of it: {said}" if max(own, highest) >= SURE_ENOUGH else ""
    return "" if own >= SURE_ENOUGH and own > highest else f"its own adapter is not surest: {said}"
