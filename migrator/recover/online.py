"""A run against a web archive: one address after the other, each answer kept as it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from migrator.archive.archive import Archive
from migrator.archive.lease import Lease, leased
from migrator.archive.storable import storable
from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.archive.web.sought import Books, Sought, badges_sought
from migrator.recover.filling import fill_in
from migrator.recover.search import Search, Want
from migrator.recover.service import Service, Stopped
from migrator.recover.tally import Tally, counted
from migrator.recover.walk import Scope, Walk

PATIENCE = 3
"""After so many addresses in a row without an answer the web archive is left alone for now."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop asking: after so many addresses, or when a person asks for it."""

    addresses: int | None = None
    stop: Callable[[], bool] = lambda: False


class _Asking:
    """Asks the service for what is lost, as long as it answers and may be asked."""

    def __init__(
        self,
        archive: Archive,
        service: Service,
        limits: Limits,
        lease: Lease,
        watch: Callable[[WebAnswer], None],
    ) -> None:
        self._archive = archive
        self._search = Search(service)
        self._limits = limits
        self._lease = lease
        self._watch = watch
        self._asked = 0
        self._in_vain = 0
        self.trouble = ""

    def ask(self, want: Want) -> str:
        """Ask for one address and keep the answer; "left" when nothing may be asked any more."""
        most = self._limits.addresses
        if self.trouble or self._limits.stop() or (most is not None and self._asked >= most):
            return "left"
        try:
            answer = self._search.find(want)
        except Stopped:
            return "left"
        self._asked += 1
        self._keep(answer)
        return answer.outcome

    def _keep(self, answer: WebAnswer) -> None:
        webanswers.keep(self._archive, [storable(answer)])
        self._lease.renew()
        self._watch(answer)
        self._in_vain = self._in_vain + 1 if answer.outcome == "no_answer" else 0
        if self._in_vain >= PATIENCE:
            self.trouble = answer.detail or "no answer"


def recover_online(
    archive: Archive,
    scope: Scope,
    service: Service,
    limits: Limits,
    watch: Callable[[WebAnswer], None],
) -> Tally:
    """Ask a web archive for everything lost, badge by badge; every answer is kept at once.

    Run again, it goes on: what was found or not found is not asked again. `watch` is told each
    answer. Raises ArchiveLocked when another process is looking too.
    """
    with leased(archive, "recover", "recover") as lease, Books() as books:
        asking = _Asking(archive, service, limits, lease, watch)
        walk = Walk(archive, books, scope, asking.ask)
        badges = skipped = 0
        for badge in badges_sought(archive, scope.learner_id):
            badges += 1
            if limits.stop():
                skipped += 1
            else:
                _look(archive, walk, badge)
        return replace(
            counted(books, badges),
            not_looked_at=skipped,
            trouble=asking.trouble,
            interrupted=limits.stop(),
        )


def _look(archive: Archive, walk: Walk, badge: Sought) -> None:
    if walk.badge(badge):
        fill_in(archive, badge)
