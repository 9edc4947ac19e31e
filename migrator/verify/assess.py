"""What a Badgr server answers to an import, worked out from small rules."""

from __future__ import annotations

from datetime import datetime

from migrator.openbadges.model import Addresses
from migrator.verify.answers import Web
from migrator.verify.profile import BADGR, Profile
from migrator.verify.verdict import Documents, Message, Submission, Verdict

__all__ = ["BADGR", "Documents", "Message", "Profile", "Submission", "Verdict", "assess"]


def assess(
    submission: Submission,
    web: Web,
    addresses: Addresses,  # noqa: ARG001 -- the rules follow
    now: datetime,  # noqa: ARG001 -- the rules follow
    *,
    profile: Profile = BADGR,  # noqa: ARG001 -- the rules follow
) -> Verdict:
    """Return what the destination would answer; never raises for what the web or the badge is."""
    url = submission.url
    if url is None and submission.assertion is not None:
        found = submission.assertion.get("id")
        url = found if isinstance(found, str) else None
    if url is None:
        return Verdict(crash=True, crash_reason="no_badge_data")
    answer = web.get(url)
    if not answer.known:
        return Verdict(open_badge_id=url, assumed=(url,))
    if answer.status is None:
        dead = Message("FETCH_HTTP_NODE", f"Unable to reach URL {url}", "host_dead")
        return Verdict(messages=(dead,))
    return Verdict(open_badge_id=url)
