"""What is asked of an export: whose badges, how texts are shown, and who watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _unwatched(_done: int) -> None:
    """Watch nothing."""


@dataclass(frozen=True, slots=True)
class Order:
    """One learner's badges or (None) everybody's; `watch` is called with the count of badges.

    `change` is applied to every text of an index (masking addresses), never to what is exported.
    """

    learner_id: int | None = None
    change: Callable[[str], str] = str
    watch: Callable[[int], None] = _unwatched
