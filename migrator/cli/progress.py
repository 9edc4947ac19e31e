"""Progress: a bar on a terminal, a line now and then elsewhere, always on standard error."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress(
    what: str, total: int | None = None, unit: str = "badges"
) -> Iterator[Callable[[int], None]]:
    """Show how far a piece of work has come; the block calls what it is given with the count."""
    if sys.stderr.isatty():
        with _bar(what, total, unit) as show:
            yield show
    else:
        yield _lines(what, total)


@contextmanager
def _bar(what: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
    from tqdm import tqdm

    counted = "{n:,} of {total:,}" if total else "{n:,}"
    with tqdm(
        total=total,
        desc=what,
        leave=False,
        file=sys.stderr,
        ncols=shutil.get_terminal_size().columns - 1,
        bar_format=f"{{desc}}: {'|{bar}| ' if total else ''}{counted} {unit}{{postfix}}",
    ) as bar:
        begun = time.monotonic()

        def show(done: int) -> None:
            if total:
                speed = _speed(done, total, time.monotonic() - begun)
                bar.set_postfix_str(speed.removeprefix(", "), refresh=False)
            bar.update(done - bar.n)

        yield show


def _lines(what: str, total: int | None) -> Callable[[int], None]:
    begun = last = time.monotonic()

    def show(done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _SECONDS_BETWEEN_LINES:
            last = now
            of = f" of {total:,}{_speed(done, total, now - begun)}" if total else ""
            print(f"{what}: {done:,}{of}", file=sys.stderr, flush=True)

    return show


def _speed(done: int, total: int, seconds: float) -> str:
    """Say how fast it goes and, while there is anything left, how long that will take."""
    if not 0 < done < total:
        return ""
    left = seconds / done * (total - done)
    return f", {60 * done / seconds:,.0f} a minute, {lasting(left)} left"


def lasting(seconds: float) -> str:
    """Return a time as a person says it: 40 s, 12 min, 3 h 20 min, 2 days 5 h."""
    minutes = round(seconds / 60)
    hours = round(seconds / 3600)
    if seconds < 60:
        return f"{seconds:.0f} s"
    if minutes < 60:
        return f"{minutes} min"
    if hours < 48:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{hours // 24} days {hours % 24} h"
