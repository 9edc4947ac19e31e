"""Each fixture folder yields what its expected.json says, no more and no less.

expected.json holds "learners", "collections", "badges" and "problems" (a missing list is empty, a
missing key of an entry is not compared), or "source_unreadable" with a part of the sentence.
`"detected": false` says that the source is not recognised, only read when its adapter is named.
"""

from __future__ import annotations

import json

import pytest

from migrator.errors import SourceUnreadable
from migrator.sources.place import open_place

KINDS = ("learners", "collections", "badges", "problems")


def test_a_fixture_yields_what_is_expected(case, described):
    if "source_unreadable" in case.expected:
        with pytest.raises(SourceUnreadable, match=case.expected["source_unreadable"]):
            _outcomes(case)
        return
    actual = described(_outcomes(case))
    whole = json.dumps(actual, indent=1, ensure_ascii=False)
    for kind in KINDS:
        expected = case.expected.get(kind, [])
        compared = [
            {key: entry[key] for key in wanted}
            for entry, wanted in zip(actual[kind], expected, strict=False)
        ]
        assert compared == expected, f"actually:\n{whole}"
        assert len(actual[kind]) == len(expected), f"actually:\n{whole}"


def test_a_good_fixture_has_no_problem_and_a_bad_one_has(case):
    if "source_unreadable" in case.expected:
        assert case.folder.parent.name == "bad"
        return
    problems = case.expected.get("problems", [])
    warnings = [w for badge in case.expected.get("badges", []) for w in badge.get("warnings", [])]
    severities = {problem["severity"] for problem in [*problems, *warnings]}
    worst = "bad" if "problem" in severities else "warn" if severities else "good"
    assert case.folder.parent.name == worst


def test_every_adapter_has_good_and_bad_fixtures(adapter, cases):
    kinds = {case.folder.parent.name for case in cases if case.adapter.name == adapter.name}
    assert {"good", "bad"} <= kinds


def _outcomes(case):
    with open_place(case.input) as place:
        return list(case.adapter.read(place))
