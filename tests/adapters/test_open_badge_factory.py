"""Awards of Open Badge Factory: put together from several answers, live and saved."""

from __future__ import annotations

import importlib.util
import json
from importlib import import_module
from pathlib import Path

import pytest

from migrator.errors import Incomplete, SignInFailed, SourceUnreadable
from migrator.sources.division import read_place
from migrator.sources.found import Bookmark, Found, Problem
from migrator.sources.place import open_place
from migrator.sources.recorded import RecordedWeb, recorded_place

OpenBadgeFactory = import_module("migrator.adapters.open_badge_factory").OpenBadgeFactory
data_image = import_module("migrator.adapters._obf_award").data_image


@pytest.fixture(scope="module")
def made():
    """The script that made the fixtures."""
    path = Path(__file__).parents[2] / "fixtures/open-badge-factory/make.py"
    spec = importlib.util.spec_from_file_location("make_obf", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def read(tmp_path):
    def read(files):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        with open_place(tmp_path) as place:
            return list(read_place(place, OpenBadgeFactory()))

    return read


@pytest.fixture
def live(made, tmp_path):
    """Read a recorded host, some of its answers replaced."""

    def live(replies, bookmark=None):
        (tmp_path / "live.json").write_text(made.live())
        place = recorded_place(tmp_path / "live.json")
        place.web.replies.update(replies)
        place.bookmark = bookmark
        return place, read_place(place, OpenBadgeFactory())

    return live


def badges(outcomes):
    return [one for one in outcomes if isinstance(one, Found)]


def codes(outcomes):
    return [one.code for one in outcomes if isinstance(one, Problem)]


def test_an_award_says_all_that_its_event_badge_and_issuer_say(made, read):
    files = {
        "a.json": made.page(made.recipient("EV1", "ada@example.org", revoked=True)),
        "b.json": made.page(made.event("EV1", "B1", expires_on=1900000000)),
        "c.json": json.dumps(made.badge("B1", "Welder", whole=True)),
        "d.json": json.dumps(made.CLIENT),
    }
    (found,) = read(files)
    document = json.loads(found.assertion)
    assert document["recipient"]["identity"] == found.holder == "ada@example.org"
    assert (document["issuedOn"], document["expires"]) == (
        "2019-04-01T00:00:00Z",
        "2030-03-17T17:46:40Z",
    )
    assert document["revoked"] is True
    assert document["badge"]["criteria"]["narrative"] == "# Weld"
    assert document["badge"]["alignment"][0]["targetUrl"] == "https://iso.example.org/1"
    assert document["badge"]["issuer"]["name"] == "Example School"
    unread = document["madeFromRows"]["unread"]
    assert unread["event"] == "Event EV1"
    assert json.loads(unread["log entry"])["course_name"] == "Welding"
    assert found.image.startswith(b"\x89PNG")
    assert found.hosted_url is None


def test_of_several_issuers_none_is_taken(made, read):
    files = {
        "a.json": made.page(made.recipient("EV1", "ada@example.org"), made.event("EV1", "B1")),
        "b.json": json.dumps([made.CLIENT, {**made.CLIENT, "id": "OTHER", "name": "Other"}]),
    }
    (found,) = badges(read(files))
    assert "issuer" not in json.loads(found.assertion)["badge"]


def test_files_of_others_are_left_to_them(made, tmp_path):
    (tmp_path / "a.json").write_text(
        made.page(made.recipient("EV1", "ada@example.org"), made.event("EV1", "B1"))
    )
    (tmp_path / "list.txt").write_text("https://issuer.example/3\n")
    (tmp_path / "gone.json").symlink_to(tmp_path / "a.json")
    with open_place(tmp_path) as place:
        assert OpenBadgeFactory().detect(place).whole
        outcomes = list(read_place(place))
    assert len(badges(outcomes)) == 2
    assert codes(outcomes) == ["link_not_followed"]


def test_rows_of_the_history_that_cannot_be_read_are_problems(made, read):
    rows = 'Welder,"Ada,1 April,,School,,\nWelder,bob@example.org,someday,,School,,x\n'
    outcomes = read({"badge_history.csv": made.HISTORY + rows})
    assert codes(outcomes) == ["row_unreadable", "row_unreadable"]


def test_a_date_that_is_none_is_kept_beside(made, read):
    (found,) = read(
        {"h.csv": made.HISTORY + "Welder,bob@example.org,someday,never,School,Course\n"}
    )
    assert json.loads(found.assertion)["madeFromRows"]["unread"] == {
        "issued from": "Course",
        "issued on": "someday",
        "expires by": "never",
    }


def test_the_badge_class_of_a_live_award_has_its_public_address(live):
    _, outcomes = live({})
    first = next(one for one in outcomes if isinstance(one, Found))
    badge = json.loads(first.assertion)["badge"]
    assert badge["id"] == "https://factory.example.org/v1/badge/_/B1.json"


def test_a_token_that_has_run_out_is_renewed_once(made, live):
    path = "GET /v2/badge/SCHOOL1?limit=1000&offset=0"
    place, outcomes = live({path: {"status": 401}})
    with pytest.raises(SignInFailed, match="HTTP 401"):
        list(outcomes)
    assert sum("oauth2/token" in asked for asked in place.web.asked) == 2


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ({"status": 400, "json": {"error": "invalid_client"}}, SignInFailed, "client secret"),
        ({"status": 200, "json": {}}, SourceUnreadable, "API v2"),
        ({"status": 503}, Incomplete, "later"),
    ],
)
def test_a_refusal_to_sign_in_says_what_to_do(made, live, answer, error, words):
    recorded = json.loads(made.live())["replies"]
    (path,) = (asked for asked in recorded if asked.startswith("POST"))
    _, outcomes = live({path: answer})
    with pytest.raises(error) as told:
        list(outcomes)
    assert words in str(told.value)
    assert "shh" not in str(told.value)


def test_many_pages_are_read_and_gone_on_with(made, live):
    path = "GET /v2/event/SCHOOL1/recipient?limit=1000&offset="
    first = [made.recipient("EV1", f"p{number}@example.org") for number in range(1000)]
    pages = {
        f"{path}0": {"json": {"result": first, "total": 1001}},
        f"{path}1000": {"json": {"result": [made.recipient("EV2", "last@example.org")]}},
    }
    _, outcomes = live(pages)
    outcomes = list(outcomes)
    assert len(badges(outcomes)) == 1001
    assert [one.at for one in outcomes if isinstance(one, Bookmark)] == ["1000", "1001"]
    _, rest = live(pages, bookmark="1000")
    assert [one.holder for one in badges(rest)] == ["last@example.org"]


def test_the_secret_is_nowhere_in_what_is_read(live):
    place, outcomes = live({})
    assert isinstance(place.web, RecordedWeb)
    assert "shh" not in repr(list(outcomes))


@pytest.mark.parametrize(
    ("url", "image"),
    [
        ("data:image/svg+xml,%3Csvg%20xmlns='x'/%3E", b"<svg xmlns='x'/>"),
        ("data:image/png;base64,@@@@", None),
        ("data:text/plain,hello", None),
        ("https://x.example/a.png", None),
        (None, None),
    ],
)
def test_pictures_in_addresses(url, image):
    assert data_image(url) == image
