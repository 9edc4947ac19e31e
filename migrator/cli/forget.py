"""`badge-migrator forget`: remove a person from the archive, provably."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from migrator.cli.consent import Yes, agreed
from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from migrator.archive.archive import Archive
    from migrator.archive.life.forgetting import Forgotten


def forget(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="An address of the person.")],
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove a person: every address, badge and trace; only that it happened is recorded.

    Badges that are other people's too stay theirs. The file is written anew and searched for what
    is left; what this program cannot remove is named.
    """
    from migrator import errors
    from migrator.archive.archive import Archive
    from migrator.archive.life.forgetting import forget as work
    from migrator.archive.life.forgetting import whom
    from migrator.archive.offers import nearest, question
    from migrator.report.words import badges, plain

    console = Console(as_json)
    Archive.read(archive_file).close()  # none is made where there is none
    with Archive.open(archive_file) as opened:
        who = whom(opened, email)
        if who.learners:
            known = plain(", ".join(who.addresses))
            console.say(f"To be removed for good: {known} with {badges(who.badges)}.")
        else:
            console.say(f"Nobody is known as {plain(email)}; traces of the address are removed.")
            if near := question(nearest(opened, email)):
                console.say(near)
        if not agreed("Remove all of it?", yes=yes, asking=not as_json):
            raise errors.Usage("Nothing was changed.")
        awarding = _awarding(opened, who.addresses)
        done = work(opened, email, lambda what: None if as_json else complain(f"{what}..."))
    _forget_tokens([*done.erased.accounts, *awarding])
    for line in _lines(done):
        console.say(plain(line))
    console.result("forget", _facts(done))
    if done.remains:
        console.last("The address remains where other people's badges need it; see above.")
        raise typer.Exit(3)
    console.last("Removed, and no byte of the addresses or badges is left in the archive.")


def _awarding(opened: Archive, addresses: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return where the person has awarded badges, as (destination, account)."""
    from migrator.archive.award_mapping import awarders

    theirs = {one.casefold() for one in addresses}
    return [one for one in awarders(opened) if one[1].casefold() in theirs]


def _forget_tokens(accounts: list[tuple[str, str]]) -> None:
    """Forget what the system keyring keeps for the person's accounts."""
    from migrator import passwords
    from migrator.destinations.base import Credentials
    from migrator.secrets import Keychain
    from migrator.transfer.awards.login import key_of

    keys = Keychain()
    for destination, username in accounts:
        for kept_as in (destination, key_of(destination)):
            keys.save(kept_as, Credentials(username))
        passwords.forget(destination, username)


def _lines(done: Forgotten) -> Iterator[str]:
    erased = done.erased
    yield (
        f"Removed: {erased.badges:,} badges, {erased.documents:,} documents,"
        f" {erased.images:,} images, {erased.collections:,} collections,"
        f" {erased.problems:,} problems, {len(erased.accounts):,} accounts."
    )
    for one in done.remains:
        yield (
            f"  Still named in {one.rows:,} rows of {one.table}.{one.column}, which belong to"
            " other people's badges."
        )
    yield "What this program cannot remove, and you may have to:"
    for source in done.sources:
        yield f"  the file or folder that was read: {source}"
    for snapshot in done.snapshots:
        yield f"  the copy from before an upgrade: {snapshot}"
    for destination, username in erased.accounts:
        yield f"  the account {username} at {destination}, with the badges in it"
    yield "  your backups, other archives, exports, reports and manifests made from this one"


def _facts(done: Forgotten) -> dict[str, object]:
    erased = done.erased
    return {
        "badges": erased.badges,
        "documents": erased.documents,
        "images": erased.images,
        "problems": erased.problems,
        "collections": erased.collections,
        "accounts": [list(one) for one in erased.accounts],
        "sources": list(done.sources),
        "snapshots": list(done.snapshots),
        "remains": [[one.table, one.column, one.rows] for one in done.remains],
    }
