"""Processes: whether the one that wrote a row is still there."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def is_here(host: str) -> bool:
    """Say whether a host is this machine, and its processes can be asked about."""
    return host == socket.gethostname() and os.name == "posix"


def is_alive(pid: int) -> bool:
    """Say whether a process of this machine is running."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return not _is_over(pid)


def _is_over(pid: int) -> bool:
    """Say whether a process has ended, and only its parent has not asked yet how.

    In a container nobody may ever ask. Where the system does not tell, it has not ended.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:  # not Linux, or just gone
        return False
    # Its name stands in brackets, and may hold some itself.
    return stat.rpartition(b")")[2].split()[:1] == [b"Z"]
