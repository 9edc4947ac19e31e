"""The exception tree: what stops a whole command, what happened and what to do next.

    MigratorError                 1
    |-- Usage                     2   the command line or a setting is wrong
    |   |-- NotRecognised         2   no adapter knows this source
    |   |-- SourceUnreadable      2   a source as a whole cannot be read
    |-- Incomplete                4   work is left that a later run can do
    |-- SignInFailed              5   the destination does not let this account in
    |   |-- PasswordRefused       5   ... and asking again would shut it out for longer
    |-- ArchiveDamaged            6   the archive cannot be trusted as it is
    |-- ArchiveLocked             7   another process holds the archive or the account
    |-- Interrupted             130   the person has stopped the command (Ctrl-C)

The number is the exit code of the command (docs/exit-codes.md). A single bad badge is never an
exception: it is a `Problem` of the source or a `Reason` of the transfer.
"""

from __future__ import annotations

from collections.abc import Iterable


class MigratorError(Exception):
    """What happened, and what to do next."""

    exit_code = 1

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what} {self.next_step}".strip()


def meant(typed: str, known: Iterable[str], otherwise: str) -> str:
    """Return what to do about a mistyped name: the nearest known one, or what is said otherwise."""
    from difflib import get_close_matches  # noqa: PLC0415 - only somebody's mistake needs it

    near = get_close_matches(typed.strip().casefold(), list(known), n=1, cutoff=0.7)
    return f"Did you mean {near[0]}?" if near else otherwise


class Usage(MigratorError):
    """The command line or a setting is wrong."""

    exit_code = 2


class NotRecognised(Usage):
    """No adapter knows this source."""


class SourceUnreadable(Usage):
    """A source as a whole cannot be read."""


class Incomplete(MigratorError):
    """Work is left that a later run can do."""

    exit_code = 4


class SignInFailed(MigratorError):
    """The destination does not let this account in."""

    exit_code = 5


class PasswordRefused(SignInFailed):
    """The password is wrong, or the account shut out: never to be tried again by itself."""


class ArchiveDamaged(MigratorError):
    """The archive cannot be trusted as it is."""

    exit_code = 6


class ArchiveLocked(MigratorError):
    """Another process holds the archive or the account."""

    exit_code = 7


class Interrupted(MigratorError):
    """The person has stopped the command (Ctrl-C)."""

    exit_code = 130
