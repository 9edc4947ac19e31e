"""A row of an export of Badgr's as a badge, whatever its columns are called.

The names of the columns are not published; these are those that were seen or are told of.
Reference: badge-formats.md 1.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from migrator.openbadges.model import Assertion, BadgeClass, Evidence, Issuer, Recipient
from migrator.openbadges.recipient import looks_hashed
from migrator.sources.found import Found, FoundLearner, Outcome, Problem, Severity
from migrator.sources.rowdocument import row_document
from migrator.sources.writtendate import Order, is_ambiguous, written_date

# fmt: off
FIELDS: Mapping[str, tuple[str, ...]] = {
    name: tuple(names.split())
    for name, names in {
        "recipient": ("identifier recipientidentifier recipientplaintextidentity recipientidentity "
                      "recipientemail issuedtoemail learneremail email recipient"),
        "recipient_type": "recipienttype identifiertype",
        "salt": "recipientsalt salt",
        "first_name": "firstname recipientfirstname issuedtofirstname learnerfirstname",
        "last_name": "lastname recipientlastname issuedtolastname learnerlastname",
        "learner": "recipientname issuedtoname learnername fullname",
        "url": ("openbadgeid assertionopenbadgeid assertionurl awardurl publicurl credentialurl "
                "shareurl hostedurl"),
        "uid": "assertionid assertionentityid awardid credentialid issuedbadgeid entityid id",
        "class_id": ("badgeclassid badgeclassentityid badgeclassopenbadgeid badgeclassurl badgeid "
                     "badgetemplateid"),
        "class_name": ("badgeclassname badgename badgetitle badgetemplatename badgeclass badge "
                       "title"),
        "description": "badgeclassdescription badgedescription",
        "image": "badgeclassimage badgeimage badgeclassimageurl badgeimageurl",
        "criteria_url": "badgeclasscriteriaurl badgecriteriaurl criteriaurl badgeclasscriteriaid",
        "criteria": ("badgeclasscriteria badgecriteria badgeclasscriterianarrative criteria "
                     "criterianarrative badgeclasscriteriatext"),
        "issuer_id": ("issuerid issuerentityid issueropenbadgeid organizationid badgeclassissuerid "
                      "badgeclassissueropenbadgeid"),
        "issuer": "issuername organizationname badgeclassissuername issuer organization",
        "issuer_url": "issuerurl issuerwebsite organizationurl badgeclassissuerurl",
        "issuer_email": "issueremail organizationemail",
        "issued_on": ("issuedon issuedat issuedate issueddate dateissued awardedat awardedon "
                      "awarddate dateawarded"),
        "expires": "expirationdate expires expiresat expireson expirydate",
        "narrative": "narrative awardnarrative",
        "evidence_url": "evidenceurl evidence artifacturl",
        "evidence": "evidencenarrative artifactnarrative artifactdescription",
        "revoked": "revoked isrevoked",
        "reason": "revocationreason",
    }.items()
}
# fmt: on
"""Per field the names of its column, the surest first, as `header.plain` writes them."""
HOST = "host"
SETTINGS = {
    HOST: "the Badgr host of an export without addresses, such as https://api.badgr.io",
    "dates": "in which order the dates are written: dmy, mdy or ymd",
}

_WEB = re.compile(r"https?://[^\s\"<>]+", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+[\d ()./-]{5,}")
_ENTITY = re.compile(r"[\w-]{16,40}")
_YES = ("true", "yes", "1", "revoked")

_NOBODY = (
    "This row does not say who was awarded the badge: no e-mail address, web address or telephone "
    "number is in it. Correct it and archive the file again."
)
_NO_BADGE = (
    "This row says who was awarded something, but not which badge. Write the badge class's id or "
    "name into the row and archive the file again."
)
_NO_DATE = "The date {!r} cannot be read, so it is kept as it stands. Write it as 2014-05-29."
_TWO_DATES = (
    "The date {!r} can be read in two ways, so it is kept as it stands. Say which is meant: "
    "--set dates=dmy (day first) or --set dates=mdy (month first)."
)


@dataclass(slots=True)
class Rows:
    """Makes badges of rows; `host` turns the ids of an export into the addresses they stand for."""

    source: str
    host: str = ""
    order: Order = ""
    _last: tuple[str, str] = field(default=("", ""), repr=False)

    def outcomes(
        self,
        locator: str,
        said: Mapping[str, str],
        unread: Mapping[str, str],
        raw: bytes,
        evidence: tuple[Evidence, ...] = (),
    ) -> Iterator[Outcome]:
        """Yield the badge of a row, and before it the person, or the row's problem."""
        recipient = _recipient(said)
        if recipient is None:
            yield Problem(locator, "row_without_recipient", _NOBODY, raw)
            return
        url = self._address(said.get("url"), said.get("uid"), "assertions")
        if not (url or said.get("class_name") or said.get("class_id")):
            yield Problem(locator, "row_without_badge", _NO_BADGE, raw)
            return
        warnings: list[Problem] = []
        more = dict(unread)
        assertion = Assertion(
            recipient=recipient,
            id=url,
            uid=None if url else said.get("uid"),
            badge_class_id=self._address(said.get("class_id"), said.get("class_id"), "badges"),
            badge_class=self._badge_class(said, more),
            issued_on=self._date(locator, said, "issued_on", more, warnings),
            expires=self._date(locator, said, "expires", more, warnings),
            narrative=said.get("narrative"),
            evidence=evidence or _evidence(said),
            revoked=said.get("revoked", "").lower() in _YES,
            revocation_reason=said.get("reason"),
        )
        holder = recipient.identity if "@" in recipient.identity else None
        yield from self._person(locator, holder, said)
        data = row_document(assertion, self.source, unread=more)
        yield Found(locator, data, hosted_url=url, holder=holder, warnings=tuple(warnings))

    def _person(
        self, locator: str, holder: str | None, said: Mapping[str, str]
    ) -> Iterator[Outcome]:
        parts = (said.get("first_name"), said.get("last_name"))
        name = said.get("learner") or " ".join(filter(None, parts))
        if holder and name and (holder, name) != self._last:
            self._last = (holder, name)
            yield FoundLearner(locator, (holder,), name)

    def _badge_class(self, said: Mapping[str, str], more: dict[str, str]) -> BadgeClass | None:
        url = self._address(said.get("class_id"), said.get("class_id"), "badges")
        if said.get("class_id") and not url:
            more["badge class id"] = said["class_id"]
        issuer_id = self._address(said.get("issuer_id"), said.get("issuer_id"), "issuers")
        if said.get("issuer_id") and not issuer_id:
            more["issuer id"] = said["issuer_id"]
        if not said.get("class_name"):
            return None
        issuer = None
        if said.get("issuer"):
            site, mail = said.get("issuer_url"), said.get("issuer_email")
            issuer = Issuer(said["issuer"], site, issuer_id, email=mail)
        criteria = said.get("criteria")
        by_url = criteria is not None and _WEB.fullmatch(criteria) is not None
        return BadgeClass(
            said["class_name"],
            url,
            said.get("description"),
            said.get("image"),
            said.get("criteria_url") or (criteria if by_url else None),
            None if by_url else criteria,
            issuer_id,
            issuer,
        )

    def _address(self, url: str | None, entity: str | None, what: str) -> str | None:
        """Return the address of a thing: as written, or below the host a person has named."""
        if url and _WEB.fullmatch(url):
            return url
        if self.host and entity and _ENTITY.fullmatch(entity):
            return f"{self.host.rstrip('/')}/public/{what}/{entity}"
        return None

    def _date(
        self,
        locator: str,
        said: Mapping[str, str],
        name: str,
        more: dict[str, str],
        warnings: list[Problem],
    ) -> str | None:
        text = said.get(name)
        found = written_date(text, self.order) if text else None
        if text and found is None:
            more[name.replace("_", " ")] = text
            sentence = (_TWO_DATES if is_ambiguous(text) else _NO_DATE).format(text[:40])
            warnings.append(
                Problem(locator, f"{name}_unreadable", sentence, severity=Severity.WARNING)
            )
        return found


def _recipient(said: Mapping[str, str]) -> Recipient | None:
    identity = said.get("recipient", "").removeprefix("mailto:")
    kind = said.get("recipient_type", "").lower()
    if looks_hashed(identity):
        return Recipient(identity, kind or "email", hashed=True, salt=said.get("salt"))
    for name, pattern in (("email", _MAIL), ("url", _WEB), ("telephone", _PHONE)):
        if pattern.fullmatch(identity):
            return Recipient(identity, name)
    return None


def _evidence(said: Mapping[str, str]) -> tuple[Evidence, ...]:
    url, narrative = said.get("evidence_url"), said.get("evidence")
    if url and not _WEB.fullmatch(url):
        url, narrative = None, "\n\n".join(filter(None, (url, narrative)))
    return (Evidence(url=url, narrative=narrative),) if url or narrative else ()
