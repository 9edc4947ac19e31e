"""Processes: whether the one that wrote a row is still there."""

from __future__ import annotations

import os
import socket


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
    return True
