"""`badge-migrator letter`: a ready-made letter to an issuer, with the files it needs back."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson
from migrator.cli.restore import complain_of_damage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.archive.archive import Archive
    from migrator.archive.holdings import HeldLearner
    from migrator.export.site.host import HostExported
    from migrator.export.site.site import Gathered
    from migrator.report.letter import Badge, Facts, File

_FEW = 20
_ASKED = 500


def letter(
    badge: Annotated[
        str | None,
        typer.Option(
            "--badge", metavar="BADGE", help="One badge: its number, address, or words of its name."
        ),
    ] = None,
    learner: Annotated[
        str | None, typer.Option("--learner", metavar="EMAIL", help="This learner's badges.")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="HOST", help="The badges of this host.")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", metavar="FILE", help="Write it here, and the ZIP for the issuer beside it."
        ),
    ] = None,
    how: Annotated[
        str, typer.Option("--format", metavar="text|md|html", help="How the letter is written.")
    ] = "text",
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the letter when a different one is there.")
    ] = False,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    as_json: AsJson = False,
) -> None:
    """Write a letter to the issuer of badges that cannot be moved, with the files it needs back.

    It says what happened and which files belong at which addresses. Read it before you send it.
    """
    from migrator.archive.archive import Archive
    from migrator.export.site.site import export_site
    from migrator.report.letter import FORMATS
    from migrator.report.letter import letter as written

    console = Console(as_json)
    form = next((one for one in FORMATS if one == how), None)
    if form is None:
        raise errors.Usage(f"--format {how} is not known.", "Say text, md or html.")
    if not (badge or learner or host):
        raise errors.Usage(
            "It is not said which badges the letter is about.",
            "Add --badge BADGE, --learner EMAIL or --host HOST.",
        )
    with Archive.read(archive_file) as opened, _found(opened, badge, learner) as (found, writer):
        name = _host(opened, found, host, badge)
        with _folder(to) as folder:
            done = export_site(opened, found, name, folder, zipped=True)
        facts = _facts(opened, found, done, writer, attached=to is not None)
    text = written(facts, form)
    if to is None:
        console.say(text.rstrip("\n"))
    else:
        _write(to, text, replace=replace)
        console.last(f"Written to {to}; send {done.at} with it.")
    _hint(facts)
    console.result(
        "letter",
        {
            "host": facts.host,
            "to": list(facts.emails),
            "letter": None if to else text,
            "file": str(to) if to else None,
            "zip": done.at if to else None,
            "badges": facts.badges_count,
            "files": facts.here_count,
            "missing": facts.missing_count,
            "reason": facts.why,
        },
    )
    if done.damages:
        complain_of_damage(done.damages, done.damaged)


@contextmanager
def _found(
    opened: Archive, badge: str | None, learner: str | None
) -> Iterator[tuple[Gathered, HeldLearner | None]]:
    """Yield what the chosen badges hang on, and who writes: nobody for everybody's badges."""
    from migrator.archive import holdings
    from migrator.cli.explain import one_meant
    from migrator.export.learner import learner_at
    from migrator.export.site.site import Choice, gathered

    writer = None if learner is None else learner_at(opened, learner)
    choice = Choice(writer.id if writer else None)
    if badge is not None:
        choice = Choice(assertion_id=one_meant(opened, badge), with_deleted=True)
        holding = holdings.holding(opened, choice.assertion_id or 0)
        if writer is None and holding.learner:
            writer = learner_at(opened, holding.learner)
    with gathered(opened, choice) as found:
        yield found, writer


def _host(opened: Archive, found: Gathered, named: str | None, badge: str | None) -> str:
    """Return the host to write to; raises Usage where it must be said, or no letter helps."""
    from migrator.export.site.site import hosts, matching
    from migrator.report.words import plain

    known = hosts(opened, found)
    if not known:
        raise errors.Usage(
            "These badges do not say where they are hosted.",
            "See what is known of them with `badge-migrator status`.",
        )
    if named is not None:
        return matching(found, [named])[0]
    if len(known) > 1 and badge is None:
        names = ", ".join(plain(one.host) for one in known[:_FEW])
        raise errors.Usage(
            f"The badges hang on several hosts: {names}.", "Say which with --host HOST."
        )
    first = next((one for one in known if found.wanted.stands_on(one.host, "assertion")), known[0])
    return first.host


