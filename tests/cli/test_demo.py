from __future__ import annotations

import pytest


@pytest.mark.timeout(120)
def test_the_demo_shows_the_whole_journey(run, start, tmp_path):
    process = start("demo", "--folder", tmp_path / "shown")
    out, err = process.communicate(timeout=110)
    assert process.returncode == 0, out + err
    for words in ("^C", "(killed)", "12 badges arrived, 0 of them twice", "missing: 0."):
        assert words in out
    assert (tmp_path / "shown" / "report.html").read_text(encoding="utf-8").startswith("<!doctype")
    totals = run("status", "--archive", tmp_path / "shown" / "badge-archive.db", "--json").json
    assert totals["badges"] == 18


def test_a_folder_with_something_else_in_it_is_left_alone(run, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "me.jpg").write_bytes(b"me")
    assert "--folder" in run("demo", "--folder", tmp_path / "photos", expected=2).err
    assert (tmp_path / "photos" / "me.jpg").read_bytes() == b"me"
