"""The plan: for every badge, before anything is sent, what will happen and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from migrator.archive import accounts as accounts_store
from migrator.archive import classes, ledger, shelf, verdicts
from migrator.archive.accounts import Account, SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.archive.ledger import Planned
from migrator.archive.shelf import Kept
from migrator.destinations.base import Capabilities, Input
from migrator.openbadges.model import Addresses, BadgeClass
from migrator.reasons import REASONS, Retry, most_telling
from migrator.transfer import recipients
from migrator.transfer.parcels import submissions
from migrator.verify.answers import Web
from migrator.verify.archived import ArchivedWeb
from migrator.verify.assess import assess
from migrator.verify.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """How a plan turned out, over every badge of the archive."""

    badges: int = 0
    to_send: int = 0
    held: int = 0
    finished: int = 0
    refused: int = 0
    waiting: int = 0

    @property
    def balances(self) -> bool:
        """Whether every badge is accounted for."""
        return self.badges == (
            self.to_send + self.held + self.finished + self.refused + self.waiting
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What a plan is made for and against; `with_deleted` moves what learners had deleted too."""

    destination: SavedDestination
    capabilities: Capabilities
    web: Web
    asked: str
    now: datetime
    with_deleted: bool = False


def plan(archive: Archive, question: Question, watch: Callable[[int], None]) -> PlanCounts:
    """Write a transfer for every badge of the archive with its predicted outcome and reason.

    What is done, waiting or refused by the destination keeps its state; planned and held ones are
    judged anew. `watch` is told how many badges have been judged.
    """
    with leased(archive, "plan", f"plan --to {question.destination.name}") as lease:
        recipients.assign(archive)
        accounts = accounts_store.accounts(archive, question.destination.id)
        judged = 0
        for batch in shelf.all_kept(archive):
            decisions = [_decide(archive, question, accounts, badge) for badge in batch]
            _write(archive, question, decisions)
            lease.renew()
            judged += len(batch)
            watch(judged)
    return count(archive, question.destination.id)


def count(archive: Archive, destination_id: int) -> PlanCounts:
    """Add up the plan as it stands now."""
    states = ledger.states(archive, destination_id)
    return PlanCounts(
        badges=shelf.count(archive),
        to_send=states["planned"],
        held=states["held"],
        finished=states["done"] + states["already_there"],
        refused=states["refused"],
        waiting=states["waiting"] + states["sending"],
    )


@dataclass(frozen=True, slots=True)
class _Decision:
    """What the plan says of a badge, what the check found, and what the badge is called."""

    planned: Planned
    verdict: verdicts.Row | None = None
    badge_class: BadgeClass | None = None


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


def _decide(
    archive: Archive, question: Question, accounts: list[Account], badge: Kept
) -> _Decision:
    account = _account_for(accounts, badge.learner_id)
    if account is None:
        why = "no_account" if badge.learner_id is not None else "holder_unknown"
        return _Decision(_held(badge, None, why, ""))
    if badge.deleted and not question.with_deleted:
        return _Decision(_held(badge, account.id, "deleted_by_learner", ""))
    judged = _judge(archive, question, account, badge)
    if judged is None:
        return _Decision(_held(badge, account.id, "no_web_address", ""))
    form, verdict, reason = judged
    row = verdicts.Row(reason is None, reason, _detail(verdict, account.addresses))
    called = _called(question, badge, verdict)
    if reason is not None and REASONS[reason].retry is not Retry.LATER:
        return _Decision(_held(badge, account.id, reason, row.detail), row, called)
    planned = Planned(
        assertion_id=badge.assertion_id,
        account_id=account.id,
        route="import",
        input=form.value,
        state="planned",
        reason=reason,
        detail=row.detail,
        assumed=len(verdict.assumed),
    )
    return _Decision(planned, row, called)


def _called(question: Question, badge: Kept, verdict: Verdict) -> BadgeClass | None:
    """Return the badge class the issuer serves today, for a badge that only had its address."""
    if badge.named or question.asked != "web" or verdict.assertion is None:
        return None
    found = verdict.assertion.badge_class
    return found if found is not None and found.name else None


def _judge(
    archive: Archive, question: Question, account: Account, badge: Kept
) -> tuple[Input, Verdict, str | None] | None:
    """Return the best form to send a badge in, its verdict, and why it would be refused."""
    best: tuple[Input, Verdict, str | None] | None = None
    for form, submission in submissions(archive, badge):
        if form not in question.capabilities.inputs:
            continue
        verdict = assess(submission, question.web, account.addresses, question.now)
        reason = verdict.reason
        if verdict.accepted and verdict.assertion and verdict.assertion.revoked:
            # Some servers would take it in all the same; that would be no service to anybody.
            reason = "revoked"
        elif reason is not None and question.asked == "web":
            # What the archive knows for certain (expired, say) tells more than a dead host.
            kept = assess(submission, ArchivedWeb(archive), account.addresses, question.now)
            reason = most_telling({reason, *([kept.reason] if kept.reason else [])})
        if reason is None:
            return form, verdict, None
        best = best or (form, verdict, reason)
    return best


def _account_for(accounts: list[Account], learner_id: int | None) -> Account | None:
    for account in accounts:
        if learner_id is not None and account.learner_id == learner_id:
            return account
    # A learner's own run: one account, and badges that do not say whose they are.
    return accounts[0] if learner_id is None and len(accounts) == 1 else None


def _held(badge: Kept, account_id: int | None, reason: str, detail: str) -> Planned:
    return Planned(badge.assertion_id, account_id, None, None, "held", reason, detail, 0)


def _detail(verdict: Verdict, addresses: Addresses) -> str:
    if verdict.accepted:
        return "hidden until the address is confirmed" if verdict.pending else ""
    if verdict.reason == "wrong_recipient":
        if verdict.spelling_to_add:
            return f"add this spelling to the account: {verdict.spelling_to_add}"
        recipient = verdict.assertion.recipient if verdict.assertion else None
        if recipient and not recipient.hashed:
            return f"awarded to {recipient.identity}"
        return f"the recipient is hashed; none of {len(addresses.all)} known addresses fits"
    return "; ".join(dict.fromkeys(message.text for message in verdict.messages))[:500]
