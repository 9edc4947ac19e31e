"""The adapter strangers copy works as it stands."""

from __future__ import annotations

from importlib import import_module

import pytest

from migrator.sources.division import read_place
from migrator.sources.place import Limits, open_place

BadgeUrls = import_module("migrator.adapters._template").BadgeUrls


@pytest.mark.parametrize(
    ("data", "confidence"),
    [(b"https://issuer.example/1\n", 90), (b"\xef\xbb\xbf\r\nhttp://x\n", 90), (b"notes", 30)],
)
def test_detect_is_as_sure_as_its_evidence(tmp_path, data, confidence):
    (tmp_path / "a.badgeurls").write_bytes(data)
    with open_place(tmp_path / "a.badgeurls") as place:
        assert BadgeUrls().detect(place).confidence == confidence


def test_what_cannot_be_opened_is_no_match_and_one_problem(tmp_path):
    (tmp_path / "list.txt").write_text("https://issuer.example/1")
    (tmp_path / "a.badgeurls").symlink_to(tmp_path / "list.txt")
    with open_place(tmp_path) as place:
        assert BadgeUrls().detect(place) is None
        codes = [outcome.code for outcome in read_place(place, BadgeUrls())]
    assert codes == ["link_not_followed", "unknown_file"]


def test_a_list_over_the_limit_is_one_problem(tmp_path):
    (tmp_path / "a.badgeurls").write_text("https://issuer.example/1\n" * 100)
    with open_place(tmp_path, limits=Limits(member_bytes=100)) as place:
        assert [o.code for o in BadgeUrls().read(place)] == ["too_large"]
