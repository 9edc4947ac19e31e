"""What is asked of a destination's verifier and what it answers: facts only, no rules."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.openbadges.model import Assertion, JsonObject
from migrator.reasons import most_telling


@dataclass(frozen=True, slots=True)
class Submission:
    """What is handed to the destination; exactly one field is set.

    `jws` goes to Badgr's v1 API only; `document` is JSON byte for byte, for who fetches nothing.
    """

    url: str | None = None
    image: bytes | None = None
    assertion: JsonObject | None = None
    jws: str | None = None
    document: bytes | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One ERROR of the validator, in its own terms, and our reason code for it.

    `name` is exactly as recorded ("FETCH_HTTP_NODE"); `text` is close to the recorded wording;
    `node` is the id of the document it is about; `success` is what the report says in that field.
    """

    name: str
    text: str
    reason: str
    node: str | None = None
    prop: str | None = None
    success: bool = False


FRIENDLY: dict[str, tuple[str, str]] = {
    "FETCH_HTTP_NODE": ("FETCH_HTTP_NODE", "Unable to reach URL"),
    "VERIFY_RECIPIENT_IDENTIFIER": (
        "VERIFY_RECIPIENT_IDENTIFIER",
        "The recipient does not match any of your verified emails",
    ),
    "VERIFY_JWS": ("VERIFY_SIGNATURE", "Could not verify signature"),
    "VERIFY_KEY_OWNERSHIP": ("VERIFY_SIGNATURE", "Could not verify signature"),
    "VERIFY_SIGNED_ASSERTION_NOT_REVOKED": (
        "ASSERTION_REVOKED",
        "This assertion has been revoked",
    ),
}
"""The pair (name, description) Badgr puts before a message; the last one was never recorded."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The JSON documents of one badge as they were fetched (or found embedded)."""

    assertion: JsonObject | None = None
    badge_class: JsonObject | None = None
    issuer: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a destination would answer to one submission.

    No `messages` and no `crash` means accepted. `crash` says that the server would fail (HTTP 500)
    for `crash_reason`. `open_badge_id` is the id under which the badge would be stored: the one the
    document declares wins over the address it was fetched from. `pending` says that the recipient
    matches only an unverified address, `recipient_address` which spelling matched, and
    `spelling_to_add` which spelling of a known address would match if it were added to the account.
    `assumed` are the addresses nobody asked, taken to be alive and unchanged.
    """

    messages: tuple[Message, ...] = ()
    crash: bool = False
    crash_reason: str | None = None
    open_badge_id: str | None = None
    assertion: Assertion | None = None
    documents: Documents = Documents()
    pending: bool = False
    recipient_address: str | None = None
    spelling_to_add: str | None = None
    assumed: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the destination would take the badge in."""
        return not self.messages and not self.crash

    @property
    def reason(self) -> str | None:
        """The most telling reason code (see `migrator.reasons.PRECEDENCE`), None when accepted."""
        codes = {message.reason for message in self.messages}
        if self.crash:
            codes.add(self.crash_reason or "server_error")
        return most_telling(codes)
