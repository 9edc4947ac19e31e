"""Every reason a badge is not (yet) moved: code, sentence, next step, who can act, retry or not.

One table for the plan, the push, the status page and the docs. A reason is chosen where the fact is
known (a rule of `verify`, a destination reading its peer's answer) and only rendered elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """The person who can change it."""

    LEARNER = "learner"
    ADMIN = "admin"
    ISSUER = "issuer"
    NOBODY = "nobody"


class Retry(StrEnum):
    """Whether sending again can help: by itself later, after somebody acted, or never."""

    LATER = "later"
    AFTER_CHANGE = "after_change"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Reason:
    """One entry of the table; `sentence` and `next_step` are read out to learners.

    `in_letter` is what a learner can do who has a letter of us and not the program.
    """

    code: str
    sentence: str
    next_step: str
    in_letter: str
    who: Who
    retry: Retry


_KEPT = "The badge is safe in your archive."
_BACK = (
    _KEPT + " `recover` looks for missing pieces in web archives, `letter` asks the issuer to put"
    " the originals back. Then run `verify --again` and `retry`."
)
_SEND = " Then answer this letter, and we send it again."
_PUT_BACK = (
    "If you can reach the issuer, ask them to put the old files of the badge back on the web, or to"
    " award it again." + _SEND
)
_AGAIN = "Nothing to do for you: we try again."
_OURS = "Nothing to do for you: we look into it."

# One reason a row: code, who can act, whether sending again helps, the sentence, the next step, and
# what a letter says in place of it.
# fmt: off
_ROWS: tuple[tuple[str, Who, Retry, str, str, str], ...] = (
    ("host_dead", Who.ISSUER, Retry.AFTER_CHANGE,
     "The issuer's web site no longer answers, and the backpack asks it before it accepts a badge.",
     _BACK,
     _PUT_BACK),
    ("document_gone", Who.ISSUER, Retry.AFTER_CHANGE,
     "The issuer's web site answers, but the badge's documents are no longer there.",
     _BACK,
     _PUT_BACK),
    ("not_a_badge_any_more", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge's address now shows something that is not a badge (often a parked or sold domain).",
     _BACK,
     _PUT_BACK),
    ("revoked", Who.ISSUER, Retry.NEVER,
     "The issuer has revoked this badge.",
     _KEPT + " Only the issuer can award it again.",
     "If you think this is a mistake, ask the issuer: only they can award it again."),
    ("expired", Who.ISSUER, Retry.NEVER,
     "The badge has expired, and the backpack refuses expired badges.",
     _KEPT + " Ask the issuer whether the badge can be renewed.",
     "Ask the issuer whether it can be renewed."),
    ("issued_in_future", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge says it was issued on a day that has not come yet.",
     "Ask the issuer to correct the date, or run `retry` after that day.",
     "Ask the issuer to correct the date, or wait for that day." + _SEND),
    ("no_issue_date", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge does not say when it was issued; old badges need not, but the backpack insists.",
     _KEPT + " Ask the issuer to add the date to the hosted badge, then run `retry`.",
     "Ask the issuer to add the date to the badge on their web site." + _SEND),
    ("bad_date", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge has a date the backpack cannot read.",
     _KEPT + " Ask the issuer to write the date with a time zone, then run `retry`.",
     "Ask the issuer to write the date in full, with its time zone." + _SEND),
    ("wrong_recipient", Who.LEARNER, Retry.AFTER_CHANGE,
     "The badge was awarded to an e-mail address that the backpack account does not have.",
     "Add that address, in exactly that spelling, to the backpack account (`push --add-emails` does it), confirm it, then run `retry`.",
     "Sign in to the backpack, add that address in exactly that spelling to your account, and confirm it with the link you are sent." + _SEND),
    ("recipient_unreadable", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge says its recipient is hashed, but it is not, so the backpack cannot tell whose it is.",
     _KEPT + " Ask the issuer to correct the recipient, then run `retry`.",
     "Ask the issuer to correct whom it says it is for." + _SEND),
    ("recipient_type_unsupported", Who.ADMIN, Retry.AFTER_CHANGE,
     "The badge was awarded to a web page or telephone number, not to an e-mail address.",
     "Ask the backpack's support to verify that identity for the account, then run `retry`.",
     "Ask the support of the backpack to confirm that page or number as yours." + _SEND),
    ("badge_class_incomplete", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge class lacks something the backpack requires (name, description, image or criteria).",
     _KEPT + " Ask the issuer to complete the badge class, then run `retry`.",
     "Ask the issuer to add what is missing, on their web site." + _SEND),
    ("issuer_incomplete", Who.ISSUER, Retry.AFTER_CHANGE,
     "The issuer profile lacks something the backpack requires (name or url).",
     _KEPT + " Ask the issuer to complete its profile, then run `retry`.",
     "Ask the issuer to add what is missing, on their web site." + _SEND),
    ("badge_incomplete", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge lacks something the backpack requires, or has a value it cannot read.",
     _KEPT + " Ask the issuer to correct the hosted badge, then run `retry`.",
     "Ask the issuer to correct the badge on their web site." + _SEND),
    ("relative_url", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge names its image or criteria by half an address, as very old badges may; the backpack refuses that.",
     _KEPT + " Ask the issuer to write full addresses into the hosted badge, then run `retry`.",
     "Ask the issuer to write the full addresses into the badge on their web site." + _SEND),
    ("badge_image_missing", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge's picture can no longer be fetched from the issuer.",
     _BACK,
     _PUT_BACK),
    ("badge_image_unsupported", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge's picture is neither PNG nor SVG, and the backpack accepts only these.",
     _KEPT + " Ask the issuer to serve a PNG, then run `retry`.",
     "Ask the issuer to offer the picture as PNG." + _SEND),
    ("issuer_image_dead", Who.ISSUER, Retry.AFTER_CHANGE,
     "The issuer's own picture is on a web site that no longer answers; the backpack fails over it.",
     _KEPT + " Ask the issuer to correct its profile, then run `retry`.",
     "Ask the issuer to put that picture back on the web, or to name another one." + _SEND),
    ("issuer_elsewhere", Who.ISSUER, Retry.AFTER_CHANGE,
     "Badge and issuer profile are on different web sites, and the issuer does not say that this is allowed.",
     _KEPT + " Ask the issuer to name the badge's site in its profile (verification.allowedOrigins), then run `retry`.",
     "Ask the issuer to name the web site of the badge in their profile (verification.allowedOrigins)." + _SEND),
    ("signature_invalid", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge's signature does not fit the issuer's key.",
     _KEPT + " Ask the issuer to award it again.",
     "Ask the issuer to award it again."),
    ("signing_key_missing", Who.ISSUER, Retry.AFTER_CHANGE,
     "The key that proves this signed badge cannot be fetched or is not the issuer's.",
     _BACK,
     _PUT_BACK),
    ("signed_1_x", Who.NOBODY, Retry.NEVER,
     "The badge is signed in the Open Badges 1.x way, which the backpack cannot check.",
     _KEPT + " It stays there with its signature; ask the issuer for a new award if you need it online.",
     "It stays with us, with its signature; ask the issuer for a new award if you need it online."),
    ("context_dead", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge refers to a vocabulary that can no longer be fetched.",
     _KEPT + " Ask the issuer to correct the badge's @context, then run `retry`.",
     "Ask the issuer to correct the vocabulary that the badge names (@context)." + _SEND),
    ("version_unsupported", Who.NOBODY, Retry.NEVER,
     "The badge is written in a version of Open Badges that this backpack does not accept.",
     _KEPT + " Send it to a backpack that accepts Open Badges 3.0.",
     "If you have a backpack that accepts Open Badges 3.0, answer this letter."),
    ("older_version", Who.ISSUER, Retry.NEVER,
     "The badge is written in an older version of Open Badges; this backpack takes only Open Badges 3.0, which the issuer must have signed.",
     _KEPT + " Send it to a Badgr-compatible backpack, or ask the issuer for a new award in Open Badges 3.0.",
     "Ask the issuer for a new award in Open Badges 3.0; or answer this letter if you have a backpack that takes older badges."),
    ("no_proof", Who.ISSUER, Retry.NEVER,
     "The badge carries no proof of its own, and this backpack takes only badges that prove themselves.",
     _KEPT + " Ask the issuer for a signed award.",
     "Ask the issuer for a signed award."),
    ("only_address", Who.ADMIN, Retry.AFTER_CHANGE,
     "The archive has only the badge's address, and this backpack wants the badge itself.",
     "Archive a source that has the badge itself, or let `recover` look for it; then run `plan` again.",
     "If you have the picture or a file of the badge, send it to us in answer to this letter."),
    ("no_web_address", Who.ISSUER, Retry.AFTER_CHANGE,
     "The badge does not say where it is hosted, so the backpack has nothing to check it against.",
     _KEPT + " If you know its address, archive that address too, then run `plan` again.",
     "If you know where it can be seen on the web, tell us the address in answer to this letter."),
    ("no_badge_data", Who.LEARNER, Retry.AFTER_CHANGE,
     "The picture carries no badge data.",
     "Download the badge again from where it was awarded, archive it, then run `plan` again.",
     "Download the badge again from where it was awarded, and send it to us in answer to this letter."),
    ("no_account", Who.ADMIN, Retry.AFTER_CHANGE,
     "There is no account at the destination for the learner who holds this badge.",
     "Run `login` for the learner's account, then `plan` again.",
     "If you have no account there yet, open one. Then answer this letter with the e-mail address you sign in with, and never with the password."),
    ("holder_unknown", Who.ADMIN, Retry.AFTER_CHANGE,
     "The badge does not say whose it is in a way we can read (its recipient is hashed).",
     "Archive a source that names the address, or run `plan` with the account of the learner.",
     "If it is yours, answer this letter with the e-mail addresses you had when it was awarded."),
    ("deleted_by_learner", Who.LEARNER, Retry.AFTER_CHANGE,
     "The learner had deleted this badge from the old backpack; only a copy in a collection survived.",
     _KEPT + " To move it all the same, run `plan --with-deleted`.",
     "If you would like to have it all the same, answer this letter; else there is nothing to do."),
    ("account_unverified", Who.LEARNER, Retry.AFTER_CHANGE,
     "The account at the destination has no confirmed e-mail address, or the sign-in lacks a permission.",
     "Confirm the address with the link the backpack has sent, `login` again, then run `retry`.",
     "Sign in to the backpack, and confirm your e-mail address with the link it has sent you." + _SEND),
    ("sign_in_failed", Who.LEARNER, Retry.AFTER_CHANGE,
     "The destination did not let this account in.",
     "Run `login` again. Do not try a wrong password twice: backpacks lock the account for a while.",
     "See whether you can sign in to the backpack yourself, and choose a new password there if you cannot; after a few wrong ones it locks the account for a while. Then answer this letter, and never with the password."),
    ("too_large", Who.ADMIN, Retry.AFTER_CHANGE,
     "The destination refused the badge because of its size.",
     "Ask the operator to allow larger uploads, then run `retry`.",
     "Nothing to do for you: the operator of the backpack must allow larger badges."),
    ("rate_limited", Who.NOBODY, Retry.LATER,
     "The destination asked us to slow down.",
     "Nothing to do: run `push` again later and it goes on by itself.",
     _AGAIN),
    ("host_slow", Who.NOBODY, Retry.LATER,
     "A web site did not answer in time.",
     "Nothing to do: run `push` again later and it goes on by itself.",
     _AGAIN),
    ("destination_unreachable", Who.NOBODY, Retry.LATER,
     "The destination could not be reached.",
     "Check the network and the address of the destination, then run `push` again.",
     _AGAIN),
    ("not_written", Who.NOBODY, Retry.LATER,
     "The file could not be written: the disk is full, or the folder may not be written to.",
     "Make room, or check the permissions of the folder; then run `push` again.",
     _AGAIN),
    ("answer_lost", Who.NOBODY, Retry.LATER,
     "The request was sent but its answer was lost, so we do not know yet whether the badge arrived.",
     "Run `push` again: it looks at the destination first and never sends a badge twice.",
     "Nothing to do for you: we look whether it has arrived before we send it again."),
    ("server_error", Who.ADMIN, Retry.AFTER_CHANGE,
     "The destination failed with an internal error over this badge.",
     "Run `retry` once; if it fails again, send the report to the destination's support.",
     _OURS),
    ("awarded_anew", Who.NOBODY, Retry.NEVER,
     "A new badge was awarded that says openly that it replaces this one.",
     "Nothing to do: the new badge is at the backpack, and the original stays in your archive.",
     "Nothing to do for you: the new badge is in the backpack, and we keep the original."),
    ("award_refused", Who.ADMIN, Retry.AFTER_CHANGE,
     "The destination would not award a new badge in place of this one.",
     "Put right what it names, then run `reaward run --again`.",
     _OURS),
    ("not_your_issuer", Who.ADMIN, Retry.AFTER_CHANGE,
     "The account that awards has no role that allows it with this issuer at the destination.",
     "Ask the issuer's owner there for the role of staff or editor, or run `login --issuer` again; then `reaward run`.",
     _OURS),
    ("deleted_there", Who.LEARNER, Retry.AFTER_CHANGE,
     "The badge was at the backpack, and somebody has deleted it there since.",
     _KEPT + " If it was deleted on purpose, there is nothing to do. To move it again: `retry --reason deleted_there`, then `push`.",
     "If it was deleted on purpose, there is nothing to do; to have it there again, answer this letter."),
    ("refused", Who.ADMIN, Retry.AFTER_CHANGE,
     "The destination refused the badge for a reason we do not know.",
     "See the destination's own words in the report, and tell us so that we can explain them.",
     _OURS),
)
# fmt: on

REASONS: dict[str, Reason] = {
    code: Reason(code, sentence, next_step, in_letter, who, retry)
    for code, who, retry, sentence, next_step, in_letter in _ROWS
}


def reason(code: str) -> Reason:
    """Return the reason with this code; raises KeyError for a code that is not in the table."""
    return REASONS[code]


# Which reason tells a learner most, when a badge is refused for several: facts about the badge
# that nothing can change come first, then what hides the other causes, then what follows from them.
PRECEDENCE: tuple[str, ...] = (
    "revoked",
    "expired",
    "version_unsupported",
    "signed_1_x",
    "older_version",
    "no_proof",
    "host_dead",
    "no_badge_data",
    "no_web_address",
    "only_address",
    "document_gone",
    "not_a_badge_any_more",
    "host_slow",
    "context_dead",
    "issuer_image_dead",
    "signing_key_missing",
    "signature_invalid",
    "recipient_unreadable",
    "relative_url",
    "badge_image_missing",
    "badge_image_unsupported",
    "no_issue_date",
    "bad_date",
    "issued_in_future",
    "issuer_incomplete",
    "badge_class_incomplete",
    "badge_incomplete",
    "issuer_elsewhere",
    "recipient_type_unsupported",
    "wrong_recipient",
    "server_error",
    "refused",
)


def most_telling(codes: Iterable[str]) -> str | None:
    """Return the code that comes first in PRECEDENCE, None when there is none."""
    found = set(codes)
    known = next((code for code in PRECEDENCE if code in found), None)
    return known or min(found, default=None)
