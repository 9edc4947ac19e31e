"""What the web answered is kept each time, and the newest comes back whole."""

from pathlib import Path

from migrator.archive.archive import Archive
from migrator.archive.web.answers import WebAnswer, keep, latest

URL = "https://badges.example.org/a/1"


def opened(tmp_path: Path) -> Archive:
    return Archive.open(tmp_path / "a.db", clock=lambda: "2026-11-23T10:00:00.000Z")


def test_an_answer_comes_back_with_every_field_and_its_body(tmp_path: Path) -> None:
    answer = WebAnswer(
        *(URL, "wayback", "assertion", "recovered", "2026-11-20T00:00:00Z", "2019-01-01T00:00:00Z"),
        status=200,
        final_url="https://other.example.org/a/1",
        media_type="application/json",
        etag='"x"',
        last_modified="Mon, 23 Nov 2026 10:00:00 GMT",
        body=b'{"a": "\xc3\xa9"}\r\n',
        detail="more",
    )
    with opened(tmp_path) as archive:
        keep(archive, [answer])
        assert latest(archive, URL, "wayback") == answer


def test_the_newest_asking_wins_and_the_earlier_stay(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, [WebAnswer(URL, "live", "assertion", "alive", body=b"{}")])
        keep(archive, [WebAnswer(URL, "live", "assertion", "gone", "2026-11-24T00:00:00Z")])
        keep(archive, [WebAnswer(URL, "live", "assertion", "down", "2026-01-01T00:00:00Z")])
        found = latest(archive, URL)
        assert found is not None
        assert (found.outcome, found.asked_at) == ("gone", "2026-11-24T00:00:00Z")
        assert len(archive.all("select * from web_answer")) == 3


def test_of_two_at_the_same_moment_the_later_row_wins(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, [WebAnswer(URL, "live", "key", word) for word in ("alive", "gone")])
        found = latest(archive, URL, "live")
        assert found is not None
        assert (found.outcome, found.asked_at) == ("gone", "2026-11-23T10:00:00.000Z")


def test_only_the_named_origins_answer(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, [WebAnswer(URL, "warc", "image", "recovered", body=b"\x89PNG")])
        assert latest(archive, URL) is None
        assert latest(archive, URL, "wayback", "live") is None
        found = latest(archive, URL, "wayback", "warc")
        assert found is not None
        assert found.body == b"\x89PNG"


def test_the_same_body_is_kept_once(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, [WebAnswer(f"{URL}{n}", "live", "issuer", "alive", body=b"x") for n in "ab"])
        assert len(archive.all("select * from document")) == 1
        keep(archive, [WebAnswer(URL, "live", "issuer", "alive", body=b"")])
        found = latest(archive, URL)
        assert found is not None
        assert found.body == b""