@contextmanager
def _folder(to: Path | None) -> Iterator[Path]:
    """Yield where the ZIP goes: beside the letter, or where it is gone again."""
    from tempfile import TemporaryDirectory

    if to is not None:
        yield to.parent
        return
    with TemporaryDirectory() as passing:
        yield Path(passing)


def _facts(
    opened: Archive,
    found: Gathered,
    done: HostExported,
    writer: HeldLearner | None,
    *,
    attached: bool,
) -> Facts:
    from migrator.report.letter import Facts

    badges: list[Badge] = []
    names: Counter[str] = Counter()
    emails: Counter[str] = Counter()
    for number, (assertion_id, _lacks) in enumerate(found.wanted.badges(done.host)):
        if number >= _ASKED:
            break
        _look(opened, assertion_id, badges, names, emails)
    why, asked_at = _why(opened, done.host)
    files = _files(found, done.host)
    return Facts(
        host=done.host,
        issuer=next((name for name, _count in names.most_common(1)), None),
        emails=tuple(email for email, _count in emails.most_common(3)),
        badges=tuple(badges),
        badges_count=done.badges,
        files=files,
        here_count=found.wanted.needed_count(done.host, missing=False),
        missing_count=done.missing,
        why=why,
        asked_at=asked_at,
        writer=(writer.name or "", writer.addresses[0]) if writer else None,
        attached=Path(done.at).name if attached else None,
    )


def _look(
    opened: Archive,
    assertion_id: int,
    badges: list[Badge],
    names: Counter[str],
    emails: Counter[str],
) -> None:
    from migrator.archive import holdings
    from migrator.archive.web import addressed
    from migrator.report.letter import Badge

    if len(badges) < _FEW:
        holding = holdings.holding(opened, assertion_id)
        title = addressed.called(opened, assertion_id)[0]
        badges.append(Badge(title, holding.issued_on))
    contact = addressed.issuer_of(opened, assertion_id)
    if contact is not None:
        names.update([contact.name] if contact.name else [])
        emails.update([contact.email] if contact.email and "@" in contact.email else [])


def _why(opened: Archive, host: str) -> tuple[str | None, str | None]:
    """Return what is wrong with a host and when it was found out, as far as anybody has asked."""
    from migrator.archive.web import addressed
    from migrator.report.letter import RESTORABLE

    for said in addressed.said_by(opened, host):
        if said.outcome in RESTORABLE:
            return said.outcome, said.asked_at
    return None, None


def _files(found: Gathered, host: str) -> tuple[File, ...]:
    from migrator.export.site.readme import word
    from migrator.report.letter import File

    files: list[File] = []
    for missing in (False, True):
        kept = 0
        for place in found.wanted.places(host, missing=missing):
            if place.needed and kept < _FEW:
                files.append(File(word(place.kind), place.url, not missing))
                kept += 1
    return tuple(files)


def _write(to: Path, text: str, *, replace: bool) -> None:
    from migrator.export.package import settle
    from migrator.files.folder import explained, temporary

    with explained(to), temporary(to.parent) as file:
        file.write(text.encode("utf-8", "replace"))
        file.close()
        settle(to, Path(file.name), replace=replace)


def _hint(facts: Facts) -> None:
    from migrator.cli.console import complain

    if not facts.emails:
        complain(
            f"The badges name no e-mail address of the issuer: look for one on {facts.host}, in"
            " a web archive's copy of it, or ask who owns the domain."
        )
    if facts.why is None:
        complain(
            f"Nobody has asked yet whether {facts.host} still serves these badges. Run"
            " `badge-migrator verify` first, and the letter can say what happened."
        )
