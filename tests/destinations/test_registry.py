"""What a person's name for a destination means, and what is said when it means nothing."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from migrator import plugins
from migrator.destinations import presets, registry
from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import Input
from migrator.errors import Usage


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("badgr:us", "https://api.badges.parchment.com"),
        ("badgr:EU", "https://api.badges.parchment.eu"),
        ("BADGR:sg", "https://api.badges.parchment.sg"),
        ("badgr:badgr.io", "https://api.badges.parchment.com"),
        ("badgr:eu.badgr.io", "https://api.badges.parchment.eu"),
        ("badgr:oeb", "https://api.openbadges.education"),
        (" badgr:https://Badges.School.org/ ", "https://badges.school.org"),
        ("badgr:https://school.org/badgr/v2", "https://school.org/badgr"),
        ("badgr:https://school.org/o/token", "https://school.org"),
        ("badgr:https://school.org/v2/backpack/import/", "https://school.org"),
        ("badgr:http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("badgr:http://localhost:8000/", "http://localhost:8000"),
        ("badgr:http://[::1]:8000", "http://[::1]:8000"),
        ("badgr:https://api.badgr.io", "https://api.badgr.io"),
    ],
)
def test_a_name_means_one_address(text, url):
    destination = registry.resolve(text)
    assert (destination.kind, destination.url) == ("badgr", url)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("badgr", "Write one of badgr:us, badgr:eu"),
        ("badgr:", "badgr:https://your.backpack"),
        ("badger:eu", "Did you mean badgr:eu?"),
        ("badger", "Write one of badgr:us"),
        ("eu", "Did you mean badgr:eu?"),
        ("", "There are these kinds: "),
        ("credly:us", "See: badge-migrator destinations"),
        ("files", "Write files:PATH, such as files:~/badges."),
        ("files:", "Write files:PATH"),
        ("https://api.badgr.io", "Try badgr:https://api.badgr.io"),
        ("badgr:eub", "Did you mean badgr:eu?"),
        ("badgr:zzz", "Write one of badgr:us"),
        ("badgr:badges.school.org", "Did you mean badgr:https://badges.school.org?"),
        ("badgr:fr.badgr.io", "Did you mean badgr:https://fr.badgr.io?"),
        ("badgr:http://school.org", "Use https: badgr:https://school.org"),
        ("badgr:http://localhost.school.org", "Use https"),
        ("badgr:ftp://school.org", "neither a name we know nor an https:// address"),
        ("badgr:https://", "neither a name we know nor an https:// address"),
        ("badgr:https://[::1", "neither a name we know nor an https:// address"),
        ("badgr:https://school.org:port", "neither a name we know nor an https:// address"),
        ("badgr:https://school.org/?next=x", "Leave out ? and #"),
        ("badgr:https://school.org/#home", "Leave out ? and #"),
    ],
)
def test_what_means_nothing_is_answered_with_what_was_meant(text, advice):
    with pytest.raises(Usage) as wrong:
        registry.resolve(text)
    assert advice in str(wrong.value)


def test_a_password_in_an_address_is_not_repeated():
    with pytest.raises(Usage) as wrong:
        registry.resolve("badgr:https://ann:s3cret@school.org")
    assert "s3cret" not in str(wrong.value)
    assert "say who you are with --as: badgr:https://school.org" in str(wrong.value)


def test_the_kinds_that_are_installed_have_a_name_and_a_title():
    found = {kind.kind: kind.title for kind in registry.destinations()}
    assert found["badgr"] == "Badgr-compatible backpacks"
    assert found["badge-connect"].startswith("Backpacks that speak Badge Connect")


def test_each_kind_says_how_it_is_typed():
    found = {kind.kind: registry.typed(kind) for kind in registry.destinations()}
    assert found["badgr"] == "badgr:https://..."
    assert found["files"] == "files:PATH"


def test_no_two_presets_share_a_name_or_an_address():
    names = [name for one in presets.PRESETS for name in one.names]
    assert len(names) == len(set(names))
    assert len({one.url for one in presets.PRESETS}) == len(presets.PRESETS)
    assert all(name == name.lower() for name in names)


def test_shared_services_are_asked_politely_and_your_own_as_fast_as_it_can():
    assert Badgr("https://api.badges.parchment.eu/").capabilities.requests_per_minute == 90
    assert Badgr("https://badges.school.org").capabilities.requests_per_minute is None


def test_a_service_that_takes_no_bare_signature_says_so():
    assert Input.JWS not in Badgr("https://api.openbadges.education").capabilities.inputs
    assert Badgr("https://badges.school.org").capabilities.inputs == set(Input) - {Input.DOCUMENT}


class Nameless:
    kind = "nameless"


class Liar:
    kind, title = "other", "Says another name"


@pytest.fixture
def installed(monkeypatch):
    """Registers destinations by value, under a name each, beside ours."""

    def install(**values):
        ours = EntryPoint("badgr", "migrator.destinations.badgr.destination:Badgr", registry.GROUP)
        made = [EntryPoint(name, value, registry.GROUP) for name, value in values.items()]
        monkeypatch.setattr(plugins, "entry_points", lambda group: [ours, *made])

    return install


def test_a_broken_destination_is_named_and_stops_nobody(installed, monkeypatch):
    monkeypatch.setattr(registry, "Nameless", Nameless, raising=False)
    monkeypatch.setattr(registry, "Liar", Liar, raising=False)
    here = "migrator.destinations.registry"
    installed(gone="no_such_module:X", nameless=f"{here}:Nameless", liar=f"{here}:Liar")
    loaded = registry.registry()
    assert [kind.kind for kind in loaded.usable] == ["badgr"]
    why = {broken.name: broken.why for broken in loaded.broken}
    assert "ModuleNotFoundError" in why["gone"]
    assert "It has no title" in why["nameless"]
    assert "It calls itself other" in why["liar"]
    with pytest.raises(Usage, match="cannot be used: ModuleNotFoundError"):
        registry.resolve("gone:https://x.org")


def test_of_two_destinations_with_one_name_the_second_is_refused(monkeypatch):
    value = "migrator.destinations.badgr.destination:Badgr"
    twice = [EntryPoint("badgr", value, registry.GROUP)] * 2
    monkeypatch.setattr(plugins, "entry_points", lambda group: twice)
    loaded = registry.registry()
    assert len(loaded.usable) == 1
    assert "Another one has this name" in loaded.broken[0].why


def test_the_documented_table_is_the_table_of_presets():
    page = Path(__file__).parents[2] / "docs" / "destinations.md"
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if "| `badgr:" in line]
    assert rows == [
        f"| `{one.kind}:{one.name}` | {one.title} | {one.url} | {', '.join(one.aliases)} |"
        for one in presets.PRESETS
    ]
