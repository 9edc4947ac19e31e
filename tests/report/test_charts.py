from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from migrator.archive.board import Group, Hour
from migrator.archive.totals import DestinationTotal, StateTotal
from migrator.report.boards import board
from migrator.report.charts import Bar, Part, bars, columns, share
from migrator.report.facts import Destined


def boxes(svg, side):
    found = BeautifulSoup(svg, "html.parser").find_all("rect")
    return [float(one[side].removesuffix("%")) for one in found]


def test_bars_are_as_long_as_what_they_count():
    svg = bars("By state", [Bar("a", (Part("good", 300),)), Bar("b", (Part("wait", 100),))])
    long, short = boxes(svg, "width")
    assert long == 100
    assert long == pytest.approx(3 * short, abs=0.1)


def test_a_little_is_still_seen_and_nothing_is_not():
    parts = (Part("good", 1_000_000), Part("wait", 1), Part("stop", 0))
    wide, thin = boxes(bars("By state", [Bar("a", parts)]), "width")
    assert wide > 99
    assert thin == 0.4


def test_a_share_fills_its_line():
    svg = share("12 of 18", Bar("", (Part("good", 12), Part("stop", 0), Part("wait", 6))))
    assert boxes(svg, "x") == [0, 66.67]
    assert sum(boxes(svg, "width")) == pytest.approx(100)
    assert boxes(share("0 of 0", Bar("", ())), "x") == []


def test_columns_stand_on_their_axis():
    svg = columns("Over time", [Bar("1 May", (Part("good", 4), Part("stop", 2)))] * 100)
    rects = BeautifulSoup(svg, "html.parser").find_all("rect")
    assert float(rects[0]["y"]) + float(rects[0]["height"]) == 180
    assert float(rects[1]["y"]) + float(rects[1]["height"]) == float(rects[0]["y"])
    assert svg.count('class="tick"') <= 10


def test_labels_are_text_and_cut_where_they_are_long():
    svg = bars('"><script>', [Bar("<b>" + "x" * 90, (Part("good", 1),))])
    soup = BeautifulSoup(svg, "html.parser")
    assert soup.svg["aria-label"] == '"><script>'
    label = soup.find(class_="label").get_text()
    assert label.startswith("<b>xx")
    assert label.endswith("x…")


def test_nothing_makes_an_empty_chart():
    assert "<rect" not in bars("Nothing", [])
    assert "most: 1" in columns("Nothing", [])


def test_hours_become_days_and_months_where_they_are_too_many():
    def labels(moments):
        found = tuple(Hour(at, {"done": 1, "try_again": 2, "refused": 3}) for at in moments)
        destined = Destined(1, DestinationTotal("x", 0, (), 0, 0), (), found, ())
        soup = BeautifulSoup("".join(board(destined, 0)), "html.parser")
        assert "Arrived" in soup.get_text()
        return [one.get_text() for one in soup.select("svg .tick")][:-1]

    assert labels(["2026-05-01T09", "2026-05-01T10"]) == ["1 May 09h", "1 May 10h"]
    days = [f"2026-05-{day:02}T{hour:02}" for day in (1, 2) for hour in range(24)]
    assert labels([*days, "2026-05-03T01"]) == ["1 May", "2 May", "3 May"]
    many = [f"2026-{month:02}-{day:02}T01" for month in (1, 2) for day in range(1, 29)]
    assert labels(many) == ["2026-01", "2026-02"]


def test_the_smallest_issuers_are_counted_together():
    groups = tuple(Group(f"Issuer {n}", 1, (StateTotal("done", None, 1),)) for n in range(20))
    destined = Destined(1, DestinationTotal("x", 0, (), 0, 20), groups, (), ())
    soup = BeautifulSoup("".join(board(destined, 0)), "html.parser")
    last = soup.find_all("table")[-1].find_all("tr")[-1]
    assert [one.get_text() for one in last.find_all(["th", "td"])][:3] == ["8 others", "8", "8"]
