"""What a destination would say to one badge, what the archive could put back, and which route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from migrator.archive import holdings
from migrator.archive.accounts import Account
from migrator.archive.archive import Archive
from migrator.archive.shelf import Kept
from migrator.destinations.base import Capabilities, Input
from migrator.openbadges.model import Addresses, Version
from migrator.reasons import REASONS, Retry, most_telling
from migrator.transfer import spelling
from migrator.transfer.parcels import as_found, submissions
from migrator.transfer.routes import (
    GONE,
    NOTHING_ALLOWED,
    Choice,
    Facts,
    Options,
    Originals,
    choose,
)
from migrator.verify import carried
from migrator.verify.answers import Web
from migrator.verify.archived import ArchivedWeb
from migrator.verify.assess import assess
from migrator.verify.profile import named
from migrator.verify.restored import RestoredWeb
from migrator.verify.verdict import Submission, Verdict

_NOBODY = Addresses(())


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found out about one badge at one destination.

    `form` and `submission` are how it would be handed over (None: in no way), `reason` why it would
    be refused or must wait, `spelling` the address the account lacks, `hosts` those that no longer
    serve it; `restored` is the verdict with everything back that the archive holds.
    """

    account: Account | None
    choice: Choice
    reason: str | None = None
    form: Input | None = None
    submission: Submission | None = None
    verdict: Verdict | None = None
    restored: Verdict | None = None
    originals: Originals | None = None
    hosts: tuple[str, ...] = ()
    spelling: str | None = None

    @property
    def detail(self) -> str:
        """More about the reason, in the server's words or ours; "" when there is none."""
        if self.verdict is None:
            return ""
        if self.verdict.accepted:
            return "hidden until the address is confirmed" if self.verdict.pending else ""
        if self.reason == "wrong_recipient" and self.account is not None:
            assertion = self.verdict.assertion
            recipient = assertion.recipient if assertion else None
            return spelling.told(recipient, self.spelling, len(self.account.addresses.all))
        return "; ".join(dict.fromkeys(message.text for message in self.verdict.messages))[:500]


