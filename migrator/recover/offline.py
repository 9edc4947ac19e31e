"""A run over WARC files: nobody is asked, the files are read from end to end until all is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.archive.archive import Archive
from migrator.archive.lease import Lease, leased
from migrator.archive.storable import storable
from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.archive.web.sought import Books, badges_sought
from migrator.openbadges.links import Link
from migrator.recover.filling import fill_in
from migrator.recover.gleaning import ORIGIN, Gleaning
from migrator.recover.online import Limits
from migrator.recover.search import Want
from migrator.recover.service import Stopped
from migrator.recover.tally import Tally, counted
from migrator.recover.walk import Scope, Walk
from migrator.recover.warcfiles import check_files, saved_in_files
from migrator.sources.warc import Fault

MOST_ROUNDS = 8
"""A chain has five steps at most; what leads on after that is left."""
_PASSES = 3
"""How often the files are read for one round: redirects and repetitions lead on."""
_LISTED = 50


@dataclass(slots=True)
class _Run:
    """What a run has looked for already, and what was wrong with the files."""

    limits: Limits
    wants: list[Want] = field(default_factory=list)
    tried: set[Link] = field(default_factory=set)
    problems: dict[tuple[str, str], None] = field(default_factory=dict)
    more_problems: int = 0

    def ask(self, want: Want) -> str:
        """Put an address on the list of the next round."""
        if want.link in self.tried:
            return "not_found"
        most = self.limits.addresses
        asked = len(self.tried) + len(self.wants)
        if not self.limits.stop() and (most is None or asked < most):
            self.wants.append(want)
        return "left"

    def problem(self, place: str, sentence: str) -> None:
        if (place, sentence) in self.problems:
            return
        if len(self.problems) < _LISTED:
            self.problems[place, sentence] = None
        else:
            self.more_problems += 1


def recover_offline(
    archive: Archive,
    scope: Scope,
    files: Sequence[Path],
    limits: Limits,
    watch: Callable[[WebAnswer], None],
) -> Tally:
    """Look through WARC files for everything lost; what is found is kept after each round.

    Each round looks for what the round before has led to. `watch` is told each answer. Raises
    SourceUnreadable for a file that cannot be opened, ArchiveLocked when another process looks too.
    """
    check_files(files)
    scope = replace(scope, origin=ORIGIN)
    run = _Run(limits)
    with leased(archive, "recover", "recover") as lease:
        for _ in range(MOST_ROUNDS):
            tally = _walk(archive, scope, run)
            if not run.wants:
                break
            _round(archive, files, run, lease, watch)
        else:
            tally = _walk(archive, scope, run)
    return replace(
        tally,
        interrupted=limits.stop(),
        problems=tuple(run.problems),
        more_problems=run.more_problems,
    )


def _walk(archive: Archive, scope: Scope, run: _Run) -> Tally:
    """Go through all badges: what is found already is filled in, what is not yet is wanted."""
    run.wants = []
    badges = 0
    with Books() as books:
        walk = Walk(archive, books, scope, run.ask)
        for badge in badges_sought(archive, scope.learner_id):
            badges += 1
            if walk.badge(badge):
                fill_in(archive, badge)
        return counted(books, badges)


def _round(
    archive: Archive,
    files: Sequence[Path],
    run: _Run,
    lease: Lease,
    watch: Callable[[WebAnswer], None],
) -> None:
    with Gleaning(run.wants) as gleaning:
        for _ in range(_PASSES):
            _pass(files, run, gleaning)
            lease.renew()
            if not gleaning.follow() or run.limits.stop():
                break
        for answer in gleaning.answers():
            webanswers.keep(archive, [storable(answer)])
            watch(answer)
        for url, why in gleaning.in_vain().items():
            run.problem(url, f"A WARC file has this address, but {why}.")
    if not run.limits.stop():
        run.tried.update(want.link for want in run.wants)


def _pass(files: Sequence[Path], run: _Run, gleaning: Gleaning) -> None:
    def wanted(uri: str) -> bool:
        if run.limits.stop():
            raise Stopped
        return gleaning.wanted(uri)

    with suppress(Stopped):
        for label, one in saved_in_files(files, wanted):
            if isinstance(one, Fault):
                run.problem(label, one.sentence)
            else:
                gleaning.take(one, label)
