"""The tables in the order in which they can be copied, and what a row of each is known by."""

from __future__ import annotations

from migrator.archive import merge
from migrator.archive.ledger import DELETED
from migrator.archive.life.mapping import Child, Copied

_EARLIER = "on conflict do update set seen_at = excluded.seen_at where excluded.seen_at < "
EVIDENCE = Child(
    "evidence",
    "assertion_id",
    ("url", "narrative", "name", "description", "genre", "audience"),
    fresh=True,
)

_AWARD = (
    *("account", "remote_issuer_id", "remote_issuer", "remote_badge_class_id"),
    *("remote_badge_class", "made", "decided_at"),
)


def _decided(alias: str) -> str:
    said = ", ".join(f"{alias}.{column}" for column in _AWARD)
    return f"({alias}.remote_badge_class_id is not null, {alias}.decided_at, json_array({said}))"


BEFORE_PEOPLE = (
    Copied(
        "source",
        ("adapter", "place", "label", "first_read_at", "last_read_at"),
        key=("adapter", "place"),
        # Its state becomes complete when everything of it has arrived.
        fixed={"state": "'interrupted'"},
        after="on conflict do update set label = min(label, excluded.label),"
        " first_read_at = min(first_read_at, excluded.first_read_at),"
        " last_read_at = max(last_read_at, excluded.last_read_at)",
    ),
    Copied(
        "problem",
        ("locator", "code", "severity", "sentence", "raw", "seen_at"),
        key=("source_id", "locator", "code"),
        needed={"source_id": "source"},
        after=_EARLIER + "problem.seen_at",
    ),
    Copied(
        "source_file",
        ("locator", "digest", "size", "content"),
        key=("source_id", "locator", "digest"),
        needed={"source_id": "source"},
        long="content",
    ),
    Copied("frame", ("digest", "content"), key=("digest",)),
    Copied(
        "document",
        ("digest", "kind", "size", "content"),
        key=("digest",),
        optional={"frame_id": "frame"},
    ),
    Copied("artwork", ("digest", "media_type", "size", "content"), key=("digest",)),
    Copied(
        "image",
        ("digest", "splice_at", "splice", "size", "document_at"),
        key=("digest",),
        needed={"artwork_id": "artwork"},
        optional={"document_id": "document"},
    ),
    Copied(
        "web_answer",
        (
            *("url", "origin", "kind", "asked_at", "captured_at", "outcome", "status"),
            *("final_url", "media_type", "etag", "last_modified", "detail", "via"),
        ),
        key=("url", "origin", "kind", "asked_at", "captured_at"),
        optional={"document_id": "document"},
        loose=("captured_at",),
    ),
    Copied(
        "issuer",
        (
            *("digest", "url_id", "name", "url", "description", "email", "image"),
            "revocation_list",
        ),
        key=("digest",),
    ),
    Copied(
        "badge_class",
        (
            *("digest", "url_id", "name", "description", "image", "criteria_url"),
            "criteria_narrative",
        ),
        key=("digest",),
        optional={"issuer_id": "issuer"},
        children=(
            Child(
                "alignment",
                "badge_class_id",
                (
                    *("target_name", "target_url", "target_description", "target_framework"),
                    "target_code",
                ),
                fresh=True,
            ),
            Child("tag", "badge_class_id", ("name",), fresh=True),
        ),
    ),
    Copied("destination", ("kind", "url"), key=("kind", "url")),
    Copied(
        "award_mapping",
        _AWARD,
        key=("destination_id", "badge_class_id"),
        needed={"destination_id": "destination", "badge_class_id": "badge_class"},
        # One that is made already wins over one that was only begun, then the later decision.
        after="on conflict do update set "
        + ", ".join(f"{column} = excluded.{column}" for column in _AWARD)
        + f" where {_decided('excluded')} > {_decided('award_mapping')}",
    ),
    Copied(
        "run",
        ("command", "started_at", "finished_at", "outcome", "pid", "host"),
        key=("command", "started_at", "pid", "host"),
    ),
    Copied("removal", ("removed_at", "badges"), key=("removed_at", "badges")),
)

_OPTIONAL = {
    "badge_class_id": "badge_class",
    "learner_id": "learner",
    "jws_id": "document",
    "document_id": "document",
    "image_id": "image",
}
ASSERTION = Copied(
    "assertion",
    ("own_identity", "digest", *(one for one in merge.COLUMNS if one not in _OPTIONAL)),
    key=("digest",),
    optional=_OPTIONAL,
    children=(EVIDENCE,),
)


_ACCOUNT = ("addresses", "refused_at", "refusal", "compared_at")


def _signed_in(alias: str) -> str:
    said = ", ".join(f"{alias}.{column}" for column in _ACCOUNT)
    return f"(coalesce({alias}.signed_in_at, ''), json_array({said}))"


ACCOUNT = Copied(
    "account",
    ("username", "signed_in_at", *_ACCOUNT),
    key=("destination_id", "username"),
    needed={"destination_id": "destination"},
    optional={"learner_id": "learner"},
    # The last sign-in knows best which addresses the account has.
    after="on conflict do update set "
    + ", ".join(f"{column} = excluded.{column}" for column in (*_ACCOUNT, "signed_in_at"))
    + ", learner_id = coalesce(excluded.learner_id, learner_id)"
    f" where {_signed_in('excluded')} > {_signed_in('account')}",
)

