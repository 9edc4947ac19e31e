"""`badge-migrator plan`: say for every badge what will happen, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import (
    DEFAULT_ARCHIVE,
    ArchiveFile,
    AsJson,
    CheckWeb,
    IssuedAfter,
    IssuedBefore,
    OfBadgeClass,
    OfIssuer,
    OfLearner,
    OfSource,
    To,
    Via,
)

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.archive.hosting import Hosted
    from migrator.archive.selection import Selection
    from migrator.destinations.base import Destination
    from migrator.report.ways import Way
    from migrator.transfer.plan import PlanCounts, Question
    from migrator.verify.answers import Web

MAX_AGE = 30
"""Days for which an answer that `verify` has recorded counts."""


@dataclass(frozen=True, slots=True)
class WebAsked:
    """Whether the issuers' hosts are asked now, through which address, and how old answers may be.

    Without `check` the answers that `verify` recorded in the last `max_age` days count; with it,
    the addresses of everybody's badges are asked, or of one `learner`'s.
    """

    check: bool = False
    via: str | None = None
    max_age: int = MAX_AGE
    learner: int | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the person who plans allows beyond what is usual."""

    with_deleted: bool = False
    reaward: bool = False
    not_restorable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A plan that was made: its counts, the ways out of it, and what was selected, if not all.

    `hosted` badges must be fetched from the very host they were read from.
    """

    counts: PlanCounts
    ways: list[Way] = field(default_factory=list)
    selected: dict[str, object] | None = None
    hosted: list[Hosted] = field(default_factory=list)

    @property
    def command(self) -> str:
        """The next thing to type."""
        return self.ways[0].command if self.ways else "badge-migrator status"


def plan(
    to: To,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    explain: Annotated[
        str | None,
        typer.Option(
            "--explain",
            metavar="BADGE",
            help="Explain one badge and change nothing: its number, its address, or part of its"
            " title and of its learner's address.",
        ),
    ] = None,
    check: CheckWeb = False,
    via: Via = None,
    max_age: Annotated[
        int,
        typer.Option(
            "--max-age",
            metavar="DAYS",
            min=0,
            help="Count what `verify` recorded in the last so many days.",
        ),
    ] = MAX_AGE,
    allow_reaward: Annotated[
        bool,
        typer.Option(
            "--allow-reaward",
            help="Plan a new award where a badge can be moved in no other way (administrators).",
        ),
    ] = False,
    not_restorable: Annotated[
        list[str] | None,
        typer.Option(
            "--not-restorable",
            metavar="HOST",
            help="The owner of this host will not put files back; may be given several times.",
        ),
    ] = None,
    with_deleted: Annotated[
        bool, typer.Option("--with-deleted", help="Move badges too that learners had deleted.")
    ] = False,
    learner: OfLearner = None,
    issuer: OfIssuer = None,
    badge_class: OfBadgeClass = None,
    issued_after: IssuedAfter = None,
    issued_before: IssuedBefore = None,
    source: OfSource = None,
    as_json: AsJson = False,
) -> None:
    """Say of each badge what the destination will do with it, why, and which way it takes.

    Counts what `verify` has recorded; of what it never asked, the archive's copy is taken to be
    alive and unchanged. --check asks the issuers' sites now. Badges that are not selected keep what
    an earlier plan said of them.
    """
    from migrator.archive import accounts
    from migrator.archive.archive import Archive
    from migrator.cli.destination import resolve
    from migrator.cli.selecting import select

    console = Console(as_json)
    web = WebAsked(check or via is not None, via, max_age)
    allowed = Allowed(with_deleted, allow_reaward, tuple(not_restorable or ()))
    with Archive.open(archive_file) as opened:
        destination, saved = resolve(opened, to)
        if explain is not None:
            from migrator.cli.explain import explain_badge

            explain_badge(opened, saved, explain, console, web=web, allowed=allowed)
            return
        selection = select(
            opened,
            learner=learner,
            issuer=issuer,
            badge_class=badge_class,
            issued_after=issued_after,
            issued_before=issued_before,
            source=source,
        )
        made = make_plan(
            opened, destination, saved, console, web=web, allowed=allowed, selection=selection
        )
        known = accounts.accounts(opened, saved.id)
    checked = web.check and fetches(destination)
    following = made.command if known else f"badge-migrator login {saved.name} --as EMAIL"
    console.result("plan", {"destination": saved.name, "checked": checked, **_facts(made)})
    console.last(f"Next: {following}")


def make_plan(
    opened: Archive,
    destination: Destination,
    saved: SavedDestination,
    console: Console,
    *,
    web: WebAsked,
    allowed: Allowed | None = None,
    selection: Selection | None = None,
) -> Made:
    """Plan with progress, and say how it turned out and which ways the badges take.

    Without a `selection` every badge is planned.
    """
    from dataclasses import replace

    from migrator import errors
    from migrator.archive import ledger, totals
    from migrator.archive import selection as selections
    from migrator.cli import selecting
    from migrator.cli.hosted import say_hosted
    from migrator.cli.progress import progress
    from migrator.report.summary import destination_lines
    from migrator.report.ways import way_lines, ways
    from migrator.transfer.plan import plan as write

    chosen = selection or selections.EVERYTHING
    if web.check and not fetches(destination):
        console.say("No site is asked: this destination takes badges as they are.")
    question = ask(opened, destination, saved, web, allowed or Allowed())
    with progress("Planning", selections.count(opened, chosen)) as show:
        counts = write(opened, replace(question, selection=chosen), show)
    total = next(one for one in totals.totals(opened).destinations if one.name == saved.name)
    console.lines(destination_lines(total))
    selected = None
    if not chosen.everything:
        of_selected = selections.total(opened, saved.id, saved.name, chosen)
        selected = selecting.selected_facts(of_selected, total)
        console.say(selecting.selected_line(of_selected, total))
    hosts = tuple(host for host, _ in counts.hosts)
    hosted = say_hosted(opened, saved, console)
    made = Made(counts, ways(ledger.routes(opened, saved.id), hosts, saved.name), selected, hosted)
    if made.ways:
        console.say("What can be done:")
        console.lines(way_lines(made.ways))
    on_their_way = sum(one.badges for one in made.ways)
    if not counts.balances or on_their_way != counts.to_send + counts.held:
        raise errors.MigratorError(
            f"The plan does not balance: {counts}.", "This is a defect; please report it."
        )
    return made


def ask(
    opened: Archive,
    destination: Destination,
    saved: SavedDestination,
    asked: WebAsked,
    allowed: Allowed,
) -> Question:
    """Return the question a plan answers: who is asked, and what is allowed."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from migrator.transfer.plan import Question
    from migrator.transfer.routes import Options

    if not fetches(destination):
        asked = replace(asked, check=False)
    return Question(
        saved,
        destination.capabilities,
        _web(opened, asked),
        "web" if asked.check else "archive",
        datetime.now(UTC),
        allowed.with_deleted,
        Options(reaward=allowed.reaward, not_restorable=frozenset(allowed.not_restorable)),
    )


