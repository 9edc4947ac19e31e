"""The engine: many requests under way at once, and one thread that writes what becomes of them.

A piece of work is a generator. It runs in the thread that owns the archive, reads and writes there,
and yields each call that asks the destination; a thread of the crew makes the call, and the work
goes on with what it returned or raised. What several pieces of work write at the same moment is one
transaction, and no call leaves before it is on disk: so `sending` is, and the outcome of the call
before it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from migrator.archive.archive import Archive
from migrator.transfer.crew import Answer, Call, Crew

R = TypeVar("R")
Work = Generator[Call, Any, R]

MOST = 32
"""Threads that are of any use: beyond that, Python itself is the limit (about 700 requests/s)."""
_SPARE = 4
"""For so many threads one more account is begun."""
_FIRST = Answer(0)


@dataclass(frozen=True, slots=True)
class _Step(Generic[R]):
    """What a piece of work came to: it asks (`call`), has ended with `result`, or has failed."""

    call: Call | None = None
    result: R | None = None
    error: BaseException | None = None


def finish(archive: Archive, work: Work[R], committed: Callable[[], None]) -> R:
    """Do one piece of work in this thread, from its first call to its result."""
    answer = _FIRST
    while True:
        with archive.together():
            step = _step(work, answer)
        committed()
        if step.error is not None:
            raise step.error
        if step.call is None:
            return step.result  # type: ignore[return-value] # it is what the work returned
        answer = Answer.of(0, step.call)


class Engine(Generic[R]):
    """Does pieces of work side by side: at most `threads` calls are under way together.

    A few more works are begun than there are threads, so that none waits for the disk. `ended` is
    told of each result, `committed` after each transaction. Whatever a piece of work raises ends
    all of them, once the others' writing is on disk; what they had under way is left as unknown, as
    it is after Ctrl-C and a crash.
    """

    def __init__(
        self,
        archive: Archive,
        threads: int,
        ended: Callable[[R], None],
        committed: Callable[[], None],
    ) -> None:
        self._archive = archive
        self._threads = threads
        self._most = threads + threads // _SPARE
        self._ended = ended
        self._committed = committed
        self._live: dict[int, Work[R]] = {}
        self._calls: list[tuple[int, Call]] = []
        self._error: BaseException | None = None
        self._begun = 0

    def run(self, works: Iterator[Work[R]]) -> None:
        """Do all the work there is; `works` is asked for more whenever a thread is free."""
        with Crew(self._threads) as crew:
            try:
                answers: list[Answer] = []
                while self._write(answers, works):
                    for key, call in self._calls:
                        crew.make(key, call)
                    self._calls.clear()
                    answers = crew.answers() if self._live else []
            finally:
                self._abandon()

    def _write(self, answers: list[Answer], works: Iterator[Work[R]]) -> bool:
        """Go on with everything that can; returns whether anything is left."""
        with self._archive.together():
            for answer in answers:
                self._go_on(answer.key, answer)
            more = self._begin(works)
        self._committed()
        if self._error is not None:
            raise self._error
        return more or bool(self._live)

    def _begin(self, works: Iterator[Work[R]]) -> bool:
        """Begin as many works as there is room for; returns whether there may be more."""
        for _ in range(self._most):
            if len(self._live) >= self._most:
                return True
            work = next(works, None)
            if work is None:
                return False
            self._begun += 1
            self._live[self._begun] = work
            self._go_on(self._begun, _FIRST)
        return True

    def _go_on(self, key: int, answer: Answer) -> None:
        step = _step(self._live[key], answer)
        if step.call is not None:
            self._calls.append((key, step.call))
            return
        del self._live[key]
        if step.error is not None:
            self._error = self._error or step.error
        else:
            self._ended(step.result)  # type: ignore[arg-type] # it is what the work returned

    def _abandon(self) -> None:
        if not self._live:
            return
        with self._archive.together():
            for work in self._live.values():
                work.close()
        self._live.clear()


def _step(work: Work[R], answer: Answer) -> _Step[R]:
    """Let a piece of work go on to its next call; an error is kept for after the transaction."""
    try:
        if answer.error is not None:
            return _Step(call=work.throw(answer.error))
        return _Step(call=work.send(answer.value))
    except StopIteration as end:
        return _Step(result=end.value)
    except BaseException as error:  # noqa: BLE001 - raised again after the transaction
        return _Step(error=error)
