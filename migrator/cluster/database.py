"""The database that workers share: where it is, and what of its address may be shown."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from migrator import errors
from migrator.net.redaction import redact

VARIABLE = "BADGE_MIGRATOR_CLUSTER_DATABASE"
_KINDS = ("sqlite", "postgresql")


def database(told: str | None, environment: str | None, archive: Path) -> str:
    """Return the address of the database: as told, or of the environment, or beside the archive.

    Raises Usage for one that is none, and for a password on the command line, which everybody on
    the machine could read there.
    """
    if told is not None and _password(told):
        raise errors.Usage(
            "A password on the command line can be read by everybody on this machine.",
            f"Put the address into the variable {VARIABLE}, or the password into ~/.pgpass.",
        )
    url = told or environment
    if not url:
        return f"sqlite:///{beside(archive)}"
    kind, slashes, rest = url.partition("://")
    kind = "postgresql" if kind == "postgres" else kind
    if kind.partition("+")[0] not in _KINDS or not slashes:
        raise errors.Usage(
            f"{shown(url)} is no address of a database.",
            "Write sqlite:////full/path/to/file.db or postgresql://user@host/database.",
        )
    return f"{kind}://{rest}"


def beside(archive: Path) -> Path:
    """Return the file that is used where no database is named."""
    return archive.absolute().with_name(f"{archive.stem}-cluster.db")


def is_missing(url: str) -> bool:
    """Say whether a database is a file that is not there: to look at it would make it."""
    kind, _, path = url.partition(":///")
    return kind == "sqlite" and bool(path) and not Path(path).exists()


def shown(url: str) -> str:
    """Return an address without what is secret in it."""
    return redact(url)


def _password(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.password) or "password=" in parts.query.lower()
    except ValueError:
        return "@" in url
