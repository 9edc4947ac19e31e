"""The plan: for every badge, before anything is sent, what will happen and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from migrator.archive import accounts as accounts_store
from migrator.archive import classes, ledger, shelf, verdicts
from migrator.archive.accounts import Account, SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.archive.ledger import Planned
from migrator.archive.selection import EVERYTHING, Selection
from migrator.archive.selection import total as selected_total
from migrator.archive.shelf import Kept
from migrator.destinations.base import Capabilities
from migrator.openbadges.model import BadgeClass
from migrator.transfer import recipients
from migrator.transfer.judging import Accounts, Judge, Judged
from migrator.transfer.routes import NOTHING_ALLOWED, Options, Route
from migrator.verify.answers import Web
from migrator.verify.archived import ArchivedWeb


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How a plan turned out, over every badge of the archive or of a selection.

    `not_planned` are badges that no plan has met yet, because none selected them; `hosts` are those
    whose owners could put badges back, with how many, the most first.
    """

    badges: int = 0
    to_send: int = 0
    held: int = 0
    finished: int = 0
    refused: int = 0
    waiting: int = 0
    not_planned: int = 0
    hosts: tuple[tuple[str, int], ...] = field(default=(), compare=False)

    @property
    def balances(self) -> bool:
        """Whether every badge is accounted for."""
        return self.badges == sum(
            (self.to_send, self.held, self.finished, self.refused, self.waiting, self.not_planned)
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What a plan is made for and against; `with_deleted` moves what learners had deleted too.

    Badges that are not in the `selection` keep what an earlier plan said of them. `asked` is "web"
    or "archive": who has answered, mostly.
    """

    destination: SavedDestination
    capabilities: Capabilities
    web: Web
    asked: str
    now: datetime
    with_deleted: bool = False
    options: Options = NOTHING_ALLOWED
    selection: Selection = EVERYTHING

    def judge(self, archive: Archive, accounts: list[Account], web: Web | None = None) -> Judge:
        """Return the judge of this question; `web` is asked instead of its own."""
        options = replace(self.options, awards="reaward" in self.capabilities.routes)
        return Judge(
            *(archive, self.capabilities, Accounts(accounts), web or self.web),
            *(ArchivedWeb(archive), self.now, options, self.with_deleted),
        )


def plan(archive: Archive, question: Question, watch: Callable[[int], None]) -> PlanCounts:
    """Write a transfer for every badge selected with its predicted outcome and reason.

    What is done, waiting or refused by the destination keeps its state; planned and held ones are
    judged anew. `watch` is told how many badges have been judged.
    """
    with leased(archive, "plan", f"plan --to {question.destination.name}") as lease:
        recipients.assign(archive)
        judge = question.judge(archive, accounts_store.accounts(archive, question.destination.id))
        hosts: Counter[str] = Counter()
        judged = 0
        for batch in shelf.all_kept(archive, selection=question.selection):
            decisions = [_decide(badge, judge.judge(badge)) for badge in batch]
            _write(archive, question, decisions)
            lease.renew()
            for one in decisions:
                hosts.update(one.hosts)
            judged += len(batch)
            watch(judged)
    return replace(count(archive, question.destination.id), hosts=tuple(hosts.most_common()))


def count(archive: Archive, destination_id: int, selection: Selection = EVERYTHING) -> PlanCounts:
    """Add up the plan as it stands now, over what is selected."""
    total = selected_total(archive, destination_id, "", selection)
    states: Counter[str] = Counter()
    for one in total.states:
        states[one.state] += one.badges
    return PlanCounts(
        badges=total.badges,
        to_send=states["planned"],
        held=states["held"],
        finished=states["done"] + states["already_there"],
        refused=states["refused"],
        waiting=states["waiting"] + states["sending"],
        not_planned=total.not_planned,
    )


@dataclass(frozen=True, slots=True)
class _Decision:
    """What the plan says of a badge, what the check found, and what the badge is called.

    `hosts` are those to which it could be put back.
    """

    planned: Planned
    verdict: verdicts.Row | None = None
    badge_class: BadgeClass | None = None
    hosts: tuple[str, ...] = ()


def _write(archive: Archive, question: Question, decisions: list[_Decision]) -> None:
    ledger.write_plan(archive, question.destination.id, [one.planned for one in decisions])
    verdicts.append(
        archive,
        question.asked,
        [
            (one.planned.assertion_id, one.planned.account_id, one.verdict)
            for one in decisions
            if one.verdict is not None
        ],
    )
    named = [(one.planned.assertion_id, one.badge_class) for one in decisions if one.badge_class]
    if named:
        classes.name_badges(archive, named)


def _decide(badge: Kept, judged: Judged) -> _Decision:
    route, account, verdict = judged.choice.route, judged.account, judged.verdict
    is_sent = route is Route.IMPORT and judged.form is not None and account is not None
    planned = Planned(
        assertion_id=badge.assertion_id,
        account_id=account.id if account else None,
        route=route.value if route else None,
        input=judged.form.value if is_sent and judged.form else None,
        state="planned" if is_sent else "held",
        reason=judged.reason,
        detail=judged.detail,
        assumed=len(verdict.assumed) if is_sent and verdict else 0,
    )
    hosts = judged.hosts if route is Route.RESTORE else ()
    row = None
    if verdict is not None and account is not None:
        row = verdicts.Row(judged.reason is None, judged.reason, judged.detail)
    return _Decision(planned, row, _called(badge, judged), hosts)


def _called(badge: Kept, judged: Judged) -> BadgeClass | None:
    """Return the badge class that was heard of, for a badge that only had its address."""
    for verdict in (judged.verdict, judged.restored):
        found = verdict.assertion.badge_class if verdict and verdict.assertion else None
        if found is not None and found.name:
            return None if badge.named else found
    return None
