"""What is said of a push: of each badge while it runs, and of all when it has ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.cli.console import Console
from migrator.cli.shard import shard_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from migrator.archive.accounts import SavedDestination
    from migrator.archive.shard import Shard
    from migrator.archive.totals import DestinationTotal
    from migrator.transfer.push import Sent
    from migrator.transfer.repair import Added
    from migrator.transfer.visit import AccountPush


@dataclass(slots=True)
class Said:
    """What is said of each badge: of few of all, of many only where something is to be done."""

    console: Console
    show: Callable[[int], None]
    every: bool
    done: int = 0
    planned: int = 0

    def watch(self, sent: Sent) -> None:
        """Take one badge's outcome."""
        from migrator.transfer.push import WOULD_BE_SENT

        self.done += 1
        self.planned += sent.state == WOULD_BE_SENT
        self.show(self.done)
        if self.every or sent.state not in _NO_NEWS:
            _say_sent(self.console, sent)

    @property
    def would_be_sent(self) -> str:
        """How many badges a dry run would have sent, in words."""
        from migrator.report.words import badges

        return badges(self.planned)


def _say_sent(console: Console, sent: Sent) -> None:
    from migrator.reasons import REASONS
    from migrator.report.words import STATE_WORDS, plain

    why = f": {REASONS[sent.reason].sentence}" if sent.reason in REASONS else ""
    state = STATE_WORDS.get(sent.state, "would be sent")
    console.say(f"  {plain(sent.title)}: {state}{why}")


def say_end(
    console: Console,
    saved: SavedDestination,
    pushed: list[AccountPush],
    total: DestinationTotal,
    meant: DestinationTotal,
    shard: Shard,
    *,
    interrupted: bool,
    added: Sequence[Added],
) -> None:
    """Say it: `total` is of all badges, `meant` of those selected (the same where all are)."""
    from dataclasses import asdict

    from migrator.cli import selecting
    from migrator.cli.emails import following
    from migrator.report.words import badges, plain, transfer_balance

    for one in pushed:
        for made in one.collections:
            if made.trouble:
                console.say(f"  Collection {plain(made.name)}: {plain(made.trouble)}")
                continue
            word = "made" if made.new else "brought up to date"
            left = f" ({badges(made.missing)} of it not there)" if made.missing else ""
            console.say(f"  Collection {plain(made.name)}: {word}, {badges(made.badges)}{left}")
        if one.trouble:
            console.say(f"  {one.username}: {one.trouble}")
    console.result(
        "push",
        {
            "destination": saved.name,
            "interrupted": interrupted,
            "accounts": [asdict(one) for one in pushed],
            "addresses": [asdict(one) for one in added],
            "states": dict(_states(total)),
            "missing": total.missing,
            **({"selected": selecting.selected_facts(meant, total)} if meant is not total else {}),
            **({} if shard.whole else {"shard": asdict(shard)}),
        },
    )
    if not shard.whole:
        console.say(shard_line(shard, meant, total))
    elif meant is not total:
        console.say(selecting.selected_line(meant, total))
    console.last(transfer_balance(total))
    console.last(following(list(added), saved) or _next(saved, meant, interrupted=interrupted))


def _states(total: DestinationTotal) -> Counter[str]:
    states: Counter[str] = Counter()
    for one in total.states:
        states[one.state] += one.badges
    return states


def _next(saved: SavedDestination, total: DestinationTotal, *, interrupted: bool) -> str:
    states = _states(total)
    if not total.accounts:
        return f"Nobody has signed in. Next: badge-migrator login {saved.name} --as EMAIL"
    if total.not_planned:
        return f"Next: badge-migrator plan --to {saved.name}"
    left = states["planned"] + states["waiting"] + states["sending"]
    if interrupted or left:
        return f"To go on: badge-migrator push --to {saved.name}"
    if states["refused"] + states["held"]:
        return "Next: badge-migrator status EMAIL tells each person what is left to do."
    return "Next: badge-migrator status"


def exit_code(pushed: list[AccountPush], total: DestinationTotal, *, interrupted: bool) -> int:
    """Return the exit code of a push (docs/exit-codes.md)."""
    states = _states(total)
    if interrupted:
        return 130
    if total.missing:
        return 1
    if not total.accounts or any(
        (one.trouble and not one.later) or one.tally.stopped in _SIGN_IN for one in pushed
    ):
        return 5
    later = total.not_planned or any(one.later for one in pushed)
    if later or states["planned"] + states["waiting"] + states["sending"]:
        return 4
    return 3 if states["refused"] + states["held"] else 0


_NO_NEWS = ("done", "already_there", "would_be_sent")
_SIGN_IN = ("sign_in_failed", "account_unverified")
