"""The rejection matrix as one list: every rule, in order, with what it looks at and our reason.

The rules themselves are the small functions of the modules of this package; here they are named,
so that an explanation and docs/rules.md can go through them one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from migrator.openbadges.model import Verification
from migrator.verify.verdict import Message, Verdict


class Needs(StrEnum):
    """What a rule must have before it can be asked."""

    INPUT = "what is handed over"
    ASSERTION = "the assertion"
    BADGE_CLASS = "the badge class"
    ISSUER = "the issuer profile"
    ACCOUNT = "an account"
    SIGNATURE = "a signature"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its reason code, what it asks, and how the server names a refusal by it.

    `module` is where it is written; `says` are the server's names for it, "HTTP 500" for a crash.
    """

    code: str
    asks: str
    needs: Needs
    says: tuple[str, ...]
    module: str


_FETCH, _CLASS, _PROPERTY = "FETCH_HTTP_NODE", "DETECT_AND_VALIDATE_NODE_CLASS", "VALIDATE_PROPERTY"
_DATES, _IMAGE, _READ = "ASSERTION_TIMESTAMP_CHECKS", "IMAGE_VALIDATION", "DETECT_INPUT_TYPE"
_JSONLD, _WHO = "JSONLD_COMPACT_DATA", "VERIFY_RECIPIENT_IDENTIFIER"
_ID, _UPGRADE = "IDENTITY_OBJECT_PROPERTY_DEPENDENCIES", "UPGRADE_1_1_NODE"

# In the order in which the server comes to them.
# fmt: off
RULES: tuple[Rule, ...] = (
    Rule("no_badge_data", "Is there badge data in what is handed over?",
         Needs.INPUT, ("REQUEST", "image", "HTTP 500"), "input"),
    Rule("no_web_address", "Does it say where the badge is hosted?",
         Needs.INPUT, ("REPORT_MESSAGE", "url", _FETCH), "input"),
    Rule("version_unsupported", "Is it a version of Open Badges the backpack knows?",
         Needs.INPUT, (_READ, _JSONLD, "HTTP 500"), "contexts"),
    Rule("context_dead", "Can its vocabularies (@context) be fetched?",
         Needs.INPUT, (_READ, _JSONLD), "contexts"),
    Rule("host_dead", "Do the hosts answer (assertion, badge class, issuer, key)?",
         Needs.INPUT, (_FETCH,), "asking"),
    Rule("host_slow", "Do they answer in time?",
         Needs.INPUT, (_FETCH,), "asking"),
    Rule("document_gone", "Do they still have the documents?",
         Needs.INPUT, (_FETCH, _CLASS), "asking"),
    Rule("not_a_badge_any_more", "Is what they answer still a badge document?",
         Needs.INPUT, (_FETCH, _CLASS), "nodes"),
    Rule("revoked", "Has the issuer not revoked it?",
         Needs.ASSERTION,
         (_CLASS, _PROPERTY, _DATES, "VERIFY_SIGNED_ASSERTION_NOT_REVOKED"), "nodes"),
    Rule("signed_1_x", "Has the assertion a name the backpack understands?",
         Needs.ASSERTION, (_PROPERTY,), "properties"),
    Rule("badge_incomplete", "Is the assertion complete and well-formed?",
         Needs.ASSERTION, (_PROPERTY, _READ), "properties"),
    Rule("no_issue_date", "Does it say when it was issued?",
         Needs.ASSERTION, (_PROPERTY, _DATES), "properties"),
    Rule("bad_date", "Can its dates be read, with their time zone?",
         Needs.ASSERTION, (_PROPERTY, _DATES, _UPGRADE), "timestamps"),
    Rule("issued_in_future", "Was it issued before now?",
         Needs.ASSERTION, (_DATES,), "timestamps"),
    Rule("expired", "Has it not expired?",
         Needs.ASSERTION, (_DATES,), "timestamps"),
    Rule("recipient_unreadable", 'Do recipient and "hashed" agree?',
         Needs.ASSERTION, (_ID, _WHO), "recipient_rule"),
    Rule("recipient_type_unsupported", "Was it awarded to an e-mail address?",
         Needs.ACCOUNT, (_WHO,), "recipient_rule"),
    Rule("wrong_recipient", "Has the account that address, in that spelling?",
         Needs.ACCOUNT, (_WHO,), "recipient_rule"),
    Rule("badge_class_incomplete", "Is the badge class complete?",
         Needs.BADGE_CLASS, (_PROPERTY, _IMAGE), "properties"),
    Rule("relative_url", "Are image and criteria named by full addresses?",
         Needs.BADGE_CLASS, (_PROPERTY, _IMAGE), "images"),
    Rule("badge_image_missing", "Can the picture be fetched?",
         Needs.BADGE_CLASS, (_IMAGE,), "images"),
    Rule("badge_image_unsupported", "Is the picture a PNG or SVG?",
         Needs.BADGE_CLASS, (_IMAGE,), "images"),
    Rule("issuer_incomplete", "Is the issuer profile complete?",
         Needs.ISSUER, (_PROPERTY,), "properties"),
    Rule("issuer_image_dead", "Does the host of the issuer's own picture answer?",
         Needs.ISSUER, ("HTTP 500",), "images"),
    Rule("issuer_elsewhere", "May this issuer's badges be hosted there?",
         Needs.ISSUER, ("HOSTED_ID_IN_VERIFICATION_SCOPE", _PROPERTY), "scope"),
    Rule("signing_key_missing", "Can the key be fetched, and is it the issuer's?",
         Needs.SIGNATURE, ("VERIFY_KEY_OWNERSHIP", _FETCH, _PROPERTY), "signature"),
    Rule("signature_invalid", "Does the signature fit the key?",
         Needs.SIGNATURE, ("VERIFY_JWS",), "signature"),
)
# fmt: on


