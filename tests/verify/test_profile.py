from __future__ import annotations

from migrator.destinations import presets
from migrator.destinations.badgr.destination import Badgr
from migrator.verify.profile import BADGR, PROFILES, Known, named


def test_each_preset_has_a_profile_that_exists():
    names = {one.name for one in PROFILES}
    assert {one.profile for one in presets.PRESETS} <= names
    assert len(names) == len(PROFILES)


def test_the_profile_follows_from_the_address():
    assert Badgr("https://badges.school.example").capabilities.profile == BADGR.name
    for url, name in (
        ("https://api.badges.parchment.eu", "parchment"),
        ("https://api.openbadges.education", "open-educational-badges"),
    ):
        assert Badgr(url).capabilities.profile == name


def test_only_what_was_recorded_is_called_so_and_the_rest_says_what_is_assumed():
    recorded = [one.name for one in PROFILES if one.known is Known.RECORDED]
    assert recorded == [BADGR.name, "badge-connect"]
    for one in PROFILES:
        assert one.differences or one.known is Known.RECORDED
        assert one.fetches is (one.known not in (Known.SPECIFIED, Known.OURS))


def test_a_stranger_is_taken_to_be_as_badgr_server():
    assert named("somebody's") is BADGR
    assert named("parchment").title == "Parchment Digital Badges"
