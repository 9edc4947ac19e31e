"""Whose badge is it? Hashed recipients are matched against the addresses the archive knows."""

from __future__ import annotations

from collections import defaultdict

from migrator.archive import recipients as store
from migrator.archive.archive import Archive
from migrator.openbadges.recipient import case_variants, hash_identity

HASHES_A_RUN = 2_000_000


def assign(archive: Archive, budget: int = HASHES_A_RUN) -> int:
    """Give badges with a hashed recipient and no learner to the learner whose address matches.

    Issuers salt each badge, or once for a whole site; addresses are hashed once per salt. `budget`
    is the number of hashes to spend; returns how many badges found their learner.
    """
    spellings = [
        (variant, learner)
        for value, learner in store.addresses(archive)
        for variant in case_variants(value)
    ]
    found: list[tuple[int, int]] = []
    for (algorithm, salt), badges in _by_salt(store.unassigned(archive)).items():
        budget -= len(spellings)
        if budget < 0:
            break
        whose = {
            hash_identity(spelling, algorithm, salt).lower(): learner
            for spelling, learner in spellings
        }
        for assertion_id, hashed in badges:
            learner = whose.get(hashed)
            if learner is not None:
                found.append((assertion_id, learner))
    store.assign(archive, found)
    return len(found)


def _by_salt(
    badges: list[tuple[int, str, str | None]],
) -> dict[tuple[str, str | None], list[tuple[int, str]]]:
    groups: dict[tuple[str, str | None], list[tuple[int, str]]] = defaultdict(list)
    for assertion_id, hashed, salt in badges:
        algorithm, dollar, _ = hashed.strip().lower().partition("$")
        if dollar and algorithm in ("md5", "sha1", "sha256", "sha512"):
            groups[algorithm, salt].append((assertion_id, hashed.strip().lower()))
    return groups
