"""Python's collector of cyclic garbage, while there is much that is alive and none of it cyclic."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 10_000


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Look for cyclic garbage after 10,000 new objects, not after 700, while a block runs.

    A batch of badges is looked through each time, for a twentieth of the whole time (measured).
    """
    before = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
