from __future__ import annotations

import asyncio
import os
import time

import pytest

from migrator.web.counts import Counts


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "a.db"
    made.write_bytes(b"x")
    _settle(made)
    return made


def _settle(path, seconds=10):
    """Make a file as old as one nobody is writing any more."""
    then = time.time() - seconds
    os.utime(path, (then, then))


async def _a_moment():
    """Wait longer than a count of no time may stand for one of a changed archive."""
    await asyncio.sleep(0.03)


class Counter:
    """Counts how often it was asked."""

    def __init__(self, takes=0.0):
        self.asked = 0
        self.takes = takes

    async def __call__(self):
        self.asked += 1
        await asyncio.sleep(self.takes)
        return self.asked


def test_what_was_counted_stays_while_the_archive_does(file):
    async def journey():
        counts, count = Counts(file), Counter()
        first = [await counts.get("all", count, wait=True) for _ in range(3)]
        _settle(file, 5)
        await _a_moment()
        return first, await counts.get("all", count, wait=True)

    assert asyncio.run(journey()) == ([1, 1, 1], 2)


def test_a_change_of_the_log_beside_it_counts_too(file):
    async def journey():
        counts, count = Counts(file), Counter()
        await counts.get("all", count, wait=True)
        log = file.with_name("a.db-wal")
        log.write_bytes(b"y")
        await _a_moment()
        return await counts.get("all", count, wait=True)

    assert asyncio.run(journey()) == 2


def test_a_page_does_not_wait_for_the_first_count_and_has_it_later(file):
    async def journey():
        counts, count = Counts(file), Counter(takes=0.4)
        first = await counts.get("all", count, wait=False)
        again = await counts.get("all", count, wait=False)
        waited = await counts.get("all", count, wait=True)
        return first, again, waited, count.asked

    assert asyncio.run(journey()) == (None, None, 1, 1)


def test_while_it_is_counted_anew_the_older_counts_do(file):
    async def journey():
        counts, count = Counts(file), Counter()
        await counts.get("all", count, wait=True)
        _settle(file, 5)
        await _a_moment()
        count.takes = 0.4
        older = await counts.get("all", count, wait=False)
        await asyncio.sleep(0.5)
        return older, await counts.get("all", count, wait=False)

    assert asyncio.run(journey()) == (1, 2)


def test_a_busy_archive_is_counted_a_small_part_of_the_time(file):
    async def journey():
        counts, count = Counts(file), Counter(takes=0.05)
        for _ in range(20):
            os.utime(file)
            await counts.get("all", count, wait=True)
        return count.asked

    assert asyncio.run(journey()) == 1


def test_what_goes_wrong_is_raised_and_tried_again(file):
    async def journey():
        counts, count = Counts(file), Counter()

        async def wrong():
            raise KeyError("broken")

        with pytest.raises(KeyError):
            await counts.get("all", wrong, wait=True)
        return await counts.get("all", count, wait=True)

    assert asyncio.run(journey()) == 1


def test_pages_always_have_a_thread_left_while_much_is_counted(file):
    async def journey():
        counts, running, most = Counts(file), 0, 0

        async def count():
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.02)
            running -= 1
            return most

        await asyncio.gather(*(counts.get(str(n), count, wait=True) for n in range(6)))
        return most

    assert asyncio.run(journey()) == 2
