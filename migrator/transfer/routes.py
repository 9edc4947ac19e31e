"""The three honest routes, and no fourth: which one a badge takes, why, and why not the others.

Pure: facts in, a choice out. Who gathers the facts is `migrator.transfer.plan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from migrator.reasons import REASONS, Retry, Who


class Route(StrEnum):
    """How a badge gets into a backpack.

    `import`: the backpack fetches it from its issuer. `restore`: the owner of the dead host puts
    the original files back first. `reaward`: an issuer awards a new badge that says openly that it
    replaces the old one.
    """

    IMPORT = "import"
    RESTORE = "restore"
    REAWARD = "reaward"


GONE = frozenset(
    {
        *("host_dead", "document_gone", "not_a_badge_any_more"),
        *("badge_image_missing", "issuer_image_dead", "signing_key_missing"),
    }
)
"""Reasons that end when the original files are back at their addresses."""

AWARDED_ANEW = GONE | {
    *("context_dead", "no_web_address", "version_unsupported", "signed_1_x"),
    *("older_version", "no_proof"),
    *("relative_url", "no_issue_date", "bad_date", "badge_image_unsupported"),
    *("badge_class_incomplete", "issuer_incomplete", "badge_incomplete", "issuer_elsewhere"),
}
"""Reasons that a new award answers honestly: the badge was earned, and only its hosting or its form
keeps it out. Never one that is revoked, has expired, or is not known to be somebody's."""


