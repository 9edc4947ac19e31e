from __future__ import annotations

import threading
import time

import pytest

from migrator.net.watch import Watch


def ended(watch):
    for _ in range(200):
        if watch._thread is None:
            return True
        time.sleep(0.01)
    return False


def test_whoever_takes_too_long_is_told_and_nobody_else():
    watch, told = Watch(), []
    late = threading.Event()
    with watch.over(lambda: told.append("patient"), 60):
        with watch.over(lambda: (told.append("late"), late.set()), 0.02):
            assert late.wait(5)
        with watch.over(lambda: told.append("quick"), 60):
            pass
    assert told == ["late"]
    watch.close()
    assert ended(watch)


def test_one_whose_time_is_up_already_is_told_at_once():
    watch, told = Watch(), threading.Event()
    with watch.over(told.set, -1):
        assert told.wait(5)
    assert ended(watch)


def test_its_thread_ends_and_begins_again():
    watch = Watch()
    for _ in range(3):
        with watch.over(lambda: None, 60):
            thread = watch._thread
            assert thread.is_alive()
        watch.close()
        thread.join(5)
        assert not thread.is_alive()


def test_many_at_once_share_one_thread():
    watch, told = Watch(), []
    before = threading.active_count()

    def wait(number):
        with watch.over(lambda: told.append(number), 0.05 if number % 2 else 60):
            time.sleep(0.2)

    threads = [threading.Thread(target=wait, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    assert threading.active_count() <= before + 21
    for thread in threads:
        thread.join()
    assert sorted(told) == list(range(1, 20, 2))
    watch.close()
    assert ended(watch)


def test_an_error_of_the_watched_is_its_own():
    watch = Watch()
    with pytest.raises(KeyError), watch.over(lambda: None, 60):
        raise KeyError(1)
    watch.close()
    assert ended(watch)
