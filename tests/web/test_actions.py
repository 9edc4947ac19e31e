from __future__ import annotations

import os
import threading

import pytest
from bs4 import BeautifulSoup

from migrator.archive import accounts as accounts_store
from migrator.archive import ledger
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.archive.notes import notes_of
from migrator.openbadges.model import Addresses
from migrator.sources.found import FoundLearner
from migrator.web.rights import Settings

ANN = 1
PAGE = f"/learner/{ANN}"


@pytest.fixture
def people(archive, reader, tmp_path, make):
    """Ann, with a badge that was refused, one that is held back and one that has arrived."""
    found = [make.found(number, "ann@example.org") for number in (1, 2, 3)]
    learner = FoundLearner("1", ("ann@example.org",), "Ann")
    reader.outcomes(archive, tmp_path, [learner, *found])
    saved = accounts_store.save_destination(archive, "badgr", "https://backpack.example")
    account = accounts_store.save_account(
        archive, saved.id, "ann@example.org", Addresses(("ann@example.org",))
    )
    rows = (("refused", "refused", "url"), ("held", "host_dead", None), ("done", None, "url"))
    ledger.write_plan(
        archive,
        saved.id,
        [
            ledger.Planned(number, account.id, "import", given, state, reason, "", 0)
            for number, (state, reason, given) in enumerate(rows, start=1)
        ],
    )
    return archive


@pytest.fixture
def opened(runner, people, a_desk):
    made = []

    def desk(**settings):
        made.append(a_desk(runner, Settings(people.path, **{"actions": True, **settings})))
        return made[-1]

    yield desk
    for one in made:
        one.site.close()


@pytest.fixture
def asking(opened):
    return opened()


def states(archive):
    return [row[0] for row in archive.all("select state from transfer order by assertion_id")]


def message(asking):
    page = BeautifulSoup(asking.get(PAGE).text, "html.parser")
    found = page.select_one("[role=status], [role=alert]")
    asking.cookies.pop("ds_messages", None)
    return None if found is None else (found["role"], found.get_text())


def test_a_note_is_kept_shown_and_said_to_be_kept(asking, people):
    sent = asking.form(f"{PAGE}/note", {"text": "<b>Called</b>\nback.", "author": "Sam"}, PAGE)
    assert (sent.status_code, sent.headers["location"]) == (303, PAGE)
    assert message(asking) == ("status", "Noted.")
    assert message(asking) is None
    page = BeautifulSoup(asking.get(PAGE).text, "html.parser")
    assert page.select_one(".note p").get_text() == "<b>Called</b>\nback."
    assert [one.author for one in notes_of(people, ANN)] == ["Sam"]


def test_an_empty_note_is_not_kept_and_says_why(asking, people):
    asking.form(f"{PAGE}/note", {"text": " "}, PAGE)
    role, said = message(asking)
    assert role == "alert"
    assert "empty" in said
    assert notes_of(people, ANN) == ()


def test_badges_are_put_back_and_what_has_arrived_stays(asking, people):
    page = BeautifulSoup(asking.get(PAGE).text, "html.parser")
    (form,) = page.select(f'form[action="{PAGE}/retry"]')
    assert form.button.get_text() == "Put 2 badges back for badgr:https://backpack.example"
    asking.form(f"{PAGE}/retry", {"destination": "1"}, PAGE)
    role, said = message(asking)
    assert role == "status"
    assert said.startswith("2 badges put back.")
    assert states(people) == ["planned", "held", "done"]
    run = people.one("select command, outcome from run order by id desc limit 1")
    assert tuple(run) == ("retry at the desk", "complete")


def test_a_retry_waits_for_a_plan_that_is_being_made(asking, people):
    with leased(people, "plan", "plan --to somewhere"):
        people.conn.execute("update run set pid = ? where finished_at is null", (os.getppid(),))
        asking.form(f"{PAGE}/retry", {"destination": "1"}, PAGE)
    role, said = message(asking)
    assert role == "alert"
    assert "plan --to somewhere" in said
    assert states(people) == ["refused", "held", "done"]


def test_without_the_permission_nothing_is_offered_or_done(opened, people):
    asking = opened(actions=False)
    page = asking.get(PAGE).text
    assert "<form method" not in page
    for action in ("note", "retry"):
        data = {"text": "x", "destination": "1", "csrftoken": ""}
        assert asking.post(f"{PAGE}/{action}", data).status_code == 403
    assert states(people) == ["refused", "held", "done"]
    assert notes_of(people, ANN) == ()


def test_a_form_without_its_token_is_refused_with_and_without_cookies(asking, people):
    assert asking.post(f"{PAGE}/note", {"text": "x"}).status_code == 403
    asking.get(PAGE)
    assert "ds_csrftoken" in asking.cookies
    for token in ("", "made up"):
        sent = asking.post(f"{PAGE}/note", {"text": "x", "csrftoken": token})
        assert sent.status_code == 403
    assert notes_of(people, ANN) == ()


def test_a_form_of_elsewhere_a_large_one_and_a_link_do_nothing(asking, people):
    token = asking.get(PAGE).text.partition('name="csrftoken" value="')[2].partition('"')[0]
    data = {"text": "x", "csrftoken": token}
    elsewhere = asking.post(f"{PAGE}/note", data, headers={"Origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    assert asking.post(f"{PAGE}/note", {**data, "text": "x" * 70_000}).status_code == 413
    assert asking.get(f"{PAGE}/note").status_code == 405
    assert notes_of(people, ANN) == ()


def test_what_is_not_there_is_said_not_to_be(asking):
    assert asking.form("/learner/99/note", {"text": "x"}, PAGE).status_code == 404
    assert asking.form(f"{PAGE}/retry", {"destination": "9"}, PAGE).status_code == 404


def test_the_desk_holds_no_lock_afterwards(asking, people):
    asking.form(f"{PAGE}/note", {"text": "x"}, PAGE)
    with Archive.open(people.path) as other, other.writing() as conn:
        conn.execute("update learner set name = 'Anna'")
    assert "Anna" in asking.get(PAGE).text
    assert not [one for one in threading.enumerate() if one.name.startswith("write")]
