"""A live source as a person meets it, played by a server on this machine."""

from __future__ import annotations

import pytest

from migrator.cli.live import PatientWeb, live_source, password
from migrator.errors import Usage
from migrator.net import Client, Unreachable
from migrator.net.reply import Reply

EMAIL = "maria@example.org"


def badge(number):
    return {"hostedUrl": f"https://issuer.example/{number}", "assertion": {"uid": str(number)}}


def badges(count, group):
    return [badge(group * 100 + number) for number in range(count)]


@pytest.fixture
def backpack(httpserver):
    """A host with an account that has two collections of three badges."""

    def groups(status=200, second=200):
        httpserver.clear()
        account = {"status": "okay", "email": EMAIL, "userId": 7}
        httpserver.expect_request(
            "/displayer/convert/email", method="POST", data=b"email=maria%40example.org"
        ).respond_with_json(account, status=status)
        listed = [{"groupId": number, "name": f"No {number}", "badges": 3} for number in (1, 2)]
        path = "/displayer/7/groups.json"
        httpserver.expect_request(path).respond_with_json({"userId": 7, "groups": listed})
        for number, answer in ((1, 200), (2, second)):
            path = f"/displayer/7/group/{number}.json"
            found = {"userId": 7, "groupId": number, "badges": badges(3, number)}
            httpserver.expect_request(path).respond_with_json(
                found, status=answer, headers={"Retry-After": "3000"} if answer == 503 else {}
            )

    groups()
    groups.address = f"mozilla-displayer:{httpserver.url_for('').rstrip('/')}"
    groups.asked = lambda: [request.path for request, _ in httpserver.log]
    return groups


def test_a_live_source_is_archived_with_its_collections(run, backpack, unhurried):
    ran = run("archive", backpack.address, "--as", EMAIL)
    assert "6 badges found = 6 archived + 0 known + 0 with problems; missing: 0." in ran.out
    again = run("archive", backpack.address, "--email", EMAIL, "--json").json["sources"][0]
    assert (again["found"], again["archived"], again["known"]) == (6, 0, 6)
    assert run("status", "--json").json["badges"] == 6


def test_a_source_that_stops_half_way_goes_on_there_and_its_books_balance(run, backpack, unhurried):
    backpack(second=503)
    stopped = run("archive", backpack.address, "--as", EMAIL, expected=4)
    assert "HTTP 503" in stopped.err
    assert "goes on where it stopped" in stopped.err
    assert run("status", "--json").json["badges"] == 3
    backpack()
    ran = run("archive", backpack.address, "--as", EMAIL)
    assert "/displayer/7/group/2.json" in backpack.asked()
    assert "/displayer/7/group/1.json" not in backpack.asked()
    assert "6 badges found = 6 archived + 0 known + 0 with problems; missing: 0." in ran.out
    third = run("archive", backpack.address, "--as", EMAIL)
    assert "/displayer/7/group/1.json" in backpack.asked()
    assert "6 badges found = 0 archived + 6 known" in third.out


def test_a_refusal_says_which_account_where_and_what_it_needs(run, backpack):
    backpack(status=404)
    ran = run("archive", backpack.address, "--as", EMAIL, expected=2)
    assert EMAIL in ran.err
    assert "HTTP 404 for /displayer/convert/email" in ran.err
    assert "in this spelling" in ran.err
    backpack(status=403)
    assert "does not allow this" in run("archive", backpack.address, "--as", EMAIL, expected=5).err


def test_whose_badges_must_be_said(run, backpack):
    assert "Add --as" in run("archive", backpack.address, expected=2).err


def test_an_adapter_that_reads_files_takes_no_address(run):
    ran = run("archive", "baked-images:https://x.example", expected=2)
    assert "reads files, not addresses" in ran.err


def test_a_live_adapter_takes_nothing_but_an_address(run):
    ran = run("archive", "mozilla-displayer:somewhere", expected=2)
    assert "somewhere is no address" in ran.err


def test_what_is_a_file_or_no_adapter_is_no_live_source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mozilla-displayer:x").write_text("")
    for text in ("mozilla-displayer:x", "C:/badges", "badges.zip", "nobody:https://x.example"):
        assert live_source(text) is None
    with pytest.raises(Usage):
        live_source("mozilla-mysql:https://x.example")


def test_the_secret_comes_from_the_environment_or_from_nowhere(monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "s3cret")
    assert password(EMAIL, "the password", "https://x.example") == "s3cret"
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert password(EMAIL, "the password", "https://x.example") == ""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda text, hide_input: f"{text}:{hide_input}")
    asked = password(EMAIL, "the password", "https://x.example")
    assert asked == f"The password of {EMAIL} at https://x.example:True"


class Answering:
    """A client that gives the answers it was made with, one after the other."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def get(self, url, headers=None):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, wait = answer
        return Reply(status, {"Retry-After": wait} if wait else {}, b"", url)

    def request(self, method, url, **more):
        return self.get(url)


@pytest.fixture
def patient():
    waits = []

    def made(*answers):
        waits.clear()
        return PatientWeb(
            Answering(*answers), Answering((299, "")), "x.example", sleep=waits.append
        )

    made.waits = waits
    return made


def test_what_may_succeed_is_asked_again_after_as_long_as_the_host_says(patient):
    broken = Unreachable("reset", "https://x.example/a", sent=True)
    web = patient((429, "7"), broken, (503, ""), (200, ""))
    assert web.get("https://x.example/a").status == 200
    assert [wait for wait in patient.waits if wait >= 1] == [7.0, 4.0, 8.0]


def test_the_last_answer_is_handed_on_and_so_is_one_that_is_to_be_waited_for_too_long(patient):
    assert patient(*[(503, "1")] * 4).get("https://x.example/a").status == 503
    assert patient((503, "600")).get("https://x.example/a").status == 503
    assert patient((404, "")).get("https://x.example/a").status == 404


def test_a_host_that_does_not_exist_is_asked_once(patient):
    with pytest.raises(Unreachable):
        patient(Unreachable("dns", "https://x.example/a")).get("https://x.example/a")


def test_a_form_is_sent_once_and_other_hosts_are_asked_by_a_stricter_client(patient):
    web = patient((500, ""))
    assert web.post("https://x.example/a", form={"a": "b"}).status == 500
    assert web.get("https://other.example/a").status == 299


def test_a_public_source_cannot_lead_into_the_network_of_this_machine(httpserver):
    httpserver.expect_request("/image").respond_with_data("secret")
    web = PatientWeb(Client(allow_private=True), Client(), "other.example", sleep=lambda _: None)
    with pytest.raises(Unreachable, match="not asked"):
        web.get(httpserver.url_for("/image"))
