from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from migrator.archive.books import Counts
from migrator.archive.totals import DestinationTotal, StateTotal
from migrator.report.words import (
    STATE_WORDS,
    badges,
    called,
    day,
    found_balance,
    masked,
    number,
    plain,
    told_apart,
    transfer_balance,
)

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_PART = st.text("abcXYZ019.!#$%&'*+/=?^_`{|}~-é日", min_size=1, max_size=12)
_DOMAIN = st.lists(st.text("abc09-", min_size=1, max_size=6), min_size=1, max_size=3).map(".".join)


def test_numbers_and_days_are_written_for_people():
    assert (number(1219), badges(1), badges(0), badges(1219)) == (
        "1,219",
        "1 badge",
        "0 badges",
        "1,219 badges",
    )
    assert (day("2015-04-30T10:00:00Z"), day(None), day("")) == ("2015-04-30", "", "")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("maria@example.org", "m***@example.org"),
        ("Maria Garcia <maria@example.org>, a@b", "Maria Garcia <m***@example.org>, a***@b"),
        ("mailto:maria@example.org", "mailto:m***@example.org"),
        ("https://x.org/?email=maria%40example.org", "https://x.org/?email=m***%40example.org"),
        ('"maria garcia"@example.org', "****@example.org"),
        ("a@b@c", "a***@b***@c"),
        ("@", "***@"),
        ("o'brien@example.org", "o'b***@example.org"),
        ("nothing here", "nothing here"),
        ("", ""),
    ],
)
def test_addresses_are_masked_wherever_they_stand(text, hidden):
    assert masked(text) == hidden


@given(_TEXT, _PART, _DOMAIN, st.sampled_from(["@", "%40"]), _TEXT)
def test_no_address_survives_masking(before, name, domain, at, after):
    assume(set(name) != {"*"})  # a name of the sign that hides it looks the same hidden
    address = f"{name}{at}{domain}"
    shown = masked(f"{before} {address} {after}")
    assert address not in shown.split()
    assert f"{name}@{domain}" not in shown
    assert masked(f"<{address}>") != f"<{address}>"


@given(_TEXT.filter(lambda text: "@" not in text and "%40" not in text))
def test_a_text_without_addresses_stays_as_it_is(text):
    assert masked(text) == text


@pytest.mark.no_cover  # what it measures is time
@pytest.mark.timeout(10)
@pytest.mark.parametrize("part", ["a", "@", "a:", "/", '"', "%40", "a@"])
def test_masking_a_long_hostile_text_takes_no_time(part):
    assert masked(part * 200_000 + ":@").endswith("@")


@given(st.text(max_size=50))
def test_plain_text_cannot_steer_a_terminal(text):
    shown = plain(text)
    assert shown.isprintable()
    assert len(shown) == len(text)
    assert plain(shown) == shown


@pytest.mark.parametrize(
    "steering", ["\x1b[2J", "\r", "\n", "\x07", "\u202e", "\u2028", "\x9b", "\0"]
)
def test_every_kind_of_steering_is_taken_out(steering):
    assert plain(f"a{steering}b").replace(" ", "") == "a" + steering[1:].strip() + "b"


@given(*[st.integers(0, 10**6)] * 3)
def test_the_balance_of_a_reading_is_a_sum_that_adds_up(archived, known, problems):
    counts = Counts(archived + known + problems, archived, known, problems)
    line = found_balance(counts)
    found, rest = line.split(" found = ")
    parts, missing = rest.split("; missing: ")
    assert as_number(found) == sum(as_number(part) for part in parts.split(" + "))
    assert missing == "0."


def as_number(text):
    return int(text.split()[0].replace(",", ""))


@given(
    st.dictionaries(st.sampled_from(list(STATE_WORDS)), st.integers(1, 10**6)),
    st.integers(0, 10**6),
    st.integers(-3, 3),
)
def test_the_balance_of_a_destination_is_a_sum_and_says_what_is_missing(states, unplanned, missing):
    total = DestinationTotal(
        "memory:x",
        1,
        tuple(StateTotal(state, None, count) for state, count in states.items()),
        unplanned,
        sum(states.values()) + unplanned + missing,
    )
    line = transfer_balance(total)
    whole, rest = line.split(" = ")
    parts, said = rest.split("; missing: ")
    assert as_number(whole) == sum(as_number(part) for part in parts.split(" + ")) + missing
    assert said == f"{missing}."
    assert total.missing == missing


def test_backpacks_are_called_by_their_host_unless_two_have_one():
    one, other, third = "badgr:https://a.example", "connect:https://a.example/v1", "files:kept"
    assert told_apart([one]) == {one: "a.example"}
    assert told_apart([one, other, third]) == {one: one, other: other, third: third}
    assert called("badgr:https://[") == "badgr:https://["
