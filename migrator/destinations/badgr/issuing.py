"""An account of a Badgr server that awards. Source: reference/badgr-api.md 9 and 5-issuer."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode

from migrator.destinations.badgr import award_answers
from migrator.destinations.badgr.calls import Calls
from migrator.destinations.badgr.emails import addresses_of
from migrator.destinations.badgr.verdicts import plain
from migrator.destinations.base import (
    Credentials,
    NotAccepted,
    OutcomeState,
    TryLater,
)
from migrator.destinations.issuing import (
    Award,
    Awarded,
    AwardPage,
    BatchOutcome,
    NewBadgeClass,
    NewIssuer,
    OwnBadgeClass,
    OwnIssuer,
    Proof,
)
from migrator.errors import SignInFailed
from migrator.net import Reply, Unreachable
from migrator.openbadges.baking import sniff
from migrator.openbadges.model import JsonObject

PAGE = 500
"""The server's largest page (reference 9)."""
LONGEST_NAME = 255
_NEXT = re.compile(r'<([^>]*)>\s*;\s*rel="next"')
_EDITORS = ("owner", "editor")


class BadgrIssuer:
    """A signed-in account that awards; `user` is what `GET /v2/users/self` says of it."""

    def __init__(self, calls: Calls, user: JsonObject) -> None:
        self._calls = calls
        self._id = user.get("entityId")
        self.addresses = addresses_of(user)

    def __repr__(self) -> str:
        """Without secrets."""
        return f"BadgrIssuer({self.credentials.username!r} at {self._calls.url})"

    @property
    def credentials(self) -> Credentials:
        """How the account signs in now."""
        return self._calls.tokens.credentials

    def issuers(self) -> list[OwnIssuer]:
        """Return the issuers the account may award for."""
        found = award_answers.results(self._asked("GET", "/v2/issuers"), self._calls.url)
        return [self._issuer(one) for one in found]

    def badge_classes(self) -> list[OwnBadgeClass]:
        """Return the badge classes of all these issuers."""
        found = award_answers.results(self._asked("GET", "/v2/badgeclasses"), self._calls.url)
        return [_badge_class(one) for one in found]

    def create_issuer(self, new: NewIssuer) -> OwnIssuer:
        """Make an issuer; raises NotAccepted when it lacks something or its e-mail is not ours."""
        body: JsonObject = {
            "name": _line(new.name),
            "url": new.url,
            "email": new.email,
            "description": _text(new.description),
        }
        return self._issuer(self._made("/v2/issuers", body, f"issuer {new.name}"))

    def create_badge_class(self, issuer_id: str, new: NewBadgeClass) -> OwnBadgeClass:
        """Make a badge class under its issuer; raises NotAccepted, also for lack of the role."""
        data = base64.b64encode(new.image).decode("ascii")
        body: JsonObject = {
            "name": _line(new.name),
            "description": _text(new.description),
            "image": f"data:{sniff(new.image) or 'image/png'};base64,{data}",
            "tags": list(new.tags),
            "alignments": [{"targetName": name, "targetUrl": url} for name, url in new.alignments],
        }
        if new.criteria_url:
            body["criteriaUrl"] = new.criteria_url
        if new.criteria_narrative:
            body["criteriaNarrative"] = _text(new.criteria_narrative)
        path = f"/v2/issuers/{quote(issuer_id, safe='')}/badgeclasses"
        return _badge_class(self._made(path, body, f"badge class {new.name}"))

    def award(self, badge_class_id: str, awards: Sequence[Award], *, notify: bool) -> BatchOutcome:
        """Award a batch, all of it or none: one request; never raises for an answer."""
        path = f"/v2/badgeclasses/{quote(badge_class_id, safe='')}/issue"
        body: JsonObject = {
            "create_notification": notify,
            "assertions": [_item(one, notify=notify) for one in awards],
        }
        try:
            reply = self._calls.exchange("POST", path, body)
        except Unreachable as error:
            return award_answers.no_answer(error)
        except SignInFailed as error:
            return BatchOutcome(
                OutcomeState.REFUSED, reason="sign_in_failed", detail=plain(str(error))
            )
        except TryLater as error:  # of the sign-in: the batch itself was not let in
            return BatchOutcome(
                OutcomeState.TRY_AGAIN,
                reason="destination_unreachable",
                after=error.after,
                detail=plain(str(error)),
            )
        return award_answers.batch(reply, len(awards), _awarded)

    def awarded(self, badge_class_id: str, page: str | None = None) -> AwardPage:
        """Return a part of what was awarded of a badge class, newest first."""
        path = f"/v2/badgeclasses/{quote(badge_class_id, safe='')}/assertions?num={PAGE}"
        return self._page(page or path)

    def awarded_to(
        self, issuer_id: str, recipients: Iterable[str], page: str | None = None
    ) -> AwardPage:
        """Return a part of what an issuer has awarded to some people, newest first."""
        query = urlencode([*(("recipient", one) for one in recipients), ("num", str(PAGE))])
        path = f"/v2/issuers/{quote(issuer_id, safe='')}/assertions?{query}"
        return self._page(page or path)

    def close(self) -> None:
        """Give back connections."""
        self._calls.close()

    def _page(self, path: str) -> AwardPage:
        reply = self._asked("GET", path)
        awards = tuple(map(_awarded, award_answers.results(reply, self._calls.url)))
        found = _NEXT.search(reply.headers.get("Link", ""))
        return AwardPage(awards, self._own_path(found[1]) if found else None)

    def _own_path(self, url: str) -> str:
        """Return the path of the next page, on our own server whatever host the link names."""
        _, mark, rest = url.partition("/v2/")
        if not mark:
            raise award_answers.odd(self._calls.url)
        return f"/v2/{rest}"

    def _asked(self, method: str, path: str, body: JsonObject | None = None) -> Reply:
        return award_answers.answered(self._calls, method, path, body)

    def _made(self, path: str, body: JsonObject, what: str) -> JsonObject:
        try:
            made = award_answers.results(self._asked("POST", path, body), self._calls.url)
        except NotAccepted as error:
            raise NotAccepted(
                f"The {plain(what)} could not be made. {error.what}", error.next_step
            ) from error
        if not made or not isinstance(made[0].get("entityId"), str):
            raise TryLater(
                f"The answer to the new {plain(what)} has no id.",
                "Run the same command again: it looks first whether it is there.",
                sent=True,
            )
        return made[0]

    def _issuer(self, found: JsonObject) -> OwnIssuer:
        staff = found.get("staff")
        roles = [
            one.get("role")
            for one in (staff if isinstance(staff, list) else [])
            if isinstance(one, dict) and one.get("user") == self._id
        ]
        edits = not roles or any(one in _EDITORS for one in roles)
        return OwnIssuer(str(found.get("entityId", "")), str(found.get("name", "")), edits)


