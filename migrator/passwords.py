"""Passwords from where admins keep them: a helper command, the system keyring, the environment.

Nothing of it is ever logged, shown or written into the archive.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from contextlib import suppress
from dataclasses import dataclass

from migrator.errors import SignInFailed, Usage

_ALL = "BADGE_MIGRATOR_PASSWORD"
_SOURCE = "BADGE_MIGRATOR_SOURCE_PASSWORD"
COMMAND = "BADGE_MIGRATOR_PASSWORD_COMMAND"
_SECONDS = 60.0
_LONGEST = 4096
_PLACEHOLDER = re.compile(r"\{\w*\}")
# What a helper could take for an option, or for a way out of its own folder.
_UNSAFE = re.compile(r"^-|[/\\\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class PasswordCommand:
    """A command that prints the password of an account in the first line of its output.

    `words` are the command and its arguments; `{username}` and `{destination}` in them are filled
    in after they were told apart, so nothing in a name can become an argument. No shell is run.
    """

    words: tuple[str, ...]
    seconds: float = _SECONDS

    @classmethod
    def written(cls, text: str) -> PasswordCommand:
        """Return the command as a person writes it; raises Usage when it cannot be one."""
        try:
            words = tuple(shlex.split(text, posix=os.name != "nt"))
        except ValueError as error:
            raise Usage(
                f"The password command cannot be understood: {error}.", "Check its quotation marks."
            ) from error
        for name in _PLACEHOLDER.findall(text):
            if name not in ("{username}", "{destination}"):
                raise Usage(
                    f"The password command knows no {name}.", "There are {username}, {destination}."
                )
        if not words:
            raise Usage("The password command is empty.", "Write it as: pass show badgr/{username}")
        return cls(words)

    def ask(self, destination: str, username: str) -> str:
        """Return the password of an account.

        Raises SignInFailed when the helper has none or takes too long, Usage when there is no such
        helper. Neither its output nor its complaints are repeated anywhere.
        """
        if _UNSAFE.search(username):
            raise SignInFailed(
                f"The name {username!r} is not handed to the password command.",
                "It has signs in it that could mean something else there; use `login` for it.",
            )
        values = {"{username}": username, "{destination}": destination}
        words = [_PLACEHOLDER.sub(lambda found: values[found[0]], word) for word in self.words]
        first = _output(words, self.seconds, username).split(b"\n", 1)[0].rstrip(b"\r")
        if not first or len(first) > _LONGEST:
            raise SignInFailed(
                f"The password command has printed no password for {username}.",
                "It must print it as the first line. Try the command yourself.",
            )
        return first.decode("utf-8", "surrogateescape")


def _output(words: list[str], seconds: float, username: str) -> bytes:
    try:
        # Its complaints may hold secrets too; and it is not to eat what is typed here.
        helper = subprocess.Popen(  # noqa: S603 - the person's own command, without a shell
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise Usage(
            f"The password command {words[0]} cannot be run ({error.strerror}).",
            "Name a program that is there, with its path if need be.",
        ) from error
    with helper:
        try:
            out = helper.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired as error:
            helper.kill()
            if helper.stdout is not None:  # a child of its own may still hold the other end
                helper.stdout.close()
            raise SignInFailed(
                f"The password command took longer than {seconds:.0f} seconds for {username}.",
                "Try it yourself; perhaps it waits for a question to be answered.",
            ) from error
        except BaseException:
            helper.kill()
            raise
    if helper.returncode:
        raise SignInFailed(
            f"The password command has no password for {username}"
            f" (it ended with {helper.returncode}).",
            "Try the command yourself; it says more at a terminal.",
        )
    return out


def of_environment(username: str) -> tuple[str | None, str | None]:
    """Return the passwords of the environment: that of this account, and that of all."""
    named = f"{_ALL}_" + re.sub(r"[^A-Z0-9]", "_", username.upper())
    # BADGE_MIGRATOR_PASSWORD_COMMAND is a command, whoever may be called "command".
    own = None if named == COMMAND else os.environ.get(named)
    return own or None, os.environ.get(_ALL) or None


def of_source() -> str | None:
    """Return the password of the environment that is a live source's own."""
    return os.environ.get(_SOURCE) or None


def kept(destination: str, username: str) -> str | None:
    """Return the password the system keyring has for an account, None when it has none."""
    import keyring  # noqa: PLC0415 - a tenth of a second, only when signing in

    text = None
    with suppress(*no_keyring()):
        text = keyring.get_password(service(destination), username)
    return text or None


def keep(destination: str, username: str, password: str) -> bool:
    """Put a password into the system keyring; says whether it is there now."""
    import keyring  # noqa: PLC0415 - a tenth of a second, only when signing in

    with suppress(*no_keyring()):
        keyring.set_password(service(destination), username, password)
    # Some keyrings take everything and keep nothing.
    return kept(destination, username) == password


def forget(destination: str, username: str) -> None:
    """Remove an account's password from the system keyring."""
    import keyring  # noqa: PLC0415 - a tenth of a second, only when signing in

    with suppress(*no_keyring()):
        keyring.delete_password(service(destination), username)


def service(destination: str) -> str:
    """Return the name under which the keyring knows the passwords of a destination."""
    return f"badge-migrator password {destination}"


def no_keyring() -> tuple[type[Exception], ...]:
    """What keyrings raise: their own errors, those of their files, and a backend not installed."""
    from keyring.errors import KeyringError  # noqa: PLC0415 - a tenth of a second, as above

    return KeyringError, OSError, ImportError
