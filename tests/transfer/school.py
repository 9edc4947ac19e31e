"""A school in memory that awards as it is told: lose answers, refuse, be away, be killed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from migrator.archive import accounts, award_mapping
from migrator.archive.award_mapping import Mapped
from migrator.destinations.base import Credentials, OutcomeState, TryLater
from migrator.destinations.issuing import Awarded, AwardPage, BatchOutcome, OwnBadgeClass, OwnIssuer
from migrator.openbadges.model import Addresses
from migrator.transfer.awards.batch import Patience
from migrator.transfer.awards.reaward import Choice, Orders, run
from migrator.transfer.awards.replacement import replaces

CAROL = "carol@school.example"
PAGE = 3


class Killed(BaseException):
    """The process ends here: nothing after it is done."""


class School:
    """Everything the account has over there; a session of it is made for each run."""

    def __init__(self):
        self.faults = []
        self.awards = []
        self.requests = []
        self.notified = 0
        self.classes = {"b0": "Badge 0", "b1": "Badge 1", "b2": "Badge 2"}
        self.away = False
        self.no_address = "bad@example.org"

    def times(self):
        """How often each original was replaced."""
        return Counter(replaces(one) for _, one in self.awards)


class SchoolSession:
    addresses = Addresses((CAROL,))
    credentials = Credentials(CAROL)

    def __init__(self, school):
        self.school = school

    def issuers(self):
        return [OwnIssuer("i1", "School")]

    def badge_classes(self):
        return [OwnBadgeClass(key, name, "i1") for key, name in self.school.classes.items()]

    def awarded(self, badge_class_id, page=None):
        return self._page([one for key, one in self.school.awards if key == badge_class_id], page)

    def awarded_to(self, issuer_id, recipients, page=None):
        people = set(recipients)
        return self._page([one for _, one in self.school.awards if one.recipient in people], page)

    def _page(self, found, page):
        if self.school.away:
            raise TryLater("The school cannot be reached.", "Later.")
        start = int(page or 0)
        following = str(start + PAGE) if start + PAGE < len(found) else None
        return AwardPage(tuple(found[start : start + PAGE]), following)

    def award(self, badge_class_id, awards, *, notify):
        fault = self.school.faults.pop(0) if self.school.faults else "ok"
        self.school.requests.append((badge_class_id, len(awards), fault))
        return getattr(self, f"_{fault}")(badge_class_id, awards, notify)

    def close(self):
        pass

    def _make(self, badge_class_id, awards, notify=False):
        made = []
        if any(one.recipient == self.school.no_address for one in awards):
            return ()  # all or nothing
        for one in awards:
            number = len(self.school.awards)
            found = Awarded(
                f"r{number}", f"https://new/{number}", one.recipient, one.narrative, one.evidence
            )
            self.school.awards.append((badge_class_id, found))
            self.school.notified += notify
            made.append(found)
        return tuple(made)

    def _ok(self, badge_class_id, awards, notify):
        bad = {
            place: "Enter a valid email address."
            for place, one in enumerate(awards)
            if one.recipient == self.school.no_address
        }
        if bad:
            return BatchOutcome(OutcomeState.REFUSED, bad=bad, reason="award_refused")
        made = self._make(badge_class_id, awards, notify)
        return BatchOutcome(OutcomeState.DONE, made, http_status=201)

    def _vague(self, badge_class_id, awards, notify):
        """A refusal that does not say which, until one is alone."""
        if any(one.recipient == self.school.no_address for one in awards):
            self.school.faults.insert(0, "vague")
            return BatchOutcome(OutcomeState.REFUSED, reason="award_refused", detail="No.")
        self.school.faults.insert(0, "vague")
        return self._ok(badge_class_id, awards, notify)

    def _out_of_order(self, badge_class_id, awards, notify):
        outcome = self._ok(badge_class_id, awards, notify)
        return replace(outcome, awarded=outcome.awarded[::-1])

    def _answer_lost(self, badge_class_id, awards, notify):
        self._make(badge_class_id, awards, notify)
        return BatchOutcome(OutcomeState.UNKNOWN, reason="answer_lost", detail="timed out")

    def _request_lost(self, *_):
        return BatchOutcome(OutcomeState.UNKNOWN, reason="answer_lost", detail="timed out")

    def _half_done(self, badge_class_id, awards, notify):
        self._make(badge_class_id, awards[: len(awards) // 2], notify)
        return BatchOutcome(OutcomeState.UNKNOWN, reason="server_error", detail="HTTP 500")

    def _broken(self, *_):
        return BatchOutcome(OutcomeState.UNKNOWN, reason="server_error", detail="HTTP 500")

    def _too_large(self, *_):
        return BatchOutcome(OutcomeState.REFUSED, reason="too_large", detail="HTTP 413")

    def _busy(self, *_):
        return BatchOutcome(OutcomeState.TRY_AGAIN, reason="rate_limited", after=1.0)

    def _much_later(self, *_):
        return BatchOutcome(OutcomeState.TRY_AGAIN, reason="rate_limited", after=3600.0)

    def _denied(self, *_):
        return BatchOutcome(OutcomeState.REFUSED, reason="not_your_issuer")

    def _signed_out(self, *_):
        return BatchOutcome(OutcomeState.REFUSED, reason="sign_in_failed")

    def _lost_and_away(self, badge_class_id, awards, notify):
        self.school.away = True
        return self._answer_lost(badge_class_id, awards, notify)

    def _killed(self, *_):
        raise Killed

    def _killed_after(self, badge_class_id, awards, notify):
        self._make(badge_class_id, awards, notify)
        raise Killed


class Office:
    """One archive whose badges cannot be moved, one school, and what an admin does with them."""

    def __init__(self, archive, reader, make):
        self.archive, self.reader, self.make = archive, reader, make
        self.saved = accounts.save_destination(archive, "memory", "https://school.example")
        self.school = School()
        self.slept = []
        self.became = []

    def read(self, people):
        found = [
            self.make.found(number, who, locator=f"badge {number}")
            for number, who in enumerate(people)
        ]
        self.reader.outcomes(self.archive, self.archive.path.parent, found)
        self.hold()

    def hold(self, reason="host_dead", route=None, where="1"):
        self.archive.conn.execute(
            "insert into transfer (assertion_id, destination_id, route, state, reason, changed_at)"
            f" select id, ?, ?, 'held', ?, '2026' from assertion where {where}"
            " on conflict do update set state = 'held', route = excluded.route,"
            " reason = excluded.reason",
            (self.saved.id, route, reason),
        )

    def map(self, *names):
        rows = self.archive.all("select id, name from badge_class")
        lines = [
            Mapped(row[0], CAROL, "i1", "School", f"b{row[1][-1]}", row[1])
            for row in rows
            if not names or row[1] in names
        ]
        award_mapping.save(self.archive, self.saved.id, lines)

    def run(self, *faults, stop=lambda: False, **more):
        """Award once with these faults; returns the tally, whose books must balance."""
        self.school.faults = list(faults)
        choice = Choice(**{key: more.pop(key) for key in list(more) if key in CHOICES})
        patience = more.pop("patience", Patience(settling=0.0, sleep=self.slept.append))
        orders = Orders(choice, patience=patience, stop=stop, **more)
        tally = run(
            self.archive, self.saved, SchoolSession(self.school), orders, self.became.append
        )
        assert tally.balances
        return tally

    def states(self):
        rows = self.archive.all("select state, count(*) from transfer group by state")
        return {row[0]: row[1] for row in rows}


CHOICES = ("everything", "again", "issuer", "badge_class", "learner")
