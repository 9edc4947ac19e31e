"""`badge-migrator cluster`: the shards of a cohort, pushed side by side, here or elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console, complain
from migrator.cli.options import (
    DEFAULT_ARCHIVE,
    ArchiveFile,
    AsJson,
    PasswordCommand,
    PublishCollections,
    To,
)
from migrator.cli.shard import SideBySide, end, say_done

if TYPE_CHECKING:
    from types import ModuleType

    from migrator.cluster.job import Job
    from migrator.cluster.launcher import Launcher

cluster = typer.Typer(
    help="Push the shards of a large cohort side by side, on this computer or on many.",
    no_args_is_help=True,
)
Shards = Annotated[
    int | None,
    typer.Option(
        "--shards",
        metavar="N",
        min=1,
        max=100_000,
        help="Into how many parts the accounts are divided; without it about 100 accounts each.",
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="What the workers share: sqlite:////path/to/file.db, or"
        " postgresql://user@host/database; without it a file beside the archive. An address with a"
        " password goes into BADGE_MIGRATOR_CLUSTER_DATABASE.",
    ),
]
_ACCOUNTS = 100
"""So many make a shard where nobody says how many shards there are."""


@cluster.command()
def run(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    shards: Shards = None,
    side_by_side: SideBySide = 2,
    publish_collections: PublishCollections = False,
    password_command: PasswordCommand = None,
    as_json: AsJson = False,
) -> None:
    """Push all shards now, in so many processes of this computer.

    Ctrl-C stops after the badges under way; run the same command again to go on.
    """
    from dataclasses import replace

    from migrator.cli.stop import stoppable
    from migrator.cluster.local import Local
    from migrator.cluster.standing import Entry, standings

    console = Console(as_json)
    jobs = _jobs(archive_file, to, shards, side_by_side, publish=publish_collections)
    entries = {job.shard: Entry(job.key, job.key, state="queued") for job in jobs}
    launcher: Launcher = Local(archive_file, side_by_side, password_command)
    with stoppable("the badges under way") as stop:
        for done in launcher.run(jobs, stop):
            entries[done.shard] = replace(entries[done.shard], state="finished", done=done)
            say_done(console, done)
        interrupted = stop()
    end(console, standings(entries.values()), "cluster run", interrupted=interrupted)


@cluster.command()
def submit(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    shards: Shards = None,
    side_by_side: SideBySide = 2,
    publish_collections: PublishCollections = False,
    database: Database = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until workers have pushed all of it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put all shards into a queue, for workers to push.

    As many run at once, on all machines together, as --side-by-side says. Shards that are in the
    queue already are left as they are.
    """
    from migrator.cluster.database import shown
    from migrator.destinations.registry import resolve

    console = Console(as_json)
    url = _url(database, archive_file)
    queues = _extra("queue")
    jobs = _jobs(archive_file, to, shards, side_by_side, publish=publish_collections)
    if wait:
        _waited(console, url, jobs)
        return
    capabilities = resolve(jobs[0].destination).capabilities
    with queues.Queue(url) as queue:
        submitted = queue.submit(jobs, capabilities.requests_per_minute)
    facts = {"destination": jobs[0].destination, "database": shown(url), "shards": len(jobs)}
    console.result("cluster submit", {**facts, "new": submitted.new, "known": submitted.known})
    console.say(
        f"{len(jobs):,} shards = {submitted.new:,} put into the queue"
        f" + {submitted.known:,} in it already; missing:"
        f" {len(jobs) - submitted.new - submitted.known}."
    )
    console.last(f"Next, as often as you like: badge-migrator cluster worker{_more(archive_file)}")


@cluster.command()
def worker(
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    database: Database = None,
    stay: Annotated[
        bool, typer.Option("--stay", help="Wait for more when nothing is left, until stopped.")
    ] = False,
    password_command: PasswordCommand = None,
    as_json: AsJson = False,
) -> None:
    """Push shards from the queue, one after the other, until none is left.

    Start as many workers as shards may run side by side. One that is stopped or killed loses
    nothing: another one takes up its shard.
    """
    from migrator.cli.stop import stoppable
    from migrator.cluster.job import Bench

    console = Console(as_json)
    url = _url(database, archive_file)
    workers = _extra("worker")
    _there(archive_file)
    with stoppable("the badges under way") as stop:
        bench = Bench(archive_file, password_command, stop)
        try:
            one = workers.Worker(url, bench, lambda done: say_done(console, done), stay=stay)
            one.away = lambda what: complain(f"{what} It is waited for.")
            one.run()
        except KeyboardInterrupt:
            complain("Stopped at once; what was under way is looked for by the next worker.")
            os._exit(130)  # a request under way would keep the process for minutes
        interrupted = stop()
    _standing(console, url, "cluster worker", interrupted=interrupted)


@cluster.command()
def status(
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Say how the shards in the queue stand, and what became of the badges of those finished."""
    from migrator.cluster.database import is_missing

    console, url = Console(as_json), _url(database, archive_file)
    _extra("queue")
    if is_missing(url):
        end(console, [], "cluster status")
        return
    _standing(console, url, "cluster status")


def _url(told: str | None, archive: Path) -> str:
    from migrator.cluster import database

    return database.database(told, os.environ.get(database.VARIABLE), archive)


def _extra(module: str) -> ModuleType:
    """Return a module of the cluster that needs the extra; raises Usage where that is missing."""
    from importlib import import_module

    from migrator import errors

    try:
        return import_module(f"migrator.cluster.{module}")
    except ImportError as error:
        raise errors.Usage(
            f"Workers and their queue need a library that is not installed ({error.name}).",
            "Install it: pip install 'badge-migrator[cluster]'. Without it there are"
            " `badge-migrator cluster run` and `badge-migrator push --shard`.",
        ) from error


def _there(archive_file: Path) -> None:
    """Raise Usage where there is no archive."""
    from migrator.archive.archive import Archive

    Archive.read(archive_file).close()


def _jobs(
    archive_file: Path, to: str, shards: int | None, side_by_side: int, *, publish: bool
) -> list[Job]:
    from migrator.archive import shard
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve
    from migrator.cluster.job import Job, jobs

    _there(archive_file)
    with Archive.open(archive_file) as opened:
        _, saved = resolve(opened, to)
        accounts = len(shard.accounts(opened, saved.id, shard.WHOLE))
    of = shards or max(side_by_side, -(-accounts // _ACCOUNTS))
    return jobs(Job(saved.name, shard.WHOLE, side_by_side, publish), of)


def _more(archive_file: Path) -> str:
    return "" if archive_file == DEFAULT_ARCHIVE else f" --archive {archive_file}"


def _waited(console: Console, url: str, jobs: list[Job]) -> None:
    from migrator.cli.stop import stoppable

    launcher: Launcher = _extra("durable").Durable(url)
    with stoppable("this look at the queue") as stop:
        for done in launcher.run(jobs, stop):
            say_done(console, done)
        interrupted = stop()
    _standing(console, url, "cluster submit", interrupted=interrupted)


def _standing(console: Console, url: str, kind: str, *, interrupted: bool = False) -> None:
    from migrator.cluster.standing import standings

    with _extra("queue").Queue(url) as queue:
        found = standings(queue.entries())
    end(console, found, kind, interrupted=interrupted)