class Accounts:
    """The accounts of a destination, found by their learner."""

    def __init__(self, accounts: list[Account]) -> None:
        self._only = accounts[0] if len(accounts) == 1 else None
        self._by_learner: dict[int, Account] = {}
        for one in accounts:
            if one.learner_id is not None:
                self._by_learner.setdefault(one.learner_id, one)

    def of(self, learner_id: int | None) -> Account | None:
        """Return the account a learner's badges go to."""
        if learner_id is not None:
            return self._by_learner.get(learner_id)
        # A learner's own run: one account, and badges that do not say whose they are.
        return self._only


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges badges for one destination.

    `web` says what each address answers, `kept` what the archive has of it.
    """

    archive: Archive
    capabilities: Capabilities
    accounts: Accounts
    web: Web
    kept: ArchivedWeb
    now: datetime
    options: Options = NOTHING_ALLOWED
    with_deleted: bool = False

    def judge(self, badge: Kept) -> Judged:
        """Say what would happen to a badge, and choose its route.

        Without an account the recipient is not compared: then an account is what is missing,
        unless the badge could not be moved with one either.
        """
        account = self.accounts.of(badge.learner_id)
        if account is not None and badge.deleted and not self.with_deleted:
            return self._chosen(badge, Judged(account, _UNDECIDED, "deleted_by_learner"))
        best = self._best(badge, self._addresses(badge, account))
        best = replace(best, account=account)
        if account is None and not _is_final(best.reason):
            why = "no_account" if badge.learner_id is not None else "holder_unknown"
            best = replace(best, reason=why)
        return self._chosen(badge, best)

    def assess(self, submission: Submission, web: Web, addresses: Addresses) -> Verdict:
        """Ask the rules what this destination would answer."""
        profile = named(self.capabilities.profile)
        if not profile.fetches or submission.document is not None:
            return carried.assess(submission, profile, addresses)
        return assess(submission, web, addresses, self.now, profile=profile)

    def _forms(self, badge: Kept) -> Iterator[tuple[Input, Submission]]:
        profile = named(self.capabilities.profile)
        possible = submissions if profile.fetches else as_found
        if profile.takes_credentials and badge.version == Version.V3_0 and badge.document:
            yield Input.DOCUMENT, Submission(document=badge.document)
        for form, submission in possible(self.archive, badge):
            if form in self.capabilities.inputs:
                yield form, submission

    def _formless(self, badge: Kept) -> str:
        """Why a badge has no form in which this destination takes it."""
        if named(self.capabilities.profile).fetches:
            return "no_web_address"
        older = badge.version not in (None, Version.V3_0.value)
        return "older_version" if older else "only_address"

    def _addresses(self, badge: Kept, account: Account | None) -> Addresses:
        """Return the addresses a badge's recipient is compared with.

        Of an account whose addresses are not all told, its learner's count too: the destination
        knows better, and decides.
        """
        if account is None:
            return _NOBODY
        if self.capabilities.tells_addresses or badge.learner_id is None:
            return account.addresses
        told = account.addresses.verified
        known = holdings.addresses_of(self.archive, badge.learner_id)
        return replace(account.addresses, verified=tuple(dict.fromkeys((*told, *known))))

    def _best(self, badge: Kept, addresses: Addresses) -> Judged:
        """Try each form the destination takes; the first that is accepted, else the first."""
        first: Judged | None = None
        for form, submission in self._forms(badge):
            verdict = self.assess(submission, self.web, addresses)
            reason = self._reason(submission, verdict, addresses)
            judged = Judged(None, _UNDECIDED, reason, form, submission, verdict)
            if reason is None:
                return judged
            first = first or judged
        return first or Judged(None, _UNDECIDED, self._formless(badge))

    def _reason(self, submission: Submission, verdict: Verdict, addresses: Addresses) -> str | None:
        reason = reason_of(verdict)
        if reason is None or isinstance(self.web, ArchivedWeb):
            return reason
        # What the archive knows for certain (expired, say) tells more than a dead host.
        kept = self.assess(submission, self.kept, addresses)
        return most_telling({reason, *([kept.reason] if kept.reason else [])})

    def _chosen(self, badge: Kept, judged: Judged) -> Judged:
        if judged.reason in GONE and judged.submission is not None:
            judged = self._with_originals(judged, judged.submission)
        facts = Facts(judged.originals, judged.hosts, holder_known=badge.learner_id is not None)
        missing = self._spelling(badge, judged) if judged.reason == "wrong_recipient" else None
        choice = choose(judged.reason, facts, self.options, spelling=missing)
        return replace(judged, choice=choice, spelling=missing)

    def _with_originals(self, judged: Judged, submission: Submission) -> Judged:
        """Judge a badge as if every file the archive holds stood at its address again."""
        web = RestoredWeb(self.kept, self.web)
        verdict = self.assess(submission, web, _NOBODY)
        originals = Originals(web.missing, web.put_back, reason_of(verdict))
        return replace(judged, restored=verdict, originals=originals, hosts=web.hosts)

    def _spelling(self, badge: Kept, judged: Judged) -> str | None:
        assertion = judged.verdict.assertion if judged.verdict else None
        if assertion is None or assertion.recipient is None or judged.account is None:
            return None
        known: tuple[str, ...] = ()
        if badge.learner_id is not None:
            known = holdings.addresses_of(self.archive, badge.learner_id)
        return spelling.needed(assertion.recipient, judged.account.addresses, known)


def reason_of(verdict: Verdict) -> str | None:
    """Return why a badge is not sent: the server's reason, or that it was revoked.

    Some servers would take a revoked badge in; that would be no service to anybody.
    """
    if verdict.accepted and verdict.assertion and verdict.assertion.revoked:
        return "revoked"
    return verdict.reason


def _is_final(reason: str | None) -> bool:
    """Whether an account would change nothing about this."""
    return reason is not None and REASONS[reason].retry is not Retry.LATER


_UNDECIDED = choose("refused")