class Answered(StrEnum):
    """What came of a rule."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Applied:
    """One rule applied to one badge; `messages` are the server's words, `note` ours."""

    rule: Rule
    answered: Answered
    messages: tuple[Message, ...] = ()
    note: str = ""


def applied(
    verdict: Verdict, *, account: bool = True, rules: tuple[Rule, ...] = RULES
) -> Iterator[Applied]:
    """Yield every rule in order with what came of it; `account` says that there is one to compare.

    A rule whose document nobody could get, or nobody asked for, is not asked.
    """
    stopped = _stopped(verdict)
    for rule in rules:
        messages = tuple(one for one in verdict.messages if one.reason == rule.code)
        if messages or (verdict.crash and verdict.crash_reason == rule.code):
            yield Applied(rule, Answered.FAILED, messages)
            continue
        lacking = _unheard(rule, verdict) or _lacking(rule.needs, verdict, account=account)
        if lacking or (stopped and rule.needs is not Needs.INPUT):
            yield Applied(rule, Answered.NOT_ASKED, note=lacking or stopped)
        else:
            yield Applied(rule, Answered.PASSED, note=_assumed(rule, verdict))


def _stopped(verdict: Verdict) -> str:
    """With an id the server cannot name, it goes no further (3-dead-51)."""
    nameless = any(one.prop == "id" for one in verdict.messages)
    return "the server stops at the name of the assertion" if nameless else ""


def _lacking(needs: Needs, verdict: Verdict, *, account: bool) -> str:
    """Return why a rule cannot be asked, "" when it can."""
    if needs is Needs.INPUT:
        return ""
    documents = verdict.documents
    if documents.assertion is None:
        return "nobody has seen the assertion"
    is_signed = verdict.assertion and verdict.assertion.verification is Verification.SIGNED
    lacking = {
        Needs.ACCOUNT: "" if account else "there is no account to compare with",
        Needs.BADGE_CLASS: "" if documents.badge_class else "nobody has seen the badge class",
        Needs.ISSUER: "" if documents.issuer else "nobody has seen the issuer profile",
        Needs.SIGNATURE: "" if is_signed else "the badge is hosted, not signed",
    }
    return lacking.get(needs, "")


def _unheard(rule: Rule, verdict: Verdict) -> str:
    """Of a host that gave no assertion there is nothing more to ask."""
    failed = any(one.reason in _ASKS_HOSTS for one in verdict.messages)
    nothing = failed and verdict.documents.assertion is None
    return "nothing came that could be looked at" if nothing and rule.code in _ASKS_HOSTS else ""


def _assumed(rule: Rule, verdict: Verdict) -> str:
    """What was taken to be well because nobody asked, for the rules that ask hosts."""
    if rule.code in _ASKS_HOSTS and verdict.assumed:
        return f"assumed; nobody asked {', '.join(verdict.assumed[:3])}"
    return ""


_ASKS_HOSTS = frozenset({"host_dead", "host_slow", "document_gone", "not_a_badge_any_more"})
