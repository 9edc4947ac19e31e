"""Every fate of an address: what became of what stood there, what next, and who can do it.

One table for `verify`, `recover`, the plan and docs/verify.md. A fate is chosen by
`migrator.verify.hosts.finding` and kept as the outcome of a live web answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from migrator.reasons import Who


class Sort(StrEnum):
    """What a fate means for us: there, no longer there, or to be asked again later.

    HOPELESS is not there either, and no web archive can have it.
    """

    SERVED = "served"
    LOST = "lost"
    LATER = "later"
    HOPELESS = "hopeless"


@dataclass(frozen=True, slots=True)
class Fate:
    """One entry of the table; the sentences are read out.

    `title` follows a number of badges, or the name of a part. `error` is the error of the `Answer`
    it was (see `migrator.verify.answers`), "" where there was an HTTP status.
    """

    code: str
    sort: Sort
    who: Who
    title: str
    sentence: str
    next_step: str
    error: str = ""

    @property
    def lost(self) -> bool:
        """Whether the host no longer has it, so that a web archive is worth asking."""
        return self.sort is Sort.LOST

    @property
    def later(self) -> bool:
        """Whether it is asked again in the next run, however fresh the answer is."""
        return self.sort is Sort.LATER

    @property
    def served(self) -> bool:
        """Whether the host still serves it."""
        return self.sort is Sort.SERVED


_RECOVER = "Run `recover` to look for a saved copy; ask the issuer to put the document back."
_LATER = "Nothing to do: run `verify` again later, and it is asked again."

# In the order in which a report names them, and in which one fate of a badge hides another.
# fmt: off
_ROWS: tuple[tuple[str, Sort, Who, str, str, str, str], ...] = (
    ("revoked", Sort.SERVED, Who.ISSUER, "revoked by the issuer",
     "The issuer has taken the badge back.",
     "Only the issuer can award it again.", ""),
    ("no_such_host", Sort.LOST, Who.ISSUER, "on a host that no longer exists (no such name)",
     "There is no web site under this name any more.",
     _RECOVER, "dns"),
    ("host_silent", Sort.LOST, Who.ISSUER, "on a host that does not answer (nobody there)",
     "The name still exists, but no web server answers under it.",
     _RECOVER, "refused"),
    ("host_insecure", Sort.LOST, Who.ISSUER, "on a host nobody can trust (its certificate)",
     "The web site's certificate has run out or is somebody else's, so nobody can trust it.",
     "Ask the issuer to renew the certificate; `recover` looks for a saved copy.", "tls"),
    ("gone", Sort.LOST, Who.ISSUER, "gone from its host",
     "The host answers, but says that nothing is at this address.",
     _RECOVER, ""),
    ("parked", Sort.LOST, Who.ISSUER, "replaced by a web page (parked)",
     "The address shows a web page instead: the domain was sold or parked, or the site rebuilt.",
     _RECOVER, ""),
    ("not_a_badge", Sort.LOST, Who.ISSUER, "replaced by other data (no badge document)",
     "The address answers with data, but it is not the badge document that stood there.",
     _RECOVER, ""),
    ("not_a_document", Sort.LOST, Who.ISSUER, "damaged (no JSON any more)",
     "The address answers with something that backpacks cannot read.",
     "Tell the issuer what is wrong with the file; `recover` looks for a sound copy.", ""),
    ("not_a_picture", Sort.LOST, Who.ISSUER, "without the picture that stood there",
     "The picture's address answers with something that is no picture we know.",
     _RECOVER, ""),
    ("forbidden", Sort.LOST, Who.ISSUER, "closed to the public",
     "The host does not show the document to the public.",
     "Ask the issuer to make the address public again; `recover` looks for a saved copy.", ""),
    ("circles", Sort.LOST, Who.ISSUER, "at an address that leads in circles",
     "The address sends on to others without end, so nobody ever arrives.",
     "Ask the issuer to repair the redirects; `recover` looks for a saved copy.", "redirects"),
    ("too_large", Sort.LOST, Who.ISSUER, "too large to be badge data",
     "The answer is larger than any badge document or picture; it was not read to its end.",
     "Ask the issuer what became of the document; `recover` looks for a saved copy.", "too_large"),
    ("blocked", Sort.HOPELESS, Who.ISSUER, "at no address of the public web",
     "The address is not on the public web, so neither we nor a backpack asks it.",
     "Ask the issuer where the document is published.", "blocked"),
    ("no_answer", Sort.LATER, Who.NOBODY, "without an answer in time",
     "The host takes the question and does not answer in time.",
     _LATER, "timeout"),
    ("endless", Sort.LATER, Who.NOBODY, "with an answer that never ends",
     "The host begins to answer and does not come to an end.",
     _LATER, "timeout"),
    ("down", Sort.LATER, Who.NOBODY, "on a host that is down for now",
     "The host has trouble of its own at the moment.",
     _LATER, "reset"),
    ("limited", Sort.LATER, Who.NOBODY, "on a host that asked us to slow down",
     "The host has had enough questions for now.",
     _LATER, ""),
    ("changed", Sort.SERVED, Who.ISSUER, "alive, but changed",
     "The host still serves the document, but it no longer says what the archive holds.",
     "Both are kept. Look at what has changed: a backpack takes what is served today.", ""),
    ("moved", Sort.SERVED, Who.NOBODY, "alive at another address",
     "The address leads on to another one, and the document is there.",
     "Nothing to do: backpacks follow it.", ""),
    ("alive", Sort.SERVED, Who.NOBODY, "alive and unchanged",
     "The host serves what the archive holds.",
     "Nothing to do.", ""),
)
# fmt: on

FATES: dict[str, Fate] = {
    code: Fate(code, sort, who, title, sentence, next_step, error)
    for code, sort, who, title, sentence, next_step, error in _ROWS
}
LOST = frozenset(code for code, fate in FATES.items() if fate.lost)
"""What `recover` looks for."""
LATER = frozenset(code for code, fate in FATES.items() if fate.later)
"""What is asked again in the next run."""
SERVED = frozenset(code for code, fate in FATES.items() if fate.served)
"""What the host still serves, a revocation among it."""


def most_telling(codes: set[str]) -> str | None:
    """Return the fate that says most about a badge of several addresses, None without any."""
    return next((code for code in FATES if code in codes), None)