def fetches(destination: Destination) -> bool:
    """Whether a destination fetches badges from their issuers, so that these must be asked."""
    from migrator.verify.profile import named

    return named(destination.capabilities.profile).fetches


def _web(opened: Archive, asked: WebAsked) -> Web:
    from datetime import UTC, datetime, timedelta

    from migrator.verify.recorded import RecordedWeb

    if asked.check:
        _ask_hosts(opened, asked)
    since = datetime.now(UTC) - timedelta(days=asked.max_age)
    return RecordedWeb(opened, since.isoformat(), asked.via)


def _ask_hosts(opened: Archive, asked: WebAsked) -> None:
    """Do what `verify --again` does, before planning by its answers."""
    from migrator import errors
    from migrator.cli.progress import progress
    from migrator.cli.stop import stoppable
    from migrator.cli.verify import asker
    from migrator.transfer import recipients
    from migrator.verify.hosts.survey import Scope, survey

    recipients.assign(opened)
    with (
        stoppable("the requests under way") as stop,
        progress("Asking", None, "addresses") as show,
    ):
        scope, by = Scope(asked.learner, again=True), asker(asked.via, 2)
        surveyed = survey(opened, by, scope, lambda done, _: show(done), stop)
    if surveyed.interrupted:
        raise errors.Interrupted(
            "Stopped while asking the issuers' hosts; what they have answered is kept.",
            "Run `verify` to ask the rest, then `plan`.",
        )


def _facts(made: Made) -> dict[str, object]:
    from dataclasses import asdict

    facts = {**asdict(made.counts), "ways": [asdict(one) for one in made.ways]}
    facts["hosts"] = [{"host": host, "badges": badges} for host, badges in made.counts.hosts]
    if made.hosted:
        facts["hosted_by_sources"] = [asdict(one) for one in made.hosted]
    if made.selected is not None:
        facts["selected"] = made.selected
    return facts
