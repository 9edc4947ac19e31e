"""What `badge-migrator accounts` tells programs (`--json`)."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from migrator.archive import matching as store
from migrator.archive.accounts import SavedDestination
from migrator.archive.archive import Archive
from migrator.archive.matching import Matching
from migrator.cli.cohort import Keeping, next_of_account, next_of_learner
from migrator.transfer.cohort import Checked, End, Imported


def import_facts(
    saved: SavedDestination, imported: Imported, joined: int, keeping: Keeping, matching: Matching
) -> dict[str, object]:
    """Return what an import came to, for programs."""
    return {
        "destination": saved.name,
        "lines": imported.lines,
        "read": imported.good,
        "bad": imported.bad,
        "bad_lines": [{"line": one.number, "why": one.sentence} for one in keeping.bad],
        **asdict(imported.told),
        "recognised": imported.recognised,
        "joined": joined,
        "passwords": keeping.passwords,
        "matching": asdict(matching),
    }


def list_facts(
    opened: Archive, saved: SavedDestination, matching: Matching, limit: int | None
) -> dict[str, object]:
    """Return the lists for programs."""
    return {
        "destination": saved.name,
        "matching": asdict(matching),
        "accounts": [
            {**asdict(one), "next": next_of_account(saved, one)}
            for one in store.accounts(opened, limit)
        ],
        "without_account": [
            {**asdict(one), "next": next_of_learner(saved, one)}
            for one in store.unmatched(opened, limit)
        ],
    }


def check_facts(
    saved: SavedDestination, ended: list[Checked], matching: Matching
) -> dict[str, object]:
    """Return what the sign-ins came to, for programs."""
    counted = Counter(one.end for one in ended)
    return {
        "destination": saved.name,
        "accounts": len(ended),
        "ends": {end: counted[end] for end in End},
        "not_signed_in": [asdict(one) for one in ended if one.sentence],
        "matching": asdict(matching),
    }