_NOT_THERE = ("planned", "held", "waiting", "sending", "refused")
_ONCE_THERE = len(_NOT_THERE)
_AWARDED = _ONCE_THERE + 1
_PLAIN = (
    *("state", "route", "input", "reason", "detail", "assumed", "pending", "remote_id"),
    *("due_at", "changed_at"),
)


def _reached(alias: str) -> str:
    """Return what of two transfers the one that stays has more of, as an SQL row.

    What was over there once, and was deleted since or not, is further than what never was, however
    late that is: nobody plans again what somebody deleted. Among these the later fact stays. (When
    an account was compared says nothing here: it may have been compared by an archive that did not
    know of the badge.) A new award is another badge than the one that was deleted. Of what is
    equally far and equally late any stays, but in every order of archives the same.
    """
    there = f"{alias}.state in ('done', 'already_there')"
    steps = " ".join(f"when '{state}' then {step}" for step, state in enumerate(_NOT_THERE))
    said = ", ".join(f"{alias}.{column}" for column in _PLAIN[1:])
    return (
        f"(case when {there} then iif({alias}.route is 'reaward', {_AWARDED}, {_ONCE_THERE})"
        f" when {alias}.state = 'refused' and {alias}.reason is '{DELETED}' then {_ONCE_THERE}"
        f" else case {alias}.state {steps} end end,"
        f" {alias}.changed_at, {there}, json_array({said}), {alias}.state = 'done')"
    )


TRANSFER = Copied(
    "transfer",
    (*_PLAIN, "attempts"),
    key=("assertion_id", "destination_id"),
    needed={"assertion_id": "assertion", "destination_id": "destination"},
    optional={"account_id": "account"},
    after="on conflict do update set attempts = max(attempts, excluded.attempts), "
    + ", ".join(
        f"{column} = iif({_reached('excluded')} > {_reached('transfer')},"
        f" excluded.{column}, transfer.{column})"
        for column in (*_PLAIN, "account_id")
    ),
)


def _told(alias: str) -> str:
    # By what the account is called: its number is another one in every archive.
    called = f"(select username from account where id = {alias}.account_id)"  # noqa: S608 - our own names
    return f"({alias}.told_at, json_array({called}, {alias}.value))"


AFTER_PEOPLE = (
    Copied(
        "note",
        ("written_at", "author", "text"),
        key=("learner_id", "written_at", "author", "text"),
        needed={"learner_id": "learner"},
    ),
    Copied(
        "account_address",
        ("value", "told_at"),
        key=("destination_id", "value"),
        needed={"account_id": "account", "destination_id": "destination"},
        after="on conflict do update set account_id = excluded.account_id,"
        " value = excluded.value, told_at = excluded.told_at"
        f" where {_told('excluded')} > {_told('account_address')}",
    ),
    Copied(
        "sighting",
        ("digest", "locator", "hosted_url", "added_at", "deleted", "seen_at"),
        key=("digest",),
        needed={"assertion_id": "assertion", "source_id": "source"},
        optional={"holder_id": "identity", "image_id": "image"},
        after=_EARLIER + "sighting.seen_at",
        children=(
            Child(
                "sighting_document",
                "sighting_id",
                ("kind", "url", "origin"),
                {"document_id": "document"},
                after="on conflict do nothing",
            ),
        ),
    ),
    Copied(
        "collection",
        ("key", "name", "description", "public", "page_url", "locator"),
        key=("source_id", "key"),
        needed={"source_id": "source", "learner_id": "learner"},
        after="on conflict do update set name = excluded.name, public = excluded.public,"
        " description = excluded.description, page_url = excluded.page_url"
        " where json_array(excluded.name, excluded.description, excluded.public,"
        " excluded.page_url) < json_array(collection.name, collection.description,"
        " collection.public, collection.page_url)",
        children=(
            Child(
                "collection_assertion",
                "collection_id",
                ("position", "story"),
                {"assertion_id": "assertion"},
                after="on conflict do update set position = excluded.position,"
                " story = excluded.story where json_array(excluded.position, excluded.story)"
                " < json_array(collection_assertion.position, collection_assertion.story)",
            ),
            Child(
                "remote_collection",
                "collection_id",
                ("remote_id", "filled"),
                {"account_id": "account"},
                after="on conflict do update set remote_id = excluded.remote_id,"
                " filled = excluded.filled where (excluded.filled, excluded.remote_id)"
                " > (remote_collection.filled, remote_collection.remote_id)",
            ),
        ),
    ),
    TRANSFER,
    Copied(
        "attempt",
        ("at", "outcome", "reason", "http_status", "detail"),
        key=("transfer_id", "run_id", "at", "outcome", "reason", "http_status", "detail"),
        needed={"transfer_id": "transfer", "run_id": "run"},
        loose=("reason", "http_status", "detail"),
    ),
    Copied(
        "verdict",
        ("checked_at", "asked", "accepted", "reason", "detail"),
        key=("assertion_id", "account_id", "checked_at", "asked", "accepted", "reason", "detail"),
        needed={"assertion_id": "assertion"},
        optional={"account_id": "account"},
        loose=("account_id", "reason", "detail"),
    ),
)
