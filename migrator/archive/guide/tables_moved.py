"""The tables of what is moved where, and of the work on the archive, described."""

from __future__ import annotations

from migrator.archive.guide.described import ID, Described

MOVED: dict[str, Described] = {
    "destination": Described(
        "Destinations",
        "A backpack that badges are moved to.",
        {
            "id": ID,
            "kind": "the kind of backpack, as `badge-migrator destinations` lists it",
            "url": "its address",
        },
    ),
    "account": Described(
        "Accounts",
        "A learner's account at a destination. No password or token is ever here.",
        {
            "id": ID,
            "destination_id": "the destination",
            "learner_id": "the learner, once known",
            "username": "the name it signs in with",
            "addresses": "its addresses there, confirmed or not, as JSON",
            "signed_in_at": "when it last signed in",
            "refused_at": "when its password was refused; not tried again before a person says so",
            "refusal": "what the destination said then",
            "compared_at": "when `reconcile` last compared what it holds over there",
        },
    ),
    "account_address": Described(
        "Addresses of accounts, as told",
        "An e-mail address whose badges belong into an account, as `accounts import` was told.",
        {
            "id": ID,
            "account_id": "the account",
            "destination_id": "the account's destination",
            "value": "the address",
            "told_at": "when a file last named it for this account",
        },
    ),
    "transfer": Described(
        "Transfers",
        "What is planned for a badge at a destination, and how far it is; one row for each pair.",
        {
            "id": ID,
            "assertion_id": "the badge",
            "account_id": "the account it goes to, once known",
            "destination_id": "the destination",
            "route": "how it gets there: import, restore (its files must be put back first) or"
            " reaward (a new badge that replaces it); empty when there is no way now",
            "input": "what is sent: the address, the image or the document",
            "state": "planned, sending, done, already_there, waiting, refused or held",
            "reason": "why it is not moved (yet); docs/reasons.md lists the codes",
            "detail": "more about that, or the destination's own words",
            "assumed": "how many things the plan had to take for true",
            "pending": "1 if it is there but hidden until the address is confirmed",
            "remote_id": "its id at the destination; for reaward, that of the new badge",
            "due_at": "not to be tried again before",
            "attempts": "how many requests were begun",
            "changed_at": "when this row last changed",
        },
    ),
    "award_mapping": Described(
        "Badge classes to award anew",
        "What a legacy badge class is awarded as at a destination, by an admin's own account.",
        {
            "id": ID,
            "destination_id": "the destination",
            "badge_class_id": "the legacy badge class",
            "account": "the account that awards",
            "remote_issuer_id": "the id of its own issuer there",
            "remote_issuer": "that issuer's name",
            "remote_badge_class_id": "the id of its own badge class there; empty while it is made",
            "remote_badge_class": "that badge class's name",
            "made": "1 if this program made that badge class",
            "decided_at": "when a person agreed to it",
        },
    ),
    "attempt": Described(
        "Attempts",
        "One request that was made for a transfer.",
        {
            "id": ID,
            "transfer_id": "the transfer",
            "run_id": "the run that made it",
            "at": "when it ended",
            "outcome": "how it ended",
            "reason": "why it did not succeed",
            "http_status": "the status the destination answered with",
            "detail": "the destination's own words, without addresses",
        },
    ),
    "verdict": Described(
        "Verdicts",
        "What a check of a badge found; never changed, one more when it says something new.",
        {
            "id": ID,
            "assertion_id": "the badge",
            "account_id": "the account it was checked for",
            "checked_at": "when",
            "asked": "archive (what is kept was taken to be alive) or web (the issuers' sites)",
            "accepted": "1 if the destination will take it",
            "reason": "why not",
            "detail": "more about that",
        },
    ),
    "run": Described(
        "Runs",
        "A command that worked, or is at work, on the archive.",
        {
            "id": ID,
            "command": "the command",
            "started_at": "when it began",
            "finished_at": "when it ended",
            "outcome": "complete, interrupted, or the error's name",
            "pid": "its process",
            "host": "the computer it ran on",
        },
    ),
    "lease": Described(
        "Leases",
        "Who is doing a piece of work right now, so that no two do the same.",
        {
            "name": "the piece of work",
            "run_id": "the run that does it",
            "taken_at": "since when",
            "expires_at": "until when, unless it is renewed",
        },
    ),
    "remote_collection": Described(
        "Collections at destinations",
        "The id a collection has at a destination.",
        {
            "collection_id": "the collection",
            "account_id": "the account it was made in",
            "remote_id": "its id there",
            "filled": "how many of our badges it holds there",
        },
    ),
    "note": Described(
        "Notes",
        "What support staff noted about a learner.",
        {
            "id": ID,
            "learner_id": "the learner",
            "written_at": "when",
            "author": "who wrote it: the name at the desk, or on the computer",
            "text": "the note",
        },
    ),
    "removal": Described(
        "Removals",
        "That a person was removed from the archive; nothing about whom.",
        {
            "id": ID,
            "removed_at": "when",
            "badges": "how many badges went with them",
        },
    ),
}
