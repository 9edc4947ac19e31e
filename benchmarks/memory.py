"""The most memory a process has had: `python -m benchmarks.memory COMMAND...` runs one and tells.

Not what `getrusage` says: there a process inherits the peak of the one that started it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from migrator.cli.app import main


def peak() -> float:
    """Return the most memory this process has had since it began, in MiB (Linux)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError("VmHWM")


def peak_of(*words: str) -> float:
    """Run a command of badge-migrator; returns the most memory it has had, in MiB."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", *words], check=True, capture_output=True
    )
    return float(ran.stderr.splitlines()[-1])


if __name__ == "__main__":
    try:
        main()
    finally:
        sys.stderr.write(f"\n{peak()}\n")
