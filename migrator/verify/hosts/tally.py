"""The tally: every badge in scope judged from what the web answered, and the books of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from migrator.archive import classes, recipients, shelf, verdicts
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.archive.shelf import Kept
from migrator.openbadges.address import is_on
from migrator.openbadges.model import Addresses
from migrator.verify.hosts.judgement import Judged, judge_badge
from migrator.verify.hosts.survey import Scope
from migrator.verify.recorded import RecordedWeb

LISTED = 50
_BATCH = 200


@dataclass(slots=True)
class Tally:
    """How many badges had which fate, and which would be refused for which reason.

    `listed` are the first ones in full, `spellings` how many badges wait for an address to be
    added to an account in exactly this spelling (the most common ones).
    """

    badges: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    spelled: int = 0
    listed: list[Judged] = field(default_factory=list)

    @property
    def balances(self) -> bool:
        """Whether every badge has exactly one fate."""
        return self.badges == sum(self.fates.values())

    def add(self, one: Judged) -> None:
        """Count a badge."""
        self.badges += 1
        self.fates[one.fate] += 1
        if one.row is not None and one.row.reason is not None:
            self.reasons[one.row.reason] += 1
        self.spelled += one.spelling is not None
        if len(self.listed) < LISTED:
            self.listed.append(one)


def judge_all(
    archive: Archive,
    scope: Scope,
    now: datetime,
    watch: Callable[[int], None],
    via: str | None = None,
) -> Tally:
    """Judge every badge in scope, and append the verdicts that are new.

    Nothing is asked. By what a local server has answered in a rehearsal (`via`) badges are judged
    too, but that is no verdict on them. Raises ArchiveLocked when another `verify` is under way.
    """
    tally = Tally()
    web = RecordedWeb(archive, via=via)
    with leased(archive, "verify", "verify") as lease:
        for batch in _badges(archive, scope.learner):
            judged = [
                judge_badge(kept, web, _known(archive, kept), now, scope.host) for kept in batch
            ]
            chosen = [one for one in judged if _is_in(one, scope.host)]
            rows = [(one.assertion_id, None, one.row) for one in chosen if one.row is not None]
            if via is None:
                verdicts.append(archive, "web", rows)
            named = [(one.assertion_id, one.badge_class) for one in chosen if one.badge_class]
            if named:
                classes.name_badges(archive, named)
            for one in chosen:
                tally.add(one)
            lease.renew()
            watch(tally.badges)
    return tally


def _badges(archive: Archive, learner: int | None) -> Iterator[list[Kept]]:
    if learner is None:
        yield from shelf.all_kept(archive, _BATCH)
        return
    numbers = recipients.badges_of(archive, learner)
    for first in range(0, len(numbers), _BATCH):
        yield [shelf.kept(archive, number) for number in numbers[first : first + _BATCH]]


def _known(archive: Archive, kept: Kept) -> Addresses:
    if kept.learner_id is None:
        return Addresses()
    return Addresses(verified=recipients.of_learner(archive, kept.learner_id))


def _is_in(one: Judged, host: str | None) -> bool:
    return host is None or any(is_on(f"https://{each}", host) for each in one.hosts)
