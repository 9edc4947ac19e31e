"""What a destination says that fetches nothing: it takes a badge as it is handed over.

Source: 1EdTech, Open Badges 3.0, 6.2.3 (what may be sent to a host) and 8 (proofs).
"""

from __future__ import annotations

from migrator.openbadges import documents, jws
from migrator.openbadges.credential import is_achievement, is_credential, unwrap
from migrator.openbadges.model import Addresses, Assertion, JsonObject, Unreadable
from migrator.openbadges.normal import read_assertion
from migrator.openbadges.recipient import matches
from migrator.openbadges.values import mapping, text
from migrator.verify.profile import Profile
from migrator.verify.rules import RULES as FETCHING
from migrator.verify.rules import Needs, Rule
from migrator.verify.verdict import Documents, Message, Submission, Verdict

_VERSION = Rule(
    *("older_version", "Is it written in Open Badges 3.0?", Needs.INPUT),
    *(("OPEN_BADGES_3",), "carried"),
)
_PROOF = Rule(
    *("no_proof", "Does it carry its own proof (a signature, or a proof inside)?", Needs.INPUT),
    *(("PROOF",), "carried"),
)
_READABLE = Rule(
    *("badge_incomplete", "Can it be read?", Needs.INPUT, ("READ",), "carried"),
)
RULES = (_READABLE, _VERSION, _PROOF)
"""The rules of a host of Open Badges 3.0, in order."""

_DATED = Rule(
    *("version_unsupported", "Does it say when it was issued (validFrom)?", Needs.INPUT),
    *(("VALID_FROM",), "carried"),
)
_HASHED = Rule(
    *("badge_incomplete", "Does it name its recipient by the hash of an address?", Needs.INPUT),
    *(("IDENTITY_HASH",), "carried"),
)
_RECIPIENT = Rule(
    *("wrong_recipient", "Has the account that address?", Needs.ACCOUNT),
    *(("VERIFY_RECIPIENT_IDENTIFIER",), "carried"),
)
CREDENTIAL_RULES = (_READABLE, _DATED, _HASHED, _RECIPIENT)
"""What Open Educational Badges asks of Open Badges 3.0 (reference/badgr-api.md 11; its source)."""


def rules_of(profile: Profile, *, as_handed_over: bool) -> tuple[Rule, ...]:
    """Return the rules by which a destination judges a badge, none for one that takes all."""
    if profile.fetches:
        return CREDENTIAL_RULES if as_handed_over else FETCHING
    return RULES if profile.only_proven else ()


def assess(submission: Submission, profile: Profile, addresses: Addresses) -> Verdict:
    """Return what a destination that fetches nothing would answer; never raises for a badge.

    With empty `addresses` the recipient is not compared.
    """
    if profile.takes_credentials:
        return _taken_unproven(submission, addresses)
    if not profile.only_proven:
        return Verdict()
    try:
        document, signed = _document(submission)
    except Unreadable as error:
        return _no(_READABLE, str(error))
    if not (is_credential(document) and is_achievement(document)):
        return _no(_VERSION, "This is no Open Badges 3.0 credential about an achievement.")
    if not signed and not isinstance(document.get("proof"), (dict, list)):
        return _no(_PROOF, "There is neither a signature nor a proof in it.", document)
    return Verdict(
        open_badge_id=text(document.get("id")),
        assertion=_normal(document),
        documents=Documents(document),
    )


def _taken_unproven(submission: Submission, addresses: Addresses) -> Verdict:
    try:
        document, _ = _document(submission)
    except Unreadable as error:
        return _no(_READABLE, str(error))
    issuer, subject = mapping(document.get("issuer")), mapping(document.get("credentialSubject"))
    if not (issuer and subject and is_achievement(document) and _is_declared(document)):
        return _no(_READABLE, "Its context, its issuer or its subject is not as wanted.", document)
    if not (document.get("validFrom") or document.get("issuedOn")):
        return _no(_DATED, "There is no validFrom in it.", document)
    assertion = _normal(document)
    recipient = assertion.recipient if assertion else None
    if recipient is None or recipient.type != "email" or not recipient.hashed:
        return _no(_HASHED, "Its recipient is not the hash of an address.", document)
    matching = next((one for one in addresses.all if matches(recipient, one)), None)
    if addresses.all and matching is None:
        return _no(_RECIPIENT, "Recipients do not match", document)
    return Verdict(
        open_badge_id=text(document.get("id")),
        assertion=assertion,
        documents=Documents(document),
        recipient_address=matching,
    )


def _is_declared(document: JsonObject) -> bool:
    """Whether a document says in a list of contexts that it is a credential; else it is taken for
    one of an older version.
    """
    contexts = document.get("@context")
    return isinstance(contexts, list) and any("/credentials/" in str(one) for one in contexts)


def _document(submission: Submission) -> tuple[JsonObject, bool]:
    """Return what is handed over as a document, and whether it is signed as a whole."""
    if submission.jws is not None:
        return unwrap(jws.payload(submission.jws)), True
    if submission.document is not None:
        return documents.parse_object(submission.document), False
    return submission.assertion or {}, False


def _no(rule: Rule, words: str, document: JsonObject | None = None) -> Verdict:
    message = Message(rule.says[0], words, rule.code)
    return Verdict(
        messages=(message,),
        assertion=_normal(document) if document else None,
        documents=Documents(document),
    )


def _normal(document: JsonObject) -> Assertion | None:
    try:
        return read_assertion(document)
    except Unreadable:
        return None
