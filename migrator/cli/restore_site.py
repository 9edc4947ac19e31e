"""`badge-migrator export restore-site`: the files an issuer's host needs back, for its owner."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson
from migrator.cli.restore import complain_of_damage, file_by_file
from migrator.cli.whose import OnlyLearner

if TYPE_CHECKING:
    from migrator.archive.web.addressed import Said
    from migrator.export.site.host import HostExported
    from migrator.export.site.site import Gathered, Host

_DEAD = {
    "no_such_host": "dead: there is no such web site any more",
    "host_silent": "dead: nobody answers",
    "host_insecure": "not trusted: its certificate is no good",
}
_SHOWN = 40


def restore_site(
    host: Annotated[
        list[str] | None,
        typer.Option(
            "--host",
            metavar="HOST",
            help="A host, or an address on it; repeat it, or say `all`."
            " Without it, the hosts are listed.",
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--to", metavar="FOLDER", help="Where the files go: FOLDER/HOST.")
    ] = Path("restore-site"),
    zipped: Annotated[
        bool, typer.Option("--zip", help="Write FOLDER/HOST.zip instead, to be sent by mail.")
    ] = False,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    learner: OnlyLearner = None,
    with_deleted: Annotated[
        bool,
        typer.Option("--with-deleted", help="Also badges that learners had deleted."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the files that belong on an issuer's host, to be put back at their old addresses.

    Nothing in them is changed. With them go the rules for nginx and for hosts of static files, a
    list of where each file came from, a list of what is missing, and a README for the host's owner.
    Try them with `badge-migrator rehearse site FOLDER`.
    """
    from migrator.archive.archive import Archive
    from migrator.archive.holdings import count
    from migrator.export.learner import learner_at
    from migrator.export.site.site import Choice, export_site, gathered, hosts, matching

    console = Console(as_json)
    with Archive.read(archive_file) as opened:
        learner_id = None if learner is None else learner_at(opened, learner).id
        with file_by_file("Looking", count(opened, learner_id)) as watch:
            choice = Choice(learner_id, with_deleted=with_deleted, watch=watch)
            with gathered(opened, choice) as found:
                if not host:
                    _list(console, found, hosts(opened, found))
                    return
                meant = matching(found, host)
                done = [export_site(opened, found, one, folder, zipped=zipped) for one in meant]
                _say_left_out(console, found)
    _say(console, done, folder)
    console.result("restore-site", {"folder": str(folder), "hosts": _plain(done)})
    if damaged := [one for one in done if one.damages]:
        complain_of_damage(
            sum(one.damages for one in damaged), tuple(s for one in damaged for s in one.damaged)
        )
    if any(one.complete < one.badges for one in done):
        raise typer.Exit(3)


def _list(console: Console, found: Gathered, known: list[Host]) -> None:
    from migrator.report.words import badges, plain

    width = max((len(one.host) for one in known), default=0)
    for one in known:
        console.say(f"  {plain(one.host):<{width}}  {badges(one.badges):>13}  {_state(one.said)}")
    _say_left_out(console, found)
    if not known:
        console.last("No badge in the archive says where it is hosted.")
    else:
        lost = next((one.host for one in known if _lost(one.said)), None)
        following = f"export restore-site --host {plain(lost)}" if lost else "verify"
        console.last(
            f"{len(known):,} host{'' if len(known) == 1 else 's'}, {badges(found.badges)}."
            f" Next: badge-migrator {following}"
        )
    console.result("hosts", {"badges": found.badges, "hosts": [_facts(one) for one in known]})


def _facts(one: Host) -> dict[str, object]:
    return {
        "host": one.host,
        "badges": one.badges,
        "addresses": one.addresses,
        "outcomes": {said.outcome: said.addresses for said in one.said},
        "asked_at": max((said.asked_at for said in one.said), default=None),
    }


def _lost(said: tuple[Said, ...]) -> int:
    """Return how many addresses a host no longer has, as far as known."""
    from migrator.verify.hosts.fate import FATES

    return sum(one.addresses for one in said if one.outcome in FATES and FATES[one.outcome].lost)


def _state(said: tuple[Said, ...]) -> str:
    from migrator.verify.hosts.fate import FATES

    if not said:
        return "not asked yet (`badge-migrator verify` asks)"
    asked = f"(asked {max(one.asked_at for one in said)[:10]})"
    for one in said:
        if one.outcome in _DEAD:
            return f"{_DEAD[one.outcome]} {asked}"
    if lost := _lost(said):
        total = sum(one.addresses for one in said)
        return f"answers, but {lost:,} of {total:,} addresses are gone {asked}"
    if all(one.outcome in FATES and FATES[one.outcome].served for one in said):
        return f"alive {asked}"
    return f"did not answer properly {asked}; ask again later"


def _say_left_out(console: Console, found: Gathered) -> None:
    from migrator.report.words import badges, plain

    if found.deleted:
        console.say(
            f"{badges(found.deleted)} left out that learners had deleted: --with-deleted adds them."
        )
    for url, why in found.odd:
        console.say(f"No server could serve {plain(url)}: {why}")
    if found.odd_count > len(found.odd):
        console.say(f"... and {found.odd_count - len(found.odd):,} more such addresses.")


def _say(console: Console, done: list[HostExported], folder: Path) -> None:
    from migrator.report.words import badges, number, plain

    for one in done[:_SHOWN]:
        console.say(
            f"{plain(one.host)}: {badges(one.badges)} = {number(one.complete)} with all they need"
            f" here + {number(one.badges - one.complete)} lacking something;"
            f" {number(one.files)} files in {one.at}"
        )
        console.lines(_details(one))
    if len(done) > _SHOWN:
        console.say(f"... and {len(done) - _SHOWN:,} more hosts.")
    at = done[0].at if len(done) == 1 else str(folder)
    console.last(
        f"Next: read README.txt there, try it with `badge-migrator rehearse site {at}`,"
        " then send it to the host's owner (`badge-migrator letter` writes the mail)."
    )


def _details(one: HostExported) -> list[str]:
    from migrator.report.words import number

    said = (
        (one.missing, "missing that badges need: see MISSING.txt"),
        (one.missing_others, "missing that badges do without (pages, an issuer's own picture)"),
        (one.derived, "rebuilt, not found as such: manifest.csv says how"),
        (one.recovered, "from web archives"),
        (one.ruled, "to be found by a rule alone (addresses with ?..., odd names): see nginx.conf"),
        (one.removed, "of an earlier run removed, as wanted no more"),
    )
    return [f"{number(count):>7}  {words}" for count, words in said if count]


def _plain(done: list[HostExported]) -> list[dict[str, object]]:
    from dataclasses import asdict

    return [asdict(one) for one in done]
