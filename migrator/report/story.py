"""A learner's story in words that can be read out: found where, what state, why, what next."""

from __future__ import annotations

from collections.abc import Iterator

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


def story_lines(story: LearnerStory) -> Iterator[str]:
    """Yield the story of one learner, a line at a time."""
    yield f"{_who(story)}: {_sum(story)}"
    for badge in story.badges:
        yield ""
        yield from _badge_lines(badge)


def _who(story: LearnerStory) -> str:
    if not story.addresses:
        return "Nobody is known to hold this"
    who = plain(story.name) if story.name else "This learner"
    return f"{who} ({', '.join(plain(one) for one in story.addresses)})"


def _sum(story: LearnerStory) -> str:
    words = [
        {shown(where.state, where.reason) for where in badge.destinations} for badge in story.badges
    ]
    arrived = sum(not one.isdisjoint(ARRIVED) for one in words)
    anew = sum(ANEW in one and one.isdisjoint(ARRIVED) for one in words)
    more = f", {anew} awarded anew" if anew else ""
    return f"{badges(len(story.badges))} in the archive, {arrived} moved{more}."


def _badge_lines(badge: BadgeStory) -> Iterator[str]:
    by = f", {plain(badge.issuer)}" if badge.issuer else ""
    on = f", issued {day(badge.issued_on)}" if badge.issued_on else ""
    yield f"  {plain(badge.badge)}{by}{on}"
    yield f"    Found in {plain('; '.join(badge.found_in))}."
    if badge.collections:
        yield f"    In the collection {plain(', '.join(badge.collections))}."
    if not badge.destinations:
        yield "    Not planned for any backpack yet. Next: badge-migrator plan --to DESTINATION"
    for where in badge.destinations:
        yield from _where_lines(where)
        if where.reason in REASONS and shown(where.state, where.reason) != ANEW:
            to = plain(where.destination)
            command = f"badge-migrator plan --to {to} --explain {badge.assertion_id}"
            yield f"    All about it: {command}"


def _anew_lines(where: Where) -> Iterator[str]:
    reason = REASONS[ANEW]
    yield f"    Why: {reason.sentence}"
    if where.detail:
        yield f"    The new badge: {plain(where.detail)}"
    yield f"    What next: {reason.next_step}"
    yield f"    Who can act: {_WHO[reason.who.value]}."


def _where_lines(where: Where) -> Iterator[str]:
    at = f" ({plain(where.account)})" if where.account else ""
    yield (
        f"    {said(where.state, where.reason).capitalize()}, {plain(where.destination)}{at},"
        f" {day(where.changed_at)}."
    )
    if where.pending:
        yield "    It shows there as soon as the learner confirms the address it was awarded to."
    if shown(where.state, where.reason) == ANEW:
        yield from _anew_lines(where)
    elif where.reason in REASONS:
        reason = REASONS[where.reason]
        yield f"    Why: {reason.sentence}"
        if where.detail and reason.code in _SAYS_MORE:
            yield f"    Exactly: {plain(where.detail)}"
        if where.route in WAY_WORDS:
            yield f"    Which way: {WAY_WORDS[where.route]}"
        step = next_step(where.reason, where.route, spelling=spelling_told(where.detail))
        yield f"    What next: {plain(step)}"
        yield f"    Who can act: {_WHO[who_acts(where.reason, where.route).value]}."
    if len(where.tries) > 1:
        yield f"    Tried {len(where.tries)} times, last {where.tries[-1].at}."


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
