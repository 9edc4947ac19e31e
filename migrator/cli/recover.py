"""`badge-migrator recover`: look in web archives for what its own host no longer serves."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson
from migrator.cli.whose import OnlyLearner, learner_meant

if TYPE_CHECKING:
    from migrator.archive.archive import Archive
    from migrator.archive.web.answers import WebAnswer
    from migrator.recover.online import Limits
    from migrator.recover.tally import Tally
    from migrator.recover.walk import Scope

_LISTED = 1_000
_WEB_ARCHIVE = "https://web.archive.org"


def recover(
    context: typer.Context,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    learner: OnlyLearner = None,
    host: Annotated[
        str | None,
        typer.Option(
            "--host",
            metavar="NAME",
            help="Only addresses of this host (a name, or an address on it).",
        ),
    ] = None,
    warc: Annotated[
        list[Path] | None,
        typer.Option(
            "--warc",
            metavar="FILE",
            help="Look in this WARC or WACZ file (or a folder of them) and ask nobody;"
            " may be given several times.",
        ),
    ] = None,
    from_web_archive: Annotated[
        str,
        typer.Option(
            "--from-web-archive",
            envvar="BADGE_MIGRATOR_WEB_ARCHIVE",
            metavar="URL",
            help="The web archive to ask. With --warc it is asked only if it is named here.",
        ),
    ] = _WEB_ARCHIVE,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Look for at most this many addresses now."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask again what was asked in an earlier run.")
    ] = False,
    unverified: Annotated[
        bool,
        typer.Option("--unverified", help="Look for addresses too that nobody has verified."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look in web archives for what its own host no longer serves.

    For every address that `verify` has found lost, from the assertion to the criteria page. One
    request a second; Ctrl-C stops after the address under way, and the same command goes on.
    """
    from migrator.archive.archive import Archive
    from migrator.cli.stop import stoppable
    from migrator.recover.online import Limits
    from migrator.recover.spelling import named_host
    from migrator.recover.walk import Scope

    console = Console(as_json)
    named = context.get_parameter_source("from_web_archive")
    online = not warc or (named is not None and named.name == "COMMANDLINE")
    kept: list[dict[str, str | None]] = []
    if host is not None and not named_host(host):
        raise errors.Usage(f"{host!r} is no host.", "Give a name such as badges.example.org.")
    Archive.read(archive_file).close()  # a mistyped name is not to make a new archive
    with Archive.open(archive_file) as opened, stoppable("the address under way") as stop:
        chosen = learner_meant(opened, learner)
        scope = Scope(opened.now(), "wayback", chosen, host, again=again, unverified=unverified)
        ask = _Looking(opened, scope, Limits(limit, stop), console, kept)
        tally = ask.files(warc) if warc else None
        if tally is None or (online and not stop()):
            tally = ask.service(from_web_archive, tally)
    _finish(console, tally, kept, offline=not online)


@dataclass(frozen=True, slots=True)
class _Looking:
    """One run of the command: what is looked for, and who is told."""

    archive: Archive
    scope: Scope
    limits: Limits
    console: Console
    kept: list[dict[str, str | None]]

    def files(self, warc: list[Path]) -> Tally:
        """Look through WARC files and say what was wrong with them."""
        from migrator.recover.offline import recover_offline
        from migrator.report.words import plain

        self.console.say("Reading the files from end to end; large ones take a while.")
        tally = recover_offline(self.archive, self.scope, warc, self.limits, self._watch)
        for place, sentence in tally.problems:
            self.console.say(f"  problem: {plain(place)}: {plain(sentence)}")
        if tally.more_problems:
            self.console.say(f"  and {tally.more_problems:,} more problems")
        return tally

    def service(self, base: str, before: Tally | None) -> Tally:
        """Ask a web archive; `before` is what the files have come to."""
        from migrator.net import Client
        from migrator.recover.online import recover_online
        from migrator.recover.service import Service, checked_base

        base = checked_base(base)
        # Whoever names a web archive of their own may name one of their own network.
        client = Client(allow_private=base != _WEB_ARCHIVE)
        service = Service(base, client, stop=self.limits.stop, tell=complain)
        self.console.say(f"Asking {base}, at most once a second.")
        tally = recover_online(self.archive, self.scope, service, self.limits, self._watch)
        client.close()
        if before is None:
            return tally
        return replace(tally, problems=before.problems, more_problems=before.more_problems)

    def _watch(self, answer: WebAnswer) -> None:
        from migrator.recover.words import answer_line
        from migrator.report.words import plain

        self.console.say(plain(answer_line(answer)))
        if self.console.json and len(self.kept) < _LISTED:
            self.kept.append(
                {
                    "url": answer.url,
                    "kind": answer.kind,
                    "outcome": answer.outcome,
                    "origin": answer.origin,
                    "captured_at": answer.captured_at,
                    "detail": answer.detail,
                }
            )


def _finish(
    console: Console, tally: Tally, kept: list[dict[str, str | None]], *, offline: bool
) -> None:
    from migrator.recover.words import next_line, tally_lines

    facts = {
        **asdict(tally),
        "addresses": tally.addresses,
        "lost": tally.lost,
        "found_again": tally.found_again,
        "balances": tally.balances,
        "answers": kept,
    }
    console.result("recover", facts)
    console.lines(tally_lines(tally))
    console.last(next_line(tally, offline=offline))
    code = _exit_code(tally)
    if code:
        raise typer.Exit(code)


def _exit_code(tally: Tally) -> int:
    if tally.interrupted:
        return errors.Interrupted.exit_code
    if not tally.balances:
        return 1
    if tally.open:
        return errors.Incomplete.exit_code
    return 3 if tally.problems else 0
