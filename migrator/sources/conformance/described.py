"""Outcomes the way expected.json describes them, and the comparison with it.

expected.json holds "learners", "collections", "badges" and "problems" (a missing list is empty, a
missing key of an entry is not compared), or "source_unreadable" with a part of the sentence.
`"settings"` are what a person would set for the source.
`"detected": false` says that the source is not recognised, only read when its adapter is named.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.model import Unreadable
from migrator.sources.found import (
    Bookmark,
    Found,
    FoundCollection,
    FoundFile,
    FoundLearner,
    Lent,
    Outcome,
    Problem,
)

KINDS = ("learners", "collections", "badges", "problems")


def described(outcomes: Iterable[Outcome]) -> dict[str, list[dict[str, Any]]]:
    """Return outcomes by kind, each as expected.json has it."""
    told: dict[str, list[dict[str, Any]]] = {kind: [] for kind in (*KINDS, "files")}
    for outcome in outcomes:
        match outcome:
            case Problem():
                told["problems"].append(_problem(outcome))
            case Found():
                told["badges"].append(_badge(outcome))
            case FoundLearner():
                told["learners"].append(_learner(outcome))
            case FoundCollection():
                told["collections"].append(
                    {name: getattr(outcome, name) for name in FoundCollection.__dataclass_fields__}
                )
            case FoundFile():
                told["files"].append(_file(outcome))
            case Bookmark():
                pass
    return told


def differences(actual: dict[str, list[dict[str, Any]]], expected: dict[str, Any]) -> str:
    """Return what is not as expected, "" when all is."""
    for kind in KINDS:
        wanted = expected.get(kind, [])
        compared = [
            {key: entry.get(key) for key in want}
            for entry, want in zip(actual[kind], wanted, strict=False)
        ]
        if compared != wanted or len(actual[kind]) != len(wanted):
            whole = json.dumps(actual, indent=1, ensure_ascii=False)
            return f"the {kind} are not as expected; actually:\n{whole}"
    return ""


def _badge(found: Found) -> dict[str, Any]:
    return {
        "locator": found.locator,
        "holder": found.holder,
        "added_at": found.added_at,
        "deleted": found.deleted,
        "identity": _identity(found),
        "image": _digest(found.image) if found.image else None,
        "memberships": [
            [membership.collection_key, membership.position, membership.story]
            for membership in found.memberships
        ],
        "warnings": [_problem(warning) for warning in found.warnings],
    }


def _identity(found: Found) -> str:
    try:
        return read_badge(Pieces(*found.parts)).identity
    except Unreadable as error:
        return f"unreadable: {error}"


def _learner(found: FoundLearner) -> dict[str, Any]:
    return {"locator": found.locator, "addresses": list(found.addresses), "name": found.name}


def _problem(problem: Problem) -> dict[str, Any]:
    return {"locator": problem.locator, "code": problem.code, "severity": problem.severity.value}


def _file(found: FoundFile) -> dict[str, Any]:
    content = found.content
    digest = content.digest.hex()[:12] if isinstance(content, Lent) else _digest(content)
    return {"locator": found.locator, "content": digest}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
