"""The queue: the shards that were submitted, in a database that all workers share (DBOS).

A shard submitted is a durable workflow of DBOS: on disk before anybody works on it, taken by one
worker, and taken up by another when that one ends. DBOS leaves it to others to find out who has
ended (its recovery of a dead executor), so workers give signs of life as attributes of what they
work on. What has arrived is not kept here: the archive knows it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Self

import psycopg
import sqlalchemy
import sqlalchemy.exc
from dbos import DBOS, DBOSClient, EnqueueOptions, Serializer, WorkflowStatus

from migrator import errors
from migrator.cluster.database import shown
from migrator.cluster.job import Done, Job
from migrator.cluster.standing import Entry

APPLICATION = "badge-migrator"
WORKFLOW = "push_shard"
POLL = 0.5
"""Seconds between two looks of a worker for something to do."""
_OPEN = ("ENQUEUED", "PENDING", "DELAYED")
_REQUESTS_OF_A_SHARD = 3
"""At the least: a sign-in is two, and a look at what is there one."""


class Json(Serializer):
    """Writes what is kept in the database as JSON: reading it must not run anything."""

    def serialize(self, data: Any) -> str:
        """Return JSON; what is none (an error of DBOS) as its text."""
        return json.dumps(data, default=str)

    def deserialize(self, serialized_data: str) -> Any:
        """Return what was written."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """Return the name under which DBOS notes how something is written."""
        return "badge_migrator_json"


@dataclass(frozen=True, slots=True)
class Submitted:
    """How many shards were put into the queue, and how many were in it already."""

    new: int
    known: int


class Queue:
    """The shared database, open; raises errors.Usage where it cannot be."""

    def __init__(self, url: str) -> None:
        # What goes wrong is raised; DBOS would say it first, and in words of its own.
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        with understood(url):
            DBOS.migrate(url)
            self._client = DBOSClient(
                system_database_url=url,
                serializer=Json(),
                application_name=APPLICATION,
                retry_connection_errors=False,
            )
        self._url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.destroy()

    def submit(self, jobs: Sequence[Job], per_minute: int | None) -> Submitted:
        """Put jobs of one destination into the queue, all or none, but for those that are in it.

        As many run at once, on all machines together, as the jobs say, and they begin no faster
        than the destination takes requests (`per_minute`; None: as fast as workers are there).
        """
        with understood(self._url):
            first = jobs[0]
            name = f"push to {first.destination}"
            pace = max(1, per_minute // _REQUESTS_OF_A_SHARD) if per_minute else None
            self._client.register_queue(
                name,
                global_concurrency=first.side_by_side,
                worker_concurrency=1,
                limiter={"limit": pace, "period": 60.0} if pace else None,
                polling_interval_sec=POLL,
            )
            known = {one.key for one in self.entries() if one.open}
            new = [job for job in jobs if job.key not in known]
            with self._transaction() as conn:
                for job in new:
                    self._client.enqueue_in_transaction(conn, options(name, job), asdict(job), 0)
        return Submitted(len(new), len(jobs) - len(new))

    def entries(self) -> list[Entry]:
        """Return every shard ever submitted, oldest first: the newest of a key is the last."""
        with understood(self._url):
            return [_entry(one) for one in self._client.list_workflows(name=WORKFLOW)]

    def running(self) -> list[Entry]:
        """Return what somebody works on, or did until he ended."""
        with understood(self._url):
            found = self._client.list_workflows(
                name=WORKFLOW, status="PENDING", load_input=False, load_output=False
            )
            return [_entry(one) for one in found]

    def empty(self) -> bool:
        """Whether nothing is to be done, neither now nor later."""
        with understood(self._url):
            found = self._client.list_workflows(
                name=WORKFLOW, status=list(_OPEN), limit=1, load_input=False, load_output=False
            )
            return not found

    def sign(self, entries: Iterable[Entry], sign: str) -> None:
        """Give a sign of life for what one works on."""
        with understood(self._url):
            for one in entries:
                self._client.update_workflow_attributes(one.id, {"sign": sign}, merge=True)

    def put_back(self, entry: Entry) -> None:
        """Put something back into the queue, for any worker to take up."""
        with understood(self._url):
            self._client.resume_workflow(entry.id, queue_name=entry.queue)

    @contextmanager
    def _transaction(self) -> Iterator[sqlalchemy.Connection]:
        url = sqlalchemy.make_url(self._url)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        engine = sqlalchemy.create_engine(url)
        try:
            with engine.begin() as conn:
                yield conn
        finally:
            engine.dispose()


def options(queue: str, job: Job) -> EnqueueOptions:
    """Return how a job is enqueued."""
    return {"queue_name": queue, "workflow_name": WORKFLOW, "attributes": {"key": job.key}}


@contextmanager
def understood(url: str) -> Iterator[None]:
    """Say of a database that cannot be used what is wrong, without its password."""
    try:
        yield
    except (sqlalchemy.exc.SQLAlchemyError, psycopg.Error) as error:
        said = (str(getattr(error, "orig", None) or error).strip() or "no answer").splitlines()[0]
        raise errors.Usage(
            f"The database {shown(url)} cannot be used: {shown(said).rstrip('.')}.",
            "See that it is running and may be written; badge-migrator makes its tables itself.",
        ) from None


_STATES = {"ENQUEUED": "queued", "DELAYED": "delayed", "PENDING": "running", "SUCCESS": "finished"}


def _entry(status: WorkflowStatus) -> Entry:
    told = status.attributes or {}
    state = _STATES.get(status.status, "failed")
    return Entry(
        *(status.workflow_id, str(told.get("key", "")), status.queue_name or "", state),
        worker=status.executor_id,
        sign=str(told.get("sign", "")),
        done=Done.read(status.output) if state == "finished" and status.output else None,
    )
