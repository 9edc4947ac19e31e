from __future__ import annotations

from bs4 import BeautifulSoup

from migrator.web.plugin import inert

_ALIVE = ("script", "iframe", "object", "embed", "base", "meta[http-equiv]", "style", "template")


def test_hostile_names_are_text_wherever_they_are_shown(asking, filled, hostile_names):
    paths = [
        "/",
        *(f"/learner/{row['id']}" for row in filled.all("select id from learner")),
        *(f"/badge/{row['id']}" for row in filled.all("select id from assertion")),
        *(f"/class/{row['id']}" for row in filled.all("select id from badge_class")),
        *(f"/issuer/{row['id']}" for row in filled.all("select id from issuer")),
        *("/by/class", "/by/issuer", "/board/1/held/no_account", "/find?q=script", "/problems"),
        *("/archive/badge_class", "/archive/badge_overview", "/archive/learner"),
    ]
    shown = ""
    for path in paths:
        answer = asking.get(path)
        assert answer.status_code == 200, path
        page = BeautifulSoup(answer.text, "html.parser")
        shown += page.get_text()
        if not path.startswith("/archive"):
            for what in _ALIVE:
                found = [one for one in page.select(what) if one.get("src") != "/-/desk/live.js"]
                assert found == [], (path, what)
        for tag in page.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")], (path, tag)
            for name in ("href", "src", "action"):
                value = tag.get(name, "/")
                assert value.startswith(("/", "#", "?", "http://", "https://")), (path, value)
                if value.startswith(("http:", "https:")) and tag.name == "a":
                    assert tag["rel"] == ["noreferrer", "noopener"], (path, value)
        assert len(page.select("h1")) == 1
        assert "\u202e" not in answer.text, path
    for name in hostile_names:
        assert name.replace("\u202e", " ") in shown
    assert "49" not in [line.strip() for line in shown.splitlines()]


def test_what_is_searched_for_is_text_too(asking, hostile_names):
    for name in hostile_names:
        page = BeautifulSoup(asking.get("/find", params={"q": name}).text, "html.parser")
        assert page.select("script, img") == []
        assert page.select_one("#q")["value"] == name.replace("\u202e", " ")


def test_a_table_runs_nothing_in_a_spreadsheet(asking):
    text = asking.get("/by/class.csv").text
    for line in text.splitlines()[1:]:
        for cell in line.split(","):
            assert not cell.strip('"').startswith(("=", "+", "@"))


def test_only_signs_that_steer_are_taken_out():
    assert inert("a\u202eb\x1bc\nd\te") == "a b c\nd\te"
    assert inert(7) == 7
