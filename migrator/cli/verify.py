"""`badge-migrator verify`: ask the issuers' hosts what is still there, and remember it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson, Via
from migrator.cli.whose import OnlyLearner, learner_meant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.archive.archive import Archive
    from migrator.reasons import Who
    from migrator.verify.hosts.judgement import Judged
    from migrator.verify.hosts.survey import Asker, Scope, Surveyed
    from migrator.verify.hosts.tally import Tally

_IN_FULL = 20


def verify(
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    learner: OnlyLearner = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="HOST", help="Only addresses on this host.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask everything again, however fresh the answers are.")
    ] = False,
    max_age: Annotated[
        float,
        typer.Option(
            "--max-age",
            metavar="DAYS",
            min=0,
            max=36_500,
            help="Do not ask again what was asked in the last DAYS days.",
        ),
    ] = 7,
    at_once: Annotated[
        int, typer.Option("--at-once", min=1, max=8, help="Requests to one host at the same time.")
    ] = 2,
    via: Via = None,
    as_json: AsJson = False,
) -> None:
    """Ask the issuers' hosts what is still there: documents, pictures, revocations, keys.

    Every address is asked once, politely, and its answer is kept beside what was found, so that
    `plan` and `recover` know it. Ctrl-C stops; the same command goes on. Ends with 4 when
    something is to be asked again later.
    """
    from datetime import UTC, datetime

    from migrator.archive.archive import Archive
    from migrator.cli.progress import progress
    from migrator.cli.stop import stoppable
    from migrator.transfer import recipients
    from migrator.verify.hosts.survey import Scope, survey
    from migrator.verify.hosts.tally import judge_all

    console = Console(as_json)
    with Archive.open(archive_file) as opened:
        scope = Scope(learner_meant(opened, learner), host, again, max_age)
        recipients.assign(opened)
        with (
            stoppable("the requests under way") as stop,
            progress("Asking", None, "addresses") as show,
        ):
            surveyed = survey(opened, asker(via, at_once), scope, lambda done, _: show(done), stop)
        with progress("Judging") as show:
            tally = judge_all(opened, scope, datetime.now(UTC), show, via)
        if host is not None and not tally.badges:
            raise _no_such_host(opened, host)
    if via is not None:
        console.say(
            f"These are answers of {via}, not of the real hosts; those are asked without --via."
        )
    _say(console, surveyed, tally, scope)
    if code := _exit_code(surveyed, tally):
        raise typer.Exit(code)


def _no_such_host(opened: Archive, host: str) -> errors.Usage:
    from migrator.archive.offers import hosts

    known = [name for name, _ in hosts(opened)]
    some = f"There are, for example: {', '.join(known[:5])}." if known else ""
    return errors.Usage(f"No badge hangs on {host}.", errors.meant(host, known, some))


def asker(via: str | None, at_once: int) -> Asker:
    """Return who asks the hosts, or the one address that plays all of them."""
    from migrator.net import Client
    from migrator.verify.hosts.lines import Manners
    from migrator.verify.hosts.survey import Asker

    client = Client(via=via, connect_timeout=10, read_timeout=30, total_timeout=60)
    manners = Manners(at_once=at_once, free=lambda _host: via is not None)
    return Asker(client, manners, via)


def _say(console: Console, surveyed: Surveyed, tally: Tally, scope: Scope) -> None:
    from dataclasses import asdict

    console.result(
        "verify",
        {
            "books": asdict(surveyed.books),
            "addresses": surveyed.outcomes,
            "hosts": surveyed.hosts,
            "unchanged": surveyed.unchanged,
            "busy": list(surveyed.busy),
            "badges": tally.badges,
            "fates": dict(tally.fates),
            "reasons": dict(tally.reasons),
            "to_be_spelled": tally.spelled,
            "interrupted": surveyed.interrupted,
            "listed": [asdict(one) for one in tally.listed],
        },
    )
    if tally.badges <= _IN_FULL or scope.learner is not None:
        for one in tally.listed:
            console.lines(_badge_lines(one))
    console.lines(_meanings(tally))
    console.lines(_remarks(surveyed, tally))
    console.say(_address_balance(surveyed))
    console.last(_badge_balance(tally))
    console.last(_next(surveyed, tally))


def _badge_lines(one: Judged) -> Iterator[str]:
    from migrator.reasons import REASONS
    from migrator.report.words import plain
    from migrator.verify.hosts.judgement import TITLES

    yield f"  {plain(one.title)}: {TITLES[one.fate]}"
    for sentence in one.sentences:
        yield f"      {plain(sentence)}"
    if one.row is not None and one.row.reason in _OF_THE_BADGE:
        yield f"      {REASONS[one.row.reason].sentence}"


def _meanings(tally: Tally) -> Iterator[str]:
    from migrator.report.words import badges
    from migrator.verify.hosts.fate import FATES

    for code, fate in FATES.items():
        if count := tally.fates[code]:
            yield f"{badges(count)} {fate.title}. {fate.sentence}"
            if fate.next_step != "Nothing to do.":
                yield f"      What next: {fate.next_step}{_who(fate.who)}"


def _remarks(surveyed: Surveyed, tally: Tally) -> Iterator[str]:
    from migrator.reasons import REASONS
    from migrator.report.words import badges, plain

    for code, count in tally.reasons.most_common():
        if code in _OF_THE_BADGE and code in REASONS:
            yield f"{badges(count)}, wherever it is served: {REASONS[code].sentence}"
            yield f"      What next: {REASONS[code].next_step}{_who(REASONS[code].who)}"
    for host in surveyed.busy[:10]:
        yield f"{plain(host)} asked us to stay away for a while; the rest of it is left for later."


def _who(who: Who) -> str:
    return "" if who.value == "nobody" else f" (Who can: the {who.value}.)"


def _address_balance(surveyed: Surveyed) -> str:
    books = surveyed.books
    parts = [
        f"{count:,} {words}"
        for count, words in (
            (books.asked, "asked"),
            (books.spared, "not asked because their host does not answer"),
            (books.fresh, "asked a short while ago"),
            (books.left, "left for later"),
        )
        if count
    ]
    missing = books.addresses - books.asked - books.spared - books.fresh - books.left
    unchanged = f" ({surveyed.unchanged:,} not changed since)" if surveyed.unchanged else ""
    return (
        f"{_addresses(books.addresses)} on {_hosts(surveyed.hosts)} = {' + '.join(parts) or '0'}"
        f"{unchanged}; missing: {missing}."
    )


def _badge_balance(tally: Tally) -> str:
    from migrator.report.words import badges
    from migrator.verify.hosts.judgement import TITLES

    parts = [f"{tally.fates[code]:,} {TITLES[code]}" for code in TITLES if tally.fates[code]]
    missing = tally.badges - sum(tally.fates.values())
    return f"{badges(tally.badges)} = {' + '.join(parts) or '0'}; missing: {missing}."


def _next(surveyed: Surveyed, tally: Tally) -> str:
    from migrator.verify.hosts.fate import LOST

    if surveyed.interrupted:
        return "To go on: badge-migrator verify"
    if any(tally.fates[code] for code in LOST):
        return "Next: badge-migrator recover"
    if _later(surveyed):
        return "Next: badge-migrator verify, later: some hosts could not answer now."
    return "Next: badge-migrator plan --to DESTINATION"


def _later(surveyed: Surveyed) -> bool:
    from migrator.verify.hosts.fate import LATER

    return bool(surveyed.books.left) or any(surveyed.outcomes.get(code) for code in LATER)


def _exit_code(surveyed: Surveyed, tally: Tally) -> int:
    if surveyed.interrupted:
        return errors.Interrupted.exit_code
    if not (surveyed.books.balances and tally.balances):
        return errors.MigratorError.exit_code
    return errors.Incomplete.exit_code if _later(surveyed) else 0


def _addresses(count: int) -> str:
    return f"{count:,} address" + ("" if count == 1 else "es")


def _hosts(count: int) -> str:
    return f"{count:,} host" + ("" if count == 1 else "s")


# What is wrong with a badge itself: no host can put it right by coming back.
_OF_THE_BADGE = frozenset(
    {"expired", "issued_in_future", "no_issue_date", "bad_date", "wrong_recipient"}
    | {"recipient_unreadable", "recipient_type_unsupported", "badge_class_incomplete"}
    | {"issuer_incomplete", "badge_incomplete", "relative_url", "issuer_elsewhere"}
    | {"signature_invalid", "signed_1_x", "version_unsupported", "no_web_address"}
    | {"badge_image_unsupported"}
)
