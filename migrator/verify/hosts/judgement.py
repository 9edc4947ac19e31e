"""The judgement of one badge: what became of it, from what the web has answered about its parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from migrator.archive.shelf import Kept
from migrator.archive.verdicts import Row
from migrator.archive.web.answers import WebAnswer
from migrator.openbadges.address import host_of, is_on
from migrator.openbadges.documents import parse_object
from migrator.openbadges.model import Addresses, BadgeClass, Unreadable
from migrator.verify.answers import Answer
from migrator.verify.assess import assess
from migrator.verify.hosts.difference import SPELLING
from migrator.verify.hosts.fate import FATES, most_telling
from migrator.verify.hosts.finding import FIRST, parsed
from migrator.verify.hosts.proof import Proof, check
from migrator.verify.hosts.revocation import listed
from migrator.verify.recorded import RecordedWeb
from migrator.verify.verdict import Submission, Verdict

_QUIET = frozenset({None, FIRST, SPELLING})
NO_ADDRESS = "no_address"
NOT_ASKED = "not_asked"
TITLES = {
    **{code: fate.title for code, fate in FATES.items()},
    NO_ADDRESS: "without any address to ask",
    NOT_ASKED: "not asked yet",
}
_KINDS = {
    "assertion": "assertion",
    "badge_class": "badge class",
    "issuer": "issuer",
    "image": "picture",
    "revocation_list": "revocation list",
    "key": "key",
    "page": "vocabulary",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One badge: its fate (of TITLES), what is to say about its parts, and the verdict's row.

    `row` is None for a badge that was not asked about in full; `badge_class` is what its issuer
    serves today. `spelling` is an address its learner has to add to an account, `hosts` are those
    of its parts.
    """

    assertion_id: int
    title: str
    fate: str
    sentences: tuple[str, ...]
    row: Row | None
    spelling: str | None
    hosts: tuple[str, ...]
    badge_class: BadgeClass | None = None


class _Trace:
    """A web that remembers which addresses one badge needed, in the order of need."""

    def __init__(self, web: RecordedWeb) -> None:
        self._web = web
        self.needed: dict[str, WebAnswer | None] = {}

    def get(self, url: str) -> Answer:
        self.needed[url] = self._web.recorded(url)
        return self._web.get(url)

    def on(self, host: str | None) -> dict[str, WebAnswer | None]:
        """Return what was needed of one host, or of all."""
        return {url: one for url, one in self.needed.items() if host is None or is_on(url, host)}


def judge_badge(
    kept: Kept, web: RecordedWeb, addresses: Addresses, now: datetime, host: str | None = None
) -> Judged:
    """Say what became of a badge; nobody is asked. `addresses` are the learner's known ones.

    With `host` its fate is that of its parts on this host alone: the others need not be asked.
    """
    trace = _Trace(web)
    submission = _submission(kept)
    if submission is None:
        return Judged(kept.assertion_id, kept.title, NO_ADDRESS, (), None, None, ())
    verdict = assess(submission, trace, addresses, now)
    proof = check(kept.jws, trace) if kept.jws else None
    revoked = _revocation(kept, verdict, trace)
    answers = trace.on(host)
    fate = _fate(answers, verdict, revoked)
    sentences = _sentences(trace, verdict, proof, revoked)
    reason = "revoked" if fate == "revoked" else verdict.reason
    asked = fate != NOT_ASKED and any(trace.needed.values())
    badge_class = _name(verdict)
    return Judged(
        assertion_id=kept.assertion_id,
        title=badge_class.name if badge_class and not kept.named else kept.title,
        fate=fate,
        sentences=sentences,
        row=Row(reason is None, reason, "; ".join(sentences)[:500]) if asked else None,
        spelling=verdict.spelling_to_add,
        hosts=tuple(dict.fromkeys(host_of(url) for url in trace.needed)),
        badge_class=None if kept.named else badge_class,
    )


def _submission(kept: Kept) -> Submission | None:
    if kept.jws:
        return Submission(jws=kept.jws)
    if kept.hosted_url:
        return Submission(url=kept.hosted_url)
    try:
        return Submission(assertion=parse_object(kept.document or b""))
    except Unreadable:
        return None


def _fate(answers: dict[str, WebAnswer | None], verdict: Verdict, revoked: str | None) -> str:
    if revoked is not None or (verdict.assertion is not None and verdict.assertion.revoked):
        return "revoked"
    if not answers:
        return NO_ADDRESS
    outcomes = {one.outcome for one in answers.values() if one is not None}
    worst = {code for code in outcomes & FATES.keys() if not FATES[code].served}
    if "revoked" in outcomes:
        return "revoked"
    if worst and not verdict.accepted:
        return most_telling(worst) or NOT_ASKED
    if None in answers.values():
        return NOT_ASKED
    # What a backpack does not mind (an issuer without a picture) is said, and is no fate.
    return most_telling(outcomes - worst) or most_telling(worst) or NOT_ASKED


def _revocation(kept: Kept, verdict: Verdict, trace: _Trace) -> str | None:
    """Return the reason a revocation list gives, of 1.x or 2.0; None when none names the badge."""
    issuer = verdict.documents.issuer
    url = issuer.get("revocationList") if issuer else None
    if isinstance(url, dict):
        url = url.get("id")
    if not isinstance(url, str):
        return None
    found = parsed(trace.get(url).body)
    if found is None:
        return None
    ids = {one for one in (kept.hosted_url, verdict.open_badge_id) if one}
    # A uid is only the issuer's own number; lists name hosted badges by their address.
    uid = verdict.assertion.uid if verdict.assertion and kept.jws else None
    return listed(found, ids, uid)


def _sentences(
    trace: _Trace, verdict: Verdict, proof: Proof | None, revoked: str | None
) -> tuple[str, ...]:
    said = [
        _about(url, one)
        for url, one in trace.needed.items()
        if one is not None and (one.outcome != "alive" or one.detail not in _QUIET)
    ]
    if revoked is not None:
        said.insert(0, f"the issuer's revocation list names it: {revoked}")
    if proof is not None:
        said.append(proof.sentence)
    if verdict.spelling_to_add:
        said.append(f"the account must have the address spelled {verdict.spelling_to_add}")
    elif verdict.reason == "wrong_recipient":
        said.append("it was awarded to an address that is not known here")
    return tuple(said)


def _about(url: str, answer: WebAnswer) -> str:
    more = f" ({answer.detail})" if answer.detail else ""
    title = TITLES.get(answer.outcome, answer.outcome)
    return f"{_KINDS.get(answer.kind, answer.kind)} {title}{more}: {url}"


def _name(verdict: Verdict) -> BadgeClass | None:
    found = verdict.assertion.badge_class if verdict.assertion is not None else None
    return found if found is not None and found.name else None
