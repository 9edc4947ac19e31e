"""All checks together: one after the other, each with a server of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from migrator.destinations.conformance.answerchecks import ANSWER_CHECKS
from migrator.destinations.conformance.checks import CHECKS
from migrator.destinations.conformance.subject import Subject
from migrator.destinations.conformance.webchecks import WEB_CHECKS

Check = Callable[[Subject], None]

SERVER_CHECKS: tuple[Check, ...] = (*CHECKS, *WEB_CHECKS, *ANSWER_CHECKS)
"""What a destination behind HTTP keeps."""


def name(check: Check) -> str:
    """Return what a check is called: `sends_one_request`."""
    return check.__name__


def failures(
    prepared: Callable[[], AbstractContextManager[Subject]],
    checks: tuple[Check, ...] = SERVER_CHECKS,
) -> Iterator[str]:
    """Yield a sentence for everything a destination does not keep, none when it keeps all."""
    for check in checks:
        with prepared() as subject:
            try:
                check(subject)
            except AssertionError as error:
                yield f"{name(check)}: {error}"
