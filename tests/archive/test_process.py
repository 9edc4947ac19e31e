from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.archive.process import is_alive


def test_this_process_is_running_and_none_has_an_impossible_number():
    assert is_alive(os.getpid())
    assert not is_alive(2**40)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux for its processes")
def test_a_process_that_was_killed_is_over_before_anybody_asks_how_it_ended(tmp_path):
    # A name that looks like the end of one, in what the system tells of the process.
    program = tmp_path / "a) R"
    program.symlink_to(sys.executable)
    child = subprocess.Popen([program, "-c", "print(1, flush=True); input()"], **_PIPES)
    try:
        assert child.stdout.readline() == "1\n"
        assert is_alive(child.pid)
        child.kill()
        until = time.monotonic() + 10
        while is_alive(child.pid) and time.monotonic() < until:
            time.sleep(0.01)
        assert not is_alive(child.pid)
    finally:
        child.kill()
        child.communicate()


_PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