def _badge_class(found: JsonObject) -> OwnBadgeClass:
    return OwnBadgeClass(
        str(found.get("entityId", "")), str(found.get("name", "")), str(found.get("issuer", ""))
    )


def _item(award: Award, *, notify: bool) -> JsonObject:
    item: JsonObject = {
        "recipient": {"identity": award.recipient, "type": award.recipient_type},
        "narrative": _text(award.narrative),
        "evidence": [_proof(one) for one in award.evidence],
        # Said for the batch and for each: which of the two counts is not recorded.
        "notify": notify,
    }
    if award.issued_on:
        item["issuedOn"] = award.issued_on
    if award.expires:
        item["expires"] = award.expires
    return item


def _proof(proof: Proof) -> JsonObject:
    said: JsonObject = {}
    if proof.url:
        said["url"] = proof.url
    if proof.narrative:
        said["narrative"] = _text(proof.narrative)
    return said


def _awarded(found: JsonObject) -> Awarded:
    recipient = found.get("recipient")
    who = recipient.get("plaintextIdentity") if isinstance(recipient, dict) else None
    evidence = found.get("evidence")
    return Awarded(
        remote_id=str(found.get("entityId", "")),
        page=str(found.get("openBadgeId", "")),
        recipient=who if isinstance(who, str) else "",
        narrative=_said(found, "narrative") or "",
        evidence=tuple(
            Proof(_said(one, "url"), _said(one, "narrative"))
            for one in (evidence if isinstance(evidence, list) else [])
            if isinstance(one, dict)
        ),
    )


def _said(found: JsonObject, name: str) -> str | None:
    value = found.get(name)
    return value if isinstance(value, str) else None


def _text(text: str) -> str:
    """Return Markdown as the server takes it: pictures inside become links (reference 6)."""
    text = text.strip()
    while "![" in text:
        text = text.replace("![", "[")
    return text


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NAME].rstrip()
