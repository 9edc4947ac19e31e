"""Whose badge is it? Hashed recipients are matched against the addresses the archive knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from migrator.archive import recipients as store
from migrator.archive.archive import Archive
from migrator.archive.recipients import Owner
from migrator.openbadges.recipient import case_variants, hash_identity

HASHES_A_RUN = 2_000_000


def assign(archive: Archive, budget: int = HASHES_A_RUN) -> int:
    """Give badges with a hashed recipient and no learner to the learner whose address matches.

    Also to the learner of the account that an address was told for. Issuers salt each badge, or
    once for a whole site; addresses are hashed once per salt. `budget` is the number of hashes to
    spend; returns how many badges found their learner.
    """
    salts = _by_salt(store.unassigned(archive))
    spellings = sum(1 for _ in _spellings(archive)) if salts else 0
    found: list[tuple[int, str, Owner]] = []
    for (algorithm, salt), badges in salts.items():
        budget -= spellings
        if budget < 0:
            break
        wanted: dict[str, list[int]] = defaultdict(list)
        for assertion_id, hashed in badges:
            wanted[hashed].append(assertion_id)
        for spelling, address, owner in _spellings(archive):
            matching = wanted.get(hash_identity(spelling, algorithm, salt).lower(), ())
            found += [(assertion_id, address, owner) for assertion_id in matching]
    store.assign(archive, found)
    return len({assertion_id for assertion_id, _, _ in found})


def _spellings(archive: Archive) -> Iterator[tuple[str, str, Owner]]:
    for address, owner in store.addresses(archive):
        for spelling in case_variants(address):
            yield spelling, address, owner


def _by_salt(
    badges: list[tuple[int, str, str | None]],
) -> dict[tuple[str, str | None], list[tuple[int, str]]]:
    groups: dict[tuple[str, str | None], list[tuple[int, str]]] = defaultdict(list)
    for assertion_id, hashed, salt in badges:
        algorithm, dollar, _ = hashed.strip().lower().partition("$")
        if dollar and algorithm in ("md5", "sha1", "sha256", "sha512"):
            groups[algorithm, salt].append((assertion_id, hashed.strip().lower()))
    return groups
