"""Where an account lives, when a service has several regions: each asked once, by a sign-in.

There is no other way to know: a server gives the same answer to a wrong password and to somebody it
does not know, and tells nobody who has an account (reference/badgr-api.md 2). One failure in each
region does no harm: it shuts the account out for two seconds, there only (section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from migrator.destinations.base import Credentials, Destination, TryLater
from migrator.destinations.presets import Preset
from migrator.errors import PasswordRefused, SignInFailed


@dataclass(frozen=True, slots=True)
class Asked:
    """What one region has said: the tokens of the account that lives there, or why not."""

    preset: Preset
    found: Credentials | None = None
    said: str = ""


def ask(
    regions: Iterable[Preset], make: Callable[[Preset], Destination], credentials: Credentials
) -> Iterator[Asked]:
    """Sign in at one region after the other, once each, until one lets the account in.

    Raises SignInFailed where the password is right, but the account cannot be used yet.
    """
    for preset in regions:
        try:
            session = make(preset).sign_in(credentials)
        except (PasswordRefused, TryLater) as error:
            yield Asked(preset, said=error.what)
            continue
        except SignInFailed as error:
            raise SignInFailed(f"{preset.title}: {error.what}", error.next_step) from error
        found = session.credentials
        session.close()
        yield Asked(preset, found)
        return
