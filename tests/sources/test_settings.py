"""What a person sets for adapters: pairs, files, and mistakes in both."""

from __future__ import annotations

import json
import zipfile

import pytest

from migrator.errors import Usage
from migrator.sources.glimpse import Glimpse
from migrator.sources.place import Part, Selection, open_place
from migrator.sources.settings import gathered, settings_of


class Knowing:
    settings = {"wwwroot": "the address", "column.email": "the column", "sheets": "how many"}  # noqa: RUF012


ADAPTERS = (Knowing(), object())


def test_pairs_win_over_the_file_and_nested_names_are_joined(tmp_path):
    file = tmp_path / "mapping.json"
    file.write_text(json.dumps({"column": {"email": "Mail"}, "wwwroot": None, "sheets": 2}))
    found = gathered(["column.email = E-Mail=x"], file, ADAPTERS)
    assert found == {"column.email": "E-Mail=x", "wwwroot": "", "sheets": "2"}


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("wwwroot", "NAME=VALUE"),
        ("wwwrot=x", "Did you mean wwwroot?"),
        ("qqq=x", "There are: column.email, sheets, wwwroot."),
    ],
)
def test_a_mistake_in_a_pair_is_told_with_what_was_meant(pair, told):
    with pytest.raises(Usage, match=r".*") as error:
        gathered([pair], None, ADAPTERS)
    assert told in str(error.value)


@pytest.mark.parametrize("content", ["[]", "{", '{"sheets": true}', '{"sheets": [1]}'])
def test_a_file_that_is_no_mapping_is_refused_with_an_example(content, tmp_path):
    file = tmp_path / "mapping.json"
    file.write_text(content)
    with pytest.raises(Usage):
        gathered([], file, ADAPTERS)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Usage, match=r"mapping\.json cannot be read"):
        gathered([], tmp_path / "mapping.json", ADAPTERS)


def test_settings_reach_every_part_of_a_place(tmp_path):
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
        inner.writestr("a.csv", "x")
    with open_place(tmp_path) as place:
        place.settings = {"sheets": "1"}
        (member,) = place.members()
        with place.nested(member) as inside:
            assert inside.settings == {"sheets": "1"}
        seen = (Part(place, member), Selection(place, ()), Glimpse(place, 5))
        assert {one.settings["sheets"] for one in seen} == {"1"}
    assert settings_of(object()) == {}
