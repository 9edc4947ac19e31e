from __future__ import annotations

import pytest

from migrator.archive import accounts as accounts_store
from migrator.archive.archive import utc_now
from migrator.archive.web.answers import WebAnswer, keep, rehearsed_via
from migrator.openbadges.model import Addresses
from migrator.web.badge import badge_page
from migrator.web.view import Asked

VIA = "http://127.0.0.1:8401"


@pytest.fixture
def rehearsed(archive, reader, make, tmp_path):
    """A badge whose host is dead in a rehearsal, for a backpack there and one out there."""
    reader.outcomes(archive, tmp_path, [make.found(1), make.found(2, image=make.baked(2))])
    for url in ("http://127.0.0.1:8400", "https://backpack.example"):
        saved = accounts_store.save_destination(archive, "badgr", url)
        accounts_store.save_account(
            archive, saved.id, "ann@example.org", Addresses(("ann@example.org",))
        )
    answer = WebAnswer(
        make.url(1), "rehearsed", "assertion", "nobody_there", asked_at=utc_now(), via=VIA
    )
    keep(archive, [answer])
    return archive


def page(archive, number=1):
    return badge_page(archive, Asked({"id": str(number)}, {}, "html")).facts


def test_a_backpack_on_this_computer_is_judged_by_the_rehearsals_web(rehearsed):
    here, there = page(rehearsed)["explanation"].destinations
    assert (here.reason, there.reason) == ("host_dead", None)
    assert rehearsed_via(rehearsed) == VIA


def test_a_kind_of_backpack_that_is_not_installed_is_left_out(rehearsed):
    rehearsed.conn.execute("update destination set kind = 'gone' where id = 1")
    assert len(page(rehearsed)["explanation"].destinations) == 1
    rehearsed.conn.execute("update destination set kind = 'gone'")
    assert page(rehearsed)["explanation"] is None


def test_a_badge_without_a_picture_of_its_own_is_shown_with_that_of_its_class(rehearsed):
    rehearsed.conn.execute(
        "update assertion set badge_class_id = (select badge_class_id from assertion where id = 2)"
    )
    assert page(rehearsed)["picture"] is True
    rehearsed.conn.execute("update assertion set badge_class_id = null where id = 1")
    assert page(rehearsed)["picture"] is False


def test_a_document_that_is_damaged_or_long_or_no_json_is_still_told(rehearsed):
    (first, *_) = page(rehearsed)["documents"]
    rehearsed.conn.execute(
        "update document set content = 'x', frame_id = null where id = ?", (first.id,)
    )
    (damaged, *_) = page(rehearsed)["documents"]
    assert "is not what it was when it was kept" in damaged.text
