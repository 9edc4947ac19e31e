"""Stopping cleanly: the first Ctrl-C finishes the badge under way, the second stops at once."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stoppable(what: str) -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether the person has asked to stop (Ctrl-C or SIGTERM)."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's signature
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        print(f"\nStopping after {what}. Press Ctrl-C again to stop at once.", file=sys.stderr)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
