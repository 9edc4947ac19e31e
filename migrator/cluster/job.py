"""A job: one shard to be pushed, in plain values that any process or machine can be handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.shard import Shard
from migrator.destinations.manners import Manners
from migrator.destinations.registry import resolve
from migrator.secrets import Keychain
from migrator.transfer.push import Limits
from migrator.transfer.shard import Counts, Means, push_shard, share

_LATER = frozenset({errors.Incomplete.exit_code, errors.ArchiveLocked.exit_code})


@dataclass(frozen=True, slots=True)
class Job:
    """One shard of a push to `destination` (KIND:URL), of which `side_by_side` run at once."""

    destination: str
    shard: Shard
    side_by_side: int = 1
    publish_collections: bool = False

    @property
    def key(self) -> str:
        """What it is known by."""
        return f"{self.destination} {self.shard}"

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        """Return the job that was written with `asdict`."""
        return cls(**{**facts, "shard": Shard(**facts["shard"])})


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a job: its counts, or the `trouble` that kept it from being done.

    `later` says that doing it again may help, by itself.
    """

    shard: Shard
    counts: Counts = field(default_factory=Counts)
    trouble: str | None = None
    later: bool = False

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        """Return what was written with `asdict`."""
        read = {"shard": Shard(**facts["shard"]), "counts": Counts.read(facts["counts"])}
        return cls(**{**facts, **read})


@dataclass(frozen=True, slots=True)
class Bench:
    """Where jobs are done: the archive at hand, where passwords come from, and when to stop."""

    archive: Path
    password_command: str | None = None
    stop: Callable[[], bool] = lambda: False


def jobs(job: Job, of: int) -> list[Job]:
    """Return one job for each of so many shards, alike but for that."""
    return [replace(job, shard=shard) for shard in Shard.all_of(of)]


def perform(job: Job, bench: Bench) -> Done:
    """Push a job's shard; whatever keeps it from being done is said in what it returns.

    Can be repeated, and done twice at once: the archive's transfers and the destination itself say
    what is still to be sent.
    """
    try:
        counts = _pushed(job, bench)
    except errors.MigratorError as error:
        return Done(job.shard, trouble=str(error), later=error.exit_code in _LATER)
    return Done(job.shard, counts, later=bool(counts.left))


def _pushed(job: Job, bench: Bench) -> Counts:
    if not bench.archive.is_file():
        raise errors.Usage(f"There is no archive at {bench.archive}.", "Name it with --archive.")
    destination = resolve(job.destination)
    capabilities = share(destination.capabilities, job.side_by_side)
    means = Means(
        Keychain(bench.password_command),
        Manners(capabilities, stop=bench.stop),
        capabilities.at_once,
        job.publish_collections,
    )
    with Archive.open(bench.archive) as archive:
        return push_shard(archive, destination, job.shard, Limits(stop=bench.stop), means)
