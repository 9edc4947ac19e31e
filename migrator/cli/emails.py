"""`badge-migrator push --add-emails`: addresses that accounts lack, added when a person agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.cli.console import Console
    from migrator.destinations.base import Destination
    from migrator.transfer.repair import Added

_HOW = {
    "address": "a mail goes there, to be confirmed by its owner",
    "spelling": "another spelling of a confirmed address; no mail is needed",
    "confirm_first": "is there, but its owner has not confirmed it yet",
    "there": "is there now",
    "impossible": "this is no e-mail address, and is left out",
}
_END = {
    "mail_sent": "added; a mail is on its way to it",
    "added": "added",
    "already_there": "was there already",
    "confirm_first": "is there, but not confirmed yet: open the mail the backpack has sent",
    "refused": "refused",
    "later": "could not be added now",
}


def add_emails(
    opened: Archive,
    destination: Destination,
    saved: SavedDestination,
    console: Console,
    *,
    username: str | None,
    yes: bool,
) -> list[Added]:
    """Show what is missing, ask, add it, and say what came of each; returns that too."""
    from migrator.cli.consent import agreed
    from migrator.report.words import badges, plain
    from migrator.secrets import Keychain
    from migrator.transfer.repair import Repair, missing

    wanted = missing(opened, saved.id, username)
    if not wanted:
        console.say("No badge waits for an e-mail address that could be named.")
        return []
    console.say(f"E-mail addresses that badges were awarded to, missing at {saved.name}:")
    for one in wanted:
        count = badges(one.badges)
        console.say(f"  {one.account.username}: {plain(one.address)} ({count}) - {_HOW[one.how]}")
    if not agreed(_QUESTION, yes=yes, asking=not console.json):
        console.say("Nothing was added.")
        return []
    added = Repair(opened, saved, destination, Keychain()).add(wanted)
    for end in added:
        detail = f": {plain(end.detail)}" if end.detail else ""
        console.say(f"  {end.username}: {plain(end.address)} {_END[end.end]}{detail}")
    return added


def following(added: list[Added], saved: SavedDestination) -> str | None:
    """Say what to do once addresses were added, None when none was."""
    retry = f"badge-migrator retry --to {saved.name}"
    ends = {one.end.value for one in added}
    if ends & {"mail_sent", "confirm_first"}:
        return f"Open the mail, click the link in it, then: {retry}"
    if ends & {"added", "already_there"}:
        return f"Next: {retry}"
    if "later" in ends:
        return f"Later: badge-migrator push --to {saved.name} --add-emails"
    return None


_QUESTION = "Add these addresses to the accounts? Only do so for addresses that are yours."
