"""Values with what stands around them, also where that stands behind the list."""

from __future__ import annotations

import io

from migrator.sources.jsonaround import JsonAround

DATA = b"""{"kind": "export", "classes": [
  {"name": "Welder", "awards": [{"to": 1}, {"to": 2}]},
  {"awards": [{"to": 3}], "name": "Painter"},
  {"awards": [4, {"to": 5}
"""


def test_each_value_knows_what_it_stands_in():
    def read():
        inside = ("classes", "awards")
        return JsonAround(io.BytesIO(DATA), inside=inside, is_one=lambda v: "to" in v, deep=True)

    around = read()
    list(around)
    assert around.fields == [{"kind": "export"}, {"name": "Welder"}, {"name": "Painter"}, {}]
    assert around.path == []
    again = read()
    told = [(item.value, list(again.path)) for item in again if item.kind == "json"]
    assert told == [
        ({"to": 1}, [0, 1]),
        ({"to": 2}, [0, 1]),
        ({"to": 3}, [0, 2]),
        (4, [0, 3]),
        ({"to": 5}, [0, 3]),
    ]
