from __future__ import annotations

import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.sources.jsontext import JsonText

INSIDE = {"badges", "result", "data", "assertion"}


def is_one(value):
    return "id" in value


def items(data, **more):
    return list(JsonText(io.BytesIO(data), inside=INSIDE, is_one=is_one, **more))


def told(data, **more):
    return [(item.kind, item.where, item.value) for item in items(data, **more)]


def test_values_after_each_other_are_known_by_their_lines():
    assert told(b'{"id": 1}\n\n{"id": 2} {"id": 3}\r\nhello\n') == [
        ("json", "line 1", {"id": 1}),
        ("json", "line 3", {"id": 2}),
        ("json", "line 3, value 2", {"id": 3}),
        ("text", "line 4", "hello"),
    ]


def test_lists_are_gone_into_wherever_a_wanted_key_leads():
    data = {"ok": {"x": [1]}, "result": [{"id": 1}, {"assertion": {"id": 2}}], "data": ["x"]}
    assert told(json.dumps(data, indent=2).encode()) == [
        ("json", "item 1", {"id": 1}),
        ("json", "item 2, assertion", {"id": 2}),
        ("json", "item 3", "x"),
    ]


def test_an_object_that_is_looked_for_is_not_gone_into():
    assert told(b'{"id": 1, "data": [{"id": 2}]}')[0][2]["id"] == 1


def test_the_bytes_are_those_of_the_file():
    first, second = items(b'[ {"id" : 1.50},\n\t{"id":"\xc3\xa4\\u00e4"} ]')
    assert (first.data, second.data) == (b'{"id" : 1.50}', b'{"id":"\xc3\xa4\\u00e4"}')
    (latin,) = items(b'{"id":"\xe4"}')
    assert latin.data == b'{"id":"\xe4"}'


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_other_encodings_are_known_by_their_beginning(encoding):
    text = '[{"id": "ä"},\n {"id": "😀"}]'
    found = items(text.encode(encoding))
    assert [item.value for item in found] == [{"id": "ä"}, {"id": "😀"}]
    assert found[1].data in text.encode(encoding)
    assert json.loads(found[1].data) == {"id": "😀"}


def test_what_is_broken_is_passed_over_to_the_next_line_or_element():
    assert [item[:2] for item in told(b'{"id": 1}\n{"id": \n]\n{"id": 2}\nx\n{"id": 3}')] == [
        ("json", "line 1"),
        ("bad", "line 2"),
        ("json", "line 4"),
        ("text", "line 5"),
        ("json", "line 6"),
    ]
    broken = items(b'[{"id": 1}, {"id": oops, "x": 2}, {"id": 3}, "a')
    assert [item.where for item in broken] == ["item 1", "item 2", "item 3", "item 4"]
    assert broken[1].data == b'{"id": oops, "x": 2}'
    assert "a value is expected" in broken[1].value
    assert "ends in the middle" in broken[3].value


def test_a_text_that_ends_too_early_is_told_once():
    for data in (b'{"badges": [{"id": 1}, ', b'[{"id": 1}', b'{"badges": [{"id": 1}]'):
        kinds = [item.kind for item in items(data)]
        assert kinds == ["json", "bad"]
    assert [item.kind for item in items(b'{"badges": [{"id": 1}, {"id": 2')] == ["json", "bad"]


def test_what_is_too_deep_too_long_or_too_large_is_passed_over():
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    number = b'{"id": ' + b"9" * 5000 + b"}"
    large = b'{"id": "' + b"x" * 600_000 + b'"}'
    data = b"\n".join([deep, number, large, b'{"id": 1}', b"y" * 400_000])
    found = items(data, limit=300_000)
    assert [item.kind for item in found] == ["bad", "bad", "bad", "json", "bad"]
    assert max(len(item.data) for item in found) <= 1 << 16
    assert "nested deeper" in found[0].value
    assert "number" in found[1].value


def test_a_long_object_is_read_whole_unless_it_leads_to_a_list():
    long = {"id": 1, "image": "x" * 700_000}
    assert [item.where for item in items(json.dumps(long).encode())] == ["line 1"]
    listed = {"image": "x" * 700_000, "badges": [{"id": 1}, {"id": 2}]}
    assert [item.where for item in items(json.dumps(listed).encode())] == ["item 1", "item 2"]
    many = {"badges": [{"id": number, "x": "y" * 1000} for number in range(2000)]}
    assert len(items(json.dumps(many).encode())) == 2000


def test_damage_of_a_packed_file_is_kept():
    text = JsonText(io.BytesIO(gzip.compress(b'{"id": 1}\n' * 2000)[:-20]))
    assert list(text)
    assert text.damage


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text() | st.none())), st.booleans())
def test_any_list_of_objects_comes_back(values, lines):
    values = [{**value, "id": 1} for value in values]
    dumped = [json.dumps(value, ensure_ascii=False) for value in values]
    text = "\n".join(dumped) if lines else f"[{', '.join(dumped)}]"
    data = text.encode("utf-8", "surrogatepass")
    assert [json.loads(item.data) for item in items(data)] == values


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_or_stand_still(data):
    for prefix in (b"", b"[", b'{"badges": [', b'{"badges": '):
        assert len(items(prefix + data)) <= len(data) + 3


@pytest.mark.parametrize("open_ended", [b"[", b'{"badges":', b'{"badges":[', b'[{"badges":'])
def test_what_is_nested_without_end_is_told_and_not_followed(open_ended):
    kinds = {item.kind for item in items(open_ended * 5000)}
    assert kinds == {"bad"}


def test_a_key_that_is_no_text_breaks_its_object_and_nothing_else():
    found = items(b'{"badges": [{"id": 1}], {"a": 1}: 2}\n{"id": 3}\n')
    assert [one.value for one in found if one.kind == "json"] == [{"id": 1}, {"id": 3}]


def test_long_objects_in_lists_are_gone_into_without_holding_them():
    values = [{"id": number, "x": "y" * 300} for number in range(2000)]
    data = json.dumps([{"badges": values}, {"badges": [{"id": 9}]}]).encode()
    text = JsonText(io.BytesIO(data), inside=("badges",), is_one=lambda v: "id" in v, deep=True)
    assert [item.value for item in text] == [*values, {"id": 9}]
