"""Memory that does not grow with the input: a source of eleven times the length takes the same."""

from __future__ import annotations

import importlib.util
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

from migrator.sources.adapter import Adapter
from migrator.sources.division import read_place
from migrator.sources.found import Found
from migrator.sources.place import open_place

SMALL, LARGE = 200, 2_200
"""How many badges the two sources have."""
ROOM = 2 << 20
"""Bytes by which the peak of the larger may be above that of the smaller."""
_SCRIPT = "large.py"


def stays_flat(adapter: Adapter, folder: Path) -> None:
    """Read a source of 200 badges and one of 2,200, and compare how much memory was held at most.

    `large.py` beside the fixtures makes them: `make(path, badges)` writes below the new folder
    `path` and returns the file or folder to read. Without it (a live source) nothing is measured.
    """
    script = folder / _SCRIPT
    if not script.exists():
        return
    with TemporaryDirectory() as scratch:
        for run in ("warm", "small", "large"):
            (Path(scratch) / run).mkdir()
        _peak(adapter, script, Path(scratch) / "warm", SMALL)
        small = _peak(adapter, script, Path(scratch) / "small", SMALL)
        large = _peak(adapter, script, Path(scratch) / "large", LARGE)
    if large > small + ROOM:
        raise AssertionError(
            f"reading {SMALL} badges holds {small:,} bytes at most, {LARGE} badges {large:,}"
        )


def _peak(adapter: Adapter, script: Path, path: Path, badges: int) -> int:
    spec = importlib.util.spec_from_file_location("large", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.make(path, badges)
    found = 0
    tracemalloc.start()
    try:
        with open_place(made) as place:
            for outcome in read_place(place, adapter):
                found += isinstance(outcome, Found)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    if found < badges:
        raise AssertionError(f"large.py makes {badges} badges, and {found} were found")
    return peak
