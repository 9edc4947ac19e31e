"""What a Badgr server answers to an import, worked out from small rules.

Each rule is a pure function of its own module and names the recorded exchanges it follows
(fixtures/badgr/recordings; reference: badgr-api.md 5.3 and 5.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from migrator.openbadges.model import Addresses, Assertion, JsonObject, Unreadable, Verification
from migrator.openbadges.normal import read_assertion
from migrator.verify.answers import Web
from migrator.verify.asking import Asking
from migrator.verify.images import check_image, issuer_image_is_dead
from migrator.verify.input import Start, not_a_jws, payload_of, reduce_input
from migrator.verify.nodes import Node, Taken, assertion_at, linked, take_in
from migrator.verify.profile import BADGR, Profile
from migrator.verify.properties import check_properties
from migrator.verify.recipient_rule import check_recipient
from migrator.verify.scope import check_scope
from migrator.verify.signature import check_revocation, check_signature
from migrator.verify.timestamps import check_timestamps
from migrator.verify.upgrade import Kind
from migrator.verify.verdict import Documents, Message, Submission, Verdict

__all__ = ["BADGR", "Documents", "Message", "Profile", "Submission", "Verdict", "assess"]


@dataclass(frozen=True, slots=True)
class _Badge:
    """The nodes of one badge, as far as they could be had, and the JWS of a signed one."""

    assertion: Node
    badge_class: Node | None = None
    issuer: Node | None = None
    token: str | None = None
    unfetched: tuple[Message, ...] = ()


def assess(
    submission: Submission,
    web: Web,
    addresses: Addresses,
    now: datetime,
    *,
    profile: Profile = BADGR,
) -> Verdict:
    """Return what the destination would answer; never raises for what the web or the badge is.

    `now` has a time zone. With empty `addresses` the recipient is not compared.
    """
    asking = Asking(web, profile)
    start = reduce_input(submission, asking)
    if start.message is not None:
        return Verdict(messages=(start.message,), assumed=asking.assumed)
    if start.crash is not None:
        return Verdict(crash=True, crash_reason=start.crash, assumed=asking.assumed)
    taken = _assertion(start, asking)
    if taken.message is not None:
        return Verdict(messages=(taken.message,), assumed=asking.assumed)
    if taken.node is None:
        return Verdict(open_badge_id=start.url, assumed=asking.assumed)
    badge = _gather(taken.node, start.jws, asking)
    return _judge(badge, asking, addresses, now)


def _assertion(start: Start, asking: Asking) -> Taken:
    if start.jws is None:
        return assertion_at(start.url or "", start.held, asking)
    payload = payload_of(start.jws)
    if payload is None:
        return Taken(message=not_a_jws())
    name = payload.get("id") or (f"uid:{payload['uid']}" if "uid" in payload else "_:b0")
    return take_in(payload, str(name), Kind.ASSERTION, asking)


def _gather(assertion: Node, token: str | None, asking: Asking) -> _Badge:
    """Fetch what the assertion refers to: its badge class, and that one's issuer."""
    taken = linked(assertion.terms.get("badge"), Kind.BADGE_CLASS, assertion, asking)
    unfetched = [taken.message]
    badge_class, issuer = taken.node, None
    if badge_class is not None:
        value = badge_class.terms.get("issuer")
        taken = linked(value, Kind.ISSUER, badge_class, asking)
        unfetched.append(taken.message)
        issuer = taken.node
    return _Badge(assertion, badge_class, issuer, token, tuple(m for m in unfetched if m))


def _judge(badge: _Badge, asking: Asking, addresses: Addresses, now: datetime) -> Verdict:
    match = check_recipient(badge.assertion, addresses)
    found = [*check_properties(badge.assertion)]
    if not any(message.prop == "id" for message in found):
        # With an id it cannot name, the server goes no further (3-dead-51).
        found += _check_assertion(badge.assertion, asking, now)
        found += match.messages
        found += _check_behind(badge, asking)
        found += _check_proof(badge, asking)
    messages = _distinct(found)
    crash = not messages and badge.issuer is not None and issuer_image_is_dead(badge.issuer, asking)
    return Verdict(
        messages=messages,
        crash=crash,
        crash_reason="issuer_image_dead" if crash else None,
        open_badge_id=badge.assertion.id,
        assertion=_normal(badge),
        documents=_documents(badge),
        pending=match.pending,
        recipient_address=match.address,
        spelling_to_add=match.spelling_to_add,
        assumed=asking.assumed,
    )


def _distinct(found: list[Message]) -> tuple[Message, ...]:
    """The same thing is said once, for the first of its reasons (3-dead-44: one dead host)."""
    first: dict[tuple[str, str, str | None, str | None], Message] = {}
    for message in found:
        first.setdefault((message.name, message.text, message.node, message.prop), message)
    return tuple(first.values())


def _check_assertion(node: Node, asking: Asking, now: datetime) -> Iterator[Message]:
    for prop in node.unread:
        text = f"Could not upgrade the date {prop} of {node.id}"
        yield Message("UPGRADE_1_1_NODE", text, "bad_date", node.id, prop)
    if image := check_image(node, asking):
        yield image
    yield from check_timestamps(node, now)


def _check_behind(badge: _Badge, asking: Asking) -> Iterator[Message]:
    """The rules for badge class and issuer."""
    yield from badge.unfetched
    if badge.badge_class is not None:
        yield from check_properties(badge.badge_class)
        if image := check_image(badge.badge_class, asking):
            yield image
    if badge.issuer is not None:
        yield from check_properties(badge.issuer)


def _check_proof(badge: _Badge, asking: Asking) -> Iterator[Message]:
    """The rules for hosting or signature."""
    if badge.token is not None:
        yield from check_signature(badge.token, badge.assertion, badge.issuer, asking)
        if badge.issuer is not None:
            yield from check_revocation(badge.assertion, badge.issuer, asking)
    elif badge.issuer is not None:
        yield from check_scope(badge.assertion, badge.issuer)


def _found(node: Node | None) -> JsonObject | None:
    return node.found if node else None


def _documents(badge: _Badge) -> Documents:
    parts = (badge.assertion, badge.badge_class, badge.issuer)
    return Documents(*(_found(node) for node in parts))


def _normal(badge: _Badge) -> Assertion | None:
    """The normal form of the badge; the address it was fetched from stands in for a missing id."""
    try:
        assertion = read_assertion(
            badge.assertion.found,
            badge_class=_found(badge.badge_class),
            issuer=_found(badge.issuer),
        )
    except Unreadable:
        return None
    if assertion.verification is Verification.HOSTED and assertion.hosted_url is None:
        return replace(assertion, verification_url=badge.assertion.id)
    return assertion
