from __future__ import annotations

import sys
import types
from importlib.metadata import EntryPoint

import pytest

from migrator import plugins
from migrator.errors import NotRecognised, Usage
from migrator.sources import registry
from migrator.sources.adapter import Match
from migrator.sources.place import open_place

HERE = "somebodys_adapters"


class Sure:
    name = "sure"
    title = "Sure"
    reads = "files that are sure"
    confidence = 90

    def detect(self, place):
        return Match(self.confidence, f"{self.name} thinks so.") if self.confidence else None

    def read(self, place):
        return iter(())


class Unsure(Sure):
    name = "unsure"
    confidence = 30


class Guessing(Sure):
    name = "guessing"
    confidence = 5


class Silent(Sure):
    name = "silent"
    confidence = 0


class Halved:
    name = "halved"


class Failing:
    def __init__(self):
        raise RuntimeError("no licence")


@pytest.fixture
def installed(monkeypatch):
    def install(**values):
        entries = [
            EntryPoint(name.replace("_", "-"), value, registry.GROUP)
            for name, value in values.items()
        ]
        monkeypatch.setattr(plugins, "entry_points", lambda group: entries)

    return install


@pytest.fixture
def place(tmp_path):
    (tmp_path / "thing.bin").write_bytes(b"thing")
    with open_place(tmp_path / "thing.bin") as opened:
        yield opened


def here(name):
    return f"{HERE}:{name}"


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    """Let entry points name the classes above, though tests are no package."""
    module = types.ModuleType(HERE)
    for made in (Sure, Unsure, Guessing, Silent, Halved, Failing):
        setattr(module, made.__name__, made)
    monkeypatch.setitem(sys.modules, HERE, module)


def test_the_adapters_that_come_with_us_all_load():
    known = registry.registry()
    assert known.broken == ()
    names = [adapter.name for adapter in registry.adapters()]
    assert names == sorted(names)
    assert {"baked-images", "mozilla-export"} <= set(names)


def test_the_surest_adapter_wins_and_the_others_are_named(installed, place):
    installed(unsure=here("Unsure"), sure=here("Sure"), silent=here("Silent"))
    known = registry.recognise(place)
    assert known.adapter.name == "sure"
    assert known.match == Match(90, "sure thinks so.")
    assert [adapter.name for adapter, _ in known.others] == ["unsure"]


def test_of_two_equally_sure_the_first_by_name_wins(installed, place, monkeypatch):
    monkeypatch.setattr(Unsure, "confidence", 90)
    installed(unsure=here("Unsure"), sure=here("Sure"))
    assert registry.recognise(place).adapter.name == "sure"


def test_an_unknown_place_is_told_what_was_looked_for_and_what_came_nearest(installed, place):
    installed(guessing=here("Guessing"), silent=here("Silent"), gone="no_such_module:Gone")
    with pytest.raises(NotRecognised) as caught:
        registry.recognise(place)
    text = str(caught.value)
    assert "thing.bin" in text
    assert "The nearest is guessing: guessing thinks so." in text
    assert "silent: files that are sure" in text
    assert "gone: cannot be used. ModuleNotFoundError" in text
    assert "--adapter NAME" in caught.value.next_step


def test_a_place_nobody_even_guesses_at_has_no_nearest(installed, place):
    installed(silent=here("Silent"))
    with pytest.raises(NotRecognised) as caught:
        registry.recognise(place)
    assert "nearest" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("no_such_module:Gone", "ModuleNotFoundError"),
        (here("Gone"), "AttributeError"),
        (here("Failing"), "RuntimeError: no licence"),
        (here("Halved"), "It has no title, reads, detect, read"),
        (here("Sure"), "It calls itself sure"),
    ],
)
def test_a_broken_adapter_is_named_and_stops_nobody(installed, value, why):
    installed(plugin=value, unsure=here("Unsure"))
    known = registry.registry()
    assert [adapter.name for adapter in known.usable] == ["unsure"]
    (broken,) = known.broken
    assert broken.name == "plugin"
    assert why in broken.why
    assert value in broken.why


def test_two_adapters_of_one_name_are_not_both_used(installed, monkeypatch):
    entries = [EntryPoint("sure", here(name), registry.GROUP) for name in ("Sure", "Unsure")]
    monkeypatch.setattr(Unsure, "name", "sure")
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries)
    known = registry.registry()
    assert len(known.usable) == 1
    assert "Another one has this name" in known.broken[0].why


def test_an_adapter_is_found_by_its_name(installed):
    installed(sure=here("Sure"))
    assert registry.adapter_named("sure").title == "Sure"


def test_a_misspelt_name_is_told_the_nearest(installed):
    installed(sure=here("Sure"), silent=here("Silent"))
    with pytest.raises(Usage, match="Did you mean silent") as caught:
        registry.adapter_named("Silnt")
    assert caught.value.exit_code == 2
    with pytest.raises(Usage, match="There are: silent, sure"):
        registry.adapter_named("xyz")


def test_a_broken_adapter_asked_for_by_name_says_why(installed):
    installed(plugin="no_such_module:Gone")
    with pytest.raises(Usage, match="cannot be used: ModuleNotFoundError"):
        registry.adapter_named("plugin")
