"""The whole reasoning about one badge: what is held, what was answered, every rule, every route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.archive import accounts as accounts_store
from migrator.archive import dossier, shelf
from migrator.archive.archive import Archive
from migrator.archive.dossier import Piece, Seen
from migrator.archive.shelf import Kept
from migrator.archive.web.answers import WebAnswer
from migrator.destinations.base import Input
from migrator.reasons import REASONS
from migrator.transfer.judging import Judged
from migrator.transfer.plan import Question
from migrator.transfer.routes import Route
from migrator.verify.answers import Answer, Web
from migrator.verify.carried import rules_of
from migrator.verify.hosts.fate import FATES
from migrator.verify.profile import Profile, named
from migrator.verify.recorded import RecordedWeb
from migrator.verify.rules import applied
from migrator.verify.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """What one address answered: in words, when, and who said so ("live", "archive", "nobody")."""

    url: str
    answer: str
    who: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of the matrix and what came of it; `says` are the server's words or ours."""

    code: str
    asks: str
    answered: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """Whose badge it is, and with which spellings of which account that was compared."""

    recipient: str | None
    hashed: bool
    account: str | None
    addresses: tuple[str, ...]
    matched: str | None
    pending: bool
    missing: str | None


@dataclass(frozen=True, slots=True)
class Way:
    """One route: whether it is the one, and why not."""

    route: str
    chosen: bool
    why: str


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What one destination would say, and what follows.

    `handed_over` is the form in which the badge would be sent, None when there is none; `reason`
    why it would be refused, None when it would be accepted; `known` how well we know what this
    destination accepts. Of a badge that is gone, `restored` are the rules as they would be with
    everything back that the archive holds, and `missing` the originals it lacks.
    """

    destination: str
    profile: str
    known: str
    handed_over: str | None
    reason: str | None
    sentence: str
    detail: str
    recipient: Compared
    asked: tuple[Asked, ...]
    rules: tuple[RuleLine, ...]
    restored: tuple[RuleLine, ...]
    missing: tuple[str, ...]
    routes: tuple[Way, ...]
    next_step: str
    who: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One badge: what it is, what is held of it, and the reasoning for each destination."""

    assertion_id: int
    title: str
    identity: str
    version: str | None
    hosted_url: str | None
    learner: str | None
    seen: tuple[Seen, ...]
    held: tuple[Piece, ...]
    destinations: tuple[Reasoning, ...]


class _Noted:
    """A web that remembers what it was asked, in order."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self.answers: dict[str, Answer] = {}

    def get(self, url: str) -> Answer:
        """Return the answer, and note it."""
        answer = self._web.get(url)
        self.answers.setdefault(url, answer)
        return answer


def explain(archive: Archive, assertion_id: int, questions: list[Question]) -> Explanation:
    """Explain one badge for each destination asked about; writes nothing.

    Raises KeyError for an unknown badge.
    """
    badge = shelf.kept(archive, assertion_id)
    reasonings = [_reasoning(archive, badge, question) for question in questions]
    addresses = dict.fromkeys(one.url for each in reasonings for one in each.asked)
    held = dossier.pieces(archive, assertion_id)
    for url in addresses:
        held += dossier.heard(archive, url)
    (meant,) = dossier.meant(archive, str(assertion_id))
    return Explanation(
        assertion_id,
        badge.title,
        badge.identity,
        badge.version,
        badge.hosted_url,
        meant.learner,
        tuple(dossier.seen(archive, assertion_id)),
        tuple(held),
        tuple(reasonings),
    )


def _reasoning(archive: Archive, badge: Kept, question: Question) -> Reasoning:
    web = _Noted(question.web)
    to = question.destination.id
    accounts = accounts_store.accounts_for(archive, to, badge.learner_id)
    judged = question.judge(archive, accounts, web).judge(badge)
    profile = named(question.capabilities.profile)
    choice = judged.choice
    return Reasoning(
        destination=question.destination.name,
        profile=profile.title,
        known=profile.known,
        handed_over=judged.form.value if judged.form else None,
        reason=judged.reason,
        sentence=REASONS[judged.reason].sentence if judged.reason else choice.why,
        detail=judged.detail,
        recipient=_compared(judged),
        asked=tuple(_asked(question.web, url, answer) for url, answer in web.answers.items()),
        rules=tuple(_rules(judged, judged.verdict, profile, account=judged.account is not None)),
        restored=tuple(_rules(judged, judged.restored, profile, account=False)),
        missing=judged.originals.missing if judged.originals else (),
        routes=tuple(_routes(judged)),
        next_step=choice.next_step,
        who=choice.who.value,
    )


def _compared(judged: Judged) -> Compared:
    verdict, account = judged.verdict, judged.account
    # Of a badge that is gone, the archive's copy says whose it is.
    told = next((one for one in (verdict, judged.restored) if one and one.assertion), None)
    assertion = told.assertion if told else None
    recipient = assertion.recipient if assertion else None
    return Compared(
        recipient=recipient.identity if recipient else None,
        hashed=recipient.hashed if recipient else False,
        account=account.username if account else None,
        addresses=account.addresses.all if account else (),
        matched=verdict.recipient_address if verdict else None,
        pending=verdict.pending if verdict else False,
        missing=judged.spelling,
    )


def _asked(web: Web, url: str, answer: Answer) -> Asked:
    recorded = web.recorded(url) if isinstance(web, RecordedWeb) else None
    if recorded is not None:
        return Asked(url, _recorded(recorded), "live", recorded.asked_at)
    if not answer.known:
        return Asked(url, "nobody has asked, and the archive has no copy", "nobody")
    return Asked(url, "not asked; taken to be as the archive has it", "archive")


def _recorded(recorded: WebAnswer) -> str:
    fate = FATES.get(recorded.outcome)
    words = fate.title if fate else recorded.outcome
    if recorded.status is not None:
        words += f", HTTP {recorded.status}"
    return f"{words}, {recorded.detail}" if recorded.detail else words


def _rules(
    judged: Judged, verdict: Verdict | None, profile: Profile, *, account: bool
) -> Iterator[RuleLine]:
    rules = rules_of(profile, as_handed_over=judged.form is Input.DOCUMENT)
    for one in applied(verdict, account=account, rules=rules) if verdict else ():
        words = tuple(dict.fromkeys(f"{said.name}: {said.text}" for said in one.messages))
        notes = (one.note,) if one.note else ()
        yield RuleLine(one.rule.code, one.rule.asks, one.answered.value, words or notes)


def _routes(judged: Judged) -> Iterator[Way]:
    choice = judged.choice
    against = dict(choice.against)
    for route in Route:
        chosen = route is choice.route
        yield Way(route.value, chosen, choice.why if chosen else against[route])