@dataclass(frozen=True, slots=True)
class Originals:
    """What would come of a badge if everything the archive holds of it stood at its address again.

    `missing` are the addresses of which the archive has nothing, `put_back` those it could serve
    again, `refused_for` the reason code for which the badge would be refused all the same (None: it
    would be accepted from an account of its recipient).
    """

    missing: tuple[str, ...] = ()
    put_back: tuple[str, ...] = ()
    refused_for: str | None = None

    @property
    def complete(self) -> bool:
        """Whether putting the files back is enough."""
        return self.refused_for is None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one badge.

    `originals` is None when nobody looked, because putting files back would not help; `hosts` are
    those that no longer serve the badge; `holder_known` says that it is known whose it is.
    """

    originals: Originals | None = None
    hosts: tuple[str, ...] = ()
    holder_known: bool = True


@dataclass(frozen=True, slots=True)
class Options:
    """What the person who plans allows, and what the destination can do.

    `not_restorable` are hosts whose owner will not put anything back.
    """

    reaward: bool = False
    awards: bool = True
    not_restorable: frozenset[str] = frozenset()


NOTHING_ALLOWED = Options()
"""What a plan does when nobody asks for more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The route of a badge (None: there is none now), and the reason of every other one."""

    route: Route | None
    why: str
    next_step: str
    who: Who
    against: tuple[tuple[Route, str], ...] = ()


def choose(
    reason: str | None,
    facts: Facts | None = None,
    options: Options | None = None,
    *,
    spelling: str | None = None,
) -> Choice:
    """Choose the first route that is open: import, restore, reaward.

    `reason` is why the destination would refuse the badge now (None: it would not), `spelling` the
    address its account lacks.
    """
    facts, options = facts or Facts(), options or Options()
    tried = (
        (Route.IMPORT, against_import(reason)),
        (Route.RESTORE, against_restore(reason, facts, options)),
        (Route.REAWARD, against_reaward(reason, facts, options)),
    )
    route = next((route for route, objection in tried if not objection), None)
    against = tuple((one, objection or _BEFORE) for one, objection in tried if one is not route)
    return Choice(
        route,
        _why(route, reason, facts.originals),
        next_step(reason, route, spelling=spelling, originals=facts.originals),
        who_acts(reason, route),
        against,
    )


def against_import(reason: str | None) -> str:
    """Say why a badge cannot be imported, "" when it can (or will by itself, later)."""
    if reason is None or REASONS[reason].retry is Retry.LATER:
        return ""
    return REASONS[reason].sentence


def against_restore(reason: str | None, facts: Facts, options: Options) -> str:
    """Say why putting the original files back is no way, "" when it is one."""
    if reason not in GONE:
        return "Putting files back would change nothing: this is not about files that are gone."
    refusing = [host for host in facts.hosts if host in options.not_restorable]
    if refusing:
        return f"The owner of {', '.join(refusing)} will not put anything back (--not-restorable)."
    originals = facts.originals
    if originals is None:
        return "The archive holds no document of this badge."
    if originals.complete:
        return ""
    if originals.missing:
        return f"The archive lacks {_some(originals.missing)}."
    return f"Even with everything back: {REASONS[originals.refused_for or 'refused'].sentence}"


def against_reaward(reason: str | None, facts: Facts, options: Options) -> str:
    """Say why a new award is no way, "" when it is one."""
    if reason is not None and reason not in AWARDED_ANEW:
        return "A new award would not be honest, or would not help: " + REASONS[reason].sentence
    if not facts.holder_known:
        return "It is not known to whom a new badge would be awarded."
    if not options.awards:
        return "This destination has no way to award badges."
    if not options.reaward:
        return "Only an administrator can ask for it: plan --allow-reaward."
    return ""


def next_step(
    reason: str | None,
    route: str | None,
    *,
    spelling: str | None = None,
    originals: Originals | None = None,
) -> str:
    """Say what to do now, in a sentence that can be read out; "" when nothing is left to say.

    `spelling` is the address to add, exactly as it must be written.
    """
    if route == Route.RESTORE:
        return _RESTORE
    if route == Route.REAWARD:
        return _REAWARD
    if reason == "wrong_recipient" and spelling:
        return (
            f"Add {spelling}, in exactly this spelling, to the backpack account"
            " (`push --add-emails` does it), open the mail it sends, click, then run `retry`."
        )
    if reason in GONE and originals is not None and originals.missing:
        return _LOOK_FOR_IT
    if reason is None:
        return "Run `push`." if route == Route.IMPORT else ""
    return REASONS[reason].next_step


def in_letter(reason: str | None, route: str | None, *, spelling: str | None = None) -> str:
    """Say to a learner who has not the program what to do now; "" when nothing is left to say.

    `spelling` is the address to add, exactly as it must be written.
    """
    if route == Route.RESTORE:
        return _RESTORE_IN_LETTER
    if route == Route.REAWARD:
        return _REAWARD_IN_LETTER
    if reason not in REASONS:
        return ""
    told = REASONS[reason].in_letter
    if reason == "wrong_recipient" and spelling:
        return f"It is {spelling} (capitals count). {told}"
    return told


def who_acts(reason: str | None, route: str | None) -> Who:
    """Say whose turn it is."""
    if route == Route.RESTORE:
        return Who.ISSUER
    if route == Route.REAWARD or reason is None:
        return Who.ADMIN if route == Route.REAWARD else Who.LEARNER
    return REASONS[reason].who


_BEFORE = "Not needed: a better way is open."
_RESTORE = (
    "Everything is in the archive. Ask the owner of the old site to put the original files back:"
    " `letter` writes to them, `export restore-site` makes the files. Then run `verify --again` and"
    " `plan`."
)
_REAWARD = (
    "The administrator runs `reaward map` and `reaward run`: a new badge is awarded that says"
    " openly that it replaces the old one. The original stays first in the archive."
)
_RESTORE_IN_LETTER = (
    "We have all that is needed, and the owner of the old site can put it back. If you know who"
    " that is, tell us in answer to this letter."
)
_REAWARD_IN_LETTER = (
    "Nothing to do for you: you are to have a new badge that says openly that it replaces this one,"
    " and we keep the original."
)
_LOOK_FOR_IT = (
    "What is held is safe in your archive. Run `recover` to look for the rest in web archives,"
    " then `plan` again; or ask the issuer: `letter` writes to them."
)


def _why(route: Route | None, reason: str | None, originals: Originals | None) -> str:
    if route is Route.IMPORT:
        return REASONS[reason].sentence if reason else "The backpack will accept it as it is."
    if route is Route.RESTORE:
        return (
            "The issuer's site no longer serves it, but every original the backpack asks for is"
            " in the archive."
        )
    if route is Route.REAWARD:
        return "It cannot be imported, and the administrator has asked to award it anew."
    if reason in GONE and originals is not None and originals.missing:
        return f"{REASONS[reason].sentence} The archive lacks {_some(originals.missing)}."
    return REASONS[reason].sentence if reason else ""


def _some(urls: tuple[str, ...]) -> str:
    shown = ", ".join(urls[:3])
    return shown if len(urls) <= 3 else f"{shown} and {len(urls) - 3} more"
