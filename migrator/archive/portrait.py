"""One badge as it is shown to people: what it was given for, and what is known of it today."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from migrator.archive.archive import Archive
from migrator.archive.holdings import HeldEvidence, evidence_of
from migrator.archive.originals import readable_rows

_LONGEST = 20_000
_LOOPBACK = re.compile(r"127(\.\d{1,3}){3}|::1", re.ASCII)
_MOST = 50


@dataclass(frozen=True, slots=True)
class Target:
    """A skill or standard that a badge class is aligned with."""

    name: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A backpack that checked a badge and took it in."""

    host: str
    at: str


@dataclass(frozen=True, slots=True)
class Portrait:
    """What a page about one badge says beyond its `Holding`.

    `answer` is the fate of its address when its own host was last asked (a code of docs/verify.md,
    None where nobody asked), at `answered_at`; `checked_at` when every rule of a backpack was last
    found kept by what the hosts serve; `arrived` the backpacks that took it in as it is. What was
    said in a rehearsal counts for none of them.
    """

    description: str | None
    criteria_url: str | None
    criteria: str | None
    issuer_url: str | None
    issuer_description: str | None
    narrative: str | None
    signed: bool
    tags: tuple[str, ...]
    targets: tuple[Target, ...]
    evidence: tuple[HeldEvidence, ...]
    answer: str | None
    answered_at: str | None
    checked_at: str | None
    arrived: tuple[Arrived, ...]


_WORDS = f"""
select substr(badge_class.description, 1, {_LONGEST}) as description, badge_class.criteria_url,
  substr(badge_class.criteria_narrative, 1, {_LONGEST}) as criteria, issuer.url as issuer_url,
  substr(issuer.description, 1, {_LONGEST}) as issuer_description,
  substr(assertion.narrative, 1, {_LONGEST}) as narrative,
  assertion.jws_id is not null as signed,
  assertion.hosted_url, assertion.badge_class_id
from assertion
left join badge_class on badge_class.id = assertion.badge_class_id
left join issuer on issuer.id = badge_class.issuer_id
where assertion.id = ?
"""  # noqa: S608 - the limit is a number of ours
_ANSWER = """
select outcome, asked_at from web_answer
where url = ? and origin = 'live' and via is null order by asked_at desc, id desc limit 1
"""
_VERDICTS = """
select verdict.checked_at, verdict.accepted, destination.url from verdict
join account on account.id = verdict.account_id
join destination on destination.id = account.destination_id
where verdict.assertion_id = ? and verdict.asked = 'web' order by verdict.id desc
"""
_ARRIVED = """
select destination.url, transfer.changed_at from transfer
join destination on destination.id = transfer.destination_id
where transfer.assertion_id = ? and transfer.state in ('done', 'already_there')
  and coalesce(transfer.reason, '') <> 'awarded_anew' order by destination.id
"""


def portrait(archive: Archive, assertion_id: int) -> Portrait:
    """Return what is to be told of one badge; raises KeyError when there is none with this id."""
    rows = readable_rows(archive, _WORDS, assertion_id)
    if not rows:
        raise KeyError(assertion_id)
    row = rows[0]
    answer = archive.one(_ANSWER, row["hosted_url"])
    targets = _of_class(archive, "target_name, target_url from alignment", row["badge_class_id"])
    return Portrait(
        description=row["description"],
        criteria_url=row["criteria_url"],
        criteria=row["criteria"],
        issuer_url=row["issuer_url"],
        issuer_description=row["issuer_description"],
        narrative=row["narrative"],
        signed=bool(row["signed"]),
        tags=tuple(one[0] for one in _of_class(archive, "name from tag", row["badge_class_id"])),
        targets=tuple(Target(*one) for one in targets),
        evidence=tuple(evidence_of(archive, assertion_id)[:_MOST]),
        answer=answer["outcome"] if answer else None,
        answered_at=answer["asked_at"] if answer else None,
        checked_at=_checked_at(archive, assertion_id),
        arrived=tuple(
            Arrived(urlsplit(one[0]).hostname or one[0], one[1])
            for one in archive.all(_ARRIVED, assertion_id)
            if not is_rehearsed(one[0])
        ),
    )


def is_rehearsed(url: str) -> bool:
    """Say whether a destination is on this computer, where badges are only rehearsed."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or _LOOPBACK.fullmatch(host) is not None


def _checked_at(archive: Archive, assertion_id: int) -> str | None:
    for at, accepted, url in archive.all(_VERDICTS, assertion_id):
        if not is_rehearsed(url):
            return str(at) if accepted else None
    return None


def _of_class(archive: Archive, what: str, class_id: int | None) -> list[tuple[str, ...]]:
    # `what` is one of two texts of this module.
    sql = f"select {what} where badge_class_id = ? order by id limit {_MOST}"
    return [tuple(row) for row in readable_rows(archive, sql, class_id)]
