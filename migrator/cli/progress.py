"""Progress: a bar on a terminal, a line now and then elsewhere, always on standard error."""

from __future__ import annotations

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

    with tqdm(total=total, desc=what, unit=f" {unit}", leave=False, file=sys.stderr) as bar:

        def show(done: int) -> None:
            bar.update(done - bar.n)

        yield show


def _lines(what: str, total: int | None) -> Callable[[int], None]:
    last = time.monotonic()

    def show(done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            of = f" of {total:,}" if total else ""
            print(f"{what}: {done:,}{of}", file=sys.stderr, flush=True)

    return show
