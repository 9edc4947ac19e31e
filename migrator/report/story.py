"""A learner's story in words that can be read out: found where, what state, why, what next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.archive.stories import BadgeStory, LearnerStory, Where
from migrator.reasons import REASONS
from migrator.report.words import ANEW, ARRIVED, WAY_WORDS, badges, day, plain, said, shown
from migrator.transfer.routes import next_step, who_acts
from migrator.transfer.spelling import spelling_told

_WHO = {
    "learner": "the learner",
    "admin": "the program's administrator",
    "issuer": "the issuer",
    "nobody": "nobody; it goes on by itself or stays as it is",
}

# The destination's own words are for these; for the others the sentence says it better.
_SAYS_MORE = frozenset(
    {
        *("wrong_recipient", "refused", "server_error", "badge_incomplete", "bad_date"),
        *("badge_class_incomplete", "issuer_incomplete", "relative_url", "badge_image_missing"),
    }
)


@dataclass(frozen=True, slots=True)
class Said:
    """One line of what is told: a label such as "Why", "" where the line needs none, and words."""

    label: str
    words: str

    def __str__(self) -> str:
        """The line as it is read out."""
        return f"{self.label}: {self.words}" if self.label else self.words


ABOUT = "All about it"
"""The label of the command that tells the whole reasoning about a badge."""


def story_lines(story: LearnerStory) -> Iterator[str]:
    """Yield the story of one learner, a line at a time."""
    yield f"{who_holds(story)}: {story_sum(story)}"
    for note in story.notes:
        yield f"  Note, {day(note.written_at)}, {plain(note.author)}: {plain(note.text)}"
    for badge in story.badges:
        yield ""
        yield f"  {badge_title(badge)}"
        for said_of_it in badge_told(badge):
            yield f"    {said_of_it}"
        for where in badge.destinations:
            for said_of_it in where_told(badge, where):
                yield f"    {said_of_it}"


def who_holds(story: LearnerStory) -> str:
    """Return who a story is about, with every address."""
    if not story.addresses:
        return "Nobody is known to hold this"
    who = plain(story.name) if story.name else "This learner"
    return f"{who} ({', '.join(plain(one) for one in story.addresses)})"


def story_sum(story: LearnerStory) -> str:
    """Return how many badges a story tells of, and how many have arrived at each place."""
    held = f"{badges(len(story.badges))} in the archive"
    places = dict.fromkeys(where.destination for one in story.badges for where in one.destinations)
    if len(places) < 2:
        return f"{held}, {_arrived(story)}."
    return (
        "; ".join([held, *(f"{plain(place)}: {_arrived(story, place)}" for place in places)]) + "."
    )


def _arrived(story: LearnerStory, place: str | None = None) -> str:
    """Return how many badges have arrived at a place (None: anywhere)."""
    words = [
        {
            shown(where.state, where.reason)
            for where in badge.destinations
            if place in (None, where.destination)
        }
        for badge in story.badges
    ]
    arrived = sum(not one.isdisjoint(ARRIVED) for one in words)
    anew = sum(ANEW in one and one.isdisjoint(ARRIVED) for one in words)
    return f"{arrived} moved" + (f", {anew} awarded anew" if anew else "")


def badge_title(badge: BadgeStory) -> str:
    """Return what a badge is called: its name, who awarded it and when."""
    by = f", {plain(badge.issuer)}" if badge.issuer else ""
    on = f", issued {day(badge.issued_on)}" if badge.issued_on else ""
    return f"{plain(badge.badge)}{by}{on}"


def badge_told(badge: BadgeStory) -> Iterator[Said]:
    """Yield where a badge was found, in which collections, and whether it is planned at all."""
    yield Said("", f"Found in {plain('; '.join(badge.found_in))}.")
    if badge.collections:
        yield Said("", f"In the collection {plain(', '.join(badge.collections))}.")
    if not badge.destinations:
        next_command = "badge-migrator plan --to DESTINATION"
        yield Said("", f"Not planned for any backpack yet. Next: {next_command}")


def where_told(badge: BadgeStory, where: Where) -> Iterator[Said]:
    """Yield what became of a badge at one destination: what, why, what next, who can act."""
    at = f" ({plain(where.account)})" if where.account else ""
    state = said(where.state, where.reason).capitalize()
    yield Said("", f"{state}, {plain(where.destination)}{at}, {day(where.changed_at)}.")
    if where.pending:
        yield Said(
            "", "It shows there as soon as the learner confirms the address it was awarded to."
        )
    if shown(where.state, where.reason) == ANEW:
        yield from _anew_told(where)
    elif where.reason in REASONS:
        yield from _reason_told(where)
    if len(where.tries) > 1:
        yield Said("", f"Tried {len(where.tries)} times, last {where.tries[-1].at}.")
    if where.reason in REASONS and shown(where.state, where.reason) != ANEW:
        to = plain(where.destination)
        yield Said(ABOUT, f"badge-migrator plan --to {to} --explain {badge.assertion_id}")


def _anew_told(where: Where) -> Iterator[Said]:
    reason = REASONS[ANEW]
    yield Said("Why", reason.sentence)
    if where.detail:
        yield Said("The new badge", plain(where.detail))
    yield Said("What next", reason.next_step)
    yield Said("Who can act", f"{_WHO[reason.who.value]}.")


def _reason_told(where: Where) -> Iterator[Said]:
    reason = REASONS[where.reason or ""]
    yield Said("Why", reason.sentence)
    if where.detail and reason.code in _SAYS_MORE:
        yield Said("Exactly", plain(where.detail))
    if where.route in WAY_WORDS:
        yield Said("Which way", WAY_WORDS[where.route])
    step = next_step(where.reason, where.route, spelling=spelling_told(where.detail))
    yield Said("What next", plain(step))
    yield Said("Who can act", f"{_WHO[who_acts(where.reason, where.route).value]}.")


STORY_COLUMNS = (
    *("badge", "issuer", "issued_on", "hosted_url", "learner", "address", "found_in"),
    *("destination", "account", "state", "reason", "changed_at", "who_can_act", "what_next"),
)


def story_rows(story: LearnerStory) -> Iterator[tuple[object, ...]]:
    """Yield a story as rows of STORY_COLUMNS: one for each badge and destination."""
    for badge in story.badges:
        known = (
            *(badge.badge, badge.issuer, badge.issued_on, badge.hosted_url, story.name),
            *(", ".join(story.addresses), "; ".join(badge.found_in)),
        )
        for where in badge.destinations:
            told = where.reason in REASONS
            yield (
                *(*known, where.destination, where.account, said(where.state, where.reason)),
                *(where.reason, where.changed_at),
                who_acts(where.reason, where.route).value if told else None,
                next_step(where.reason, where.route) if told else None,
            )
        if not badge.destinations:
            yield (*known, None, None, "not planned yet", *(None,) * 4)
