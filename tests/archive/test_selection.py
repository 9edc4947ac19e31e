from __future__ import annotations

import re
from itertools import pairwise

import pytest

from migrator import errors
from migrator.archive import ledger
from migrator.archive.accounts import save_account, save_destination
from migrator.archive.ledger import Planned
from migrator.archive.selection import EVERYTHING, Named, Selection, chosen, count, total
from migrator.openbadges.model import Addresses

ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def filled(archive, reader, make, tmp_path):
    """Four badges of two learners, two badge classes of two issuers, issued from 2013 to 2016."""

    def badge(number, holder, issued, issuer):
        assertion = make.assertion(number, holder, issuedOn=issued)
        if issued is None:
            del assertion["issuedOn"]
        host = f"https://{issuer.lower()}.example"
        named = make.badge_class(number, name=f"{issuer} {number % 2}", id=f"{host}/class")
        return make.found(
            number,
            holder,
            assertion=make.json(assertion),
            badge_class=make.json({**named, "issuer": f"{host}/issuer.json"}),
            issuer=make.json(make.issuer(name=issuer, url=host, id=f"{host}/issuer.json")),
        )

    reader.outcomes(
        archive,
        tmp_path,
        [badge(1, ANN, "2013-12-31T23:00:00Z", "North"), badge(2, ANN, "2014-01-01", "South")],
    )
    other = tmp_path / "other"
    other.mkdir()
    reader.outcomes(
        archive,
        other,
        [badge(3, BOB, "2016-05-05", "North"), badge(4, BOB, None, "South")],
    )
    return archive


def selected(archive, **named):
    selection = chosen(archive, Named(**named))
    where = selection.where("a")
    rows = archive.all(f"select id from assertion as a where 1{where.text}", *where.values)
    assert len(rows) == count(archive, selection)
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"learners": (ANN,)}, [1, 2]),
        ({"learners": ("bob@",)}, [3, 4]),
        ({"learners": (ANN, BOB)}, [1, 2, 3, 4]),
        ({"issuers": ("north",)}, [1, 3]),
        ({"issuers": ("north.example",)}, [1, 3]),
        ({"issuers": ("https://south.example",)}, [2, 4]),
        ({"issuers": ("ort",)}, [1, 3]),
        ({"badge_classes": ("North 1",)}, [1, 3]),
        ({"badge_classes": ("https://south.example/class",)}, [2, 4]),
        ({"badge_classes": ("south",)}, [2, 4]),
        ({"learners": (ANN,), "issuers": ("North",)}, [1]),
        ({"after": "2014-01-01"}, [2, 3]),
        ({"before": "2014-01-01"}, [1]),
        ({"after": "2014", "before": "2015"}, [2]),
        ({"after": "2016-05"}, [3]),
        ({"sources": ("other",)}, [3, 4]),
        ({"sources": ("other",), "issuers": ("North",), "after": "2014"}, [3]),
        ({"learners": (ANN,), "after": "2020"}, []),
    ],
)
def test_badges_are_selected_as_a_person_names_them(filled, named, expected):
    assert selected(filled, **named) == expected


def test_days_in_a_row_share_no_badge_and_leave_none_out(filled):
    days = ["2013", "2014", "2016-05-05", "2017"]
    parts = [selected(filled, after=one, before=next_) for one, next_ in pairwise(days)]
    whole = selected(filled, after="2013", before="2017")
    assert [badge for part in parts for badge in part] == whole == [1, 2, 3]


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"learners": ("nobody@example.org",)}, "Nobody in .* is known"),
        ({"learners": ("example.org",)}, "Several learners match"),
        ({"issuers": ("East",)}, "No issuer .* North, South"),
        ({"issuers": ("o",)}, "fits more than one issuer.*North, South"),
        ({"issuers": ("%",)}, "No issuer"),
        ({"badge_classes": ("Nothing",)}, "No badge class"),
        ({"sources": ("nowhere",)}, "No source"),
        ({"after": "yesterday"}, "no day"),
        ({"before": "2014-13"}, "no day"),
        ({"before": "14"}, "no day"),
    ],
)
def test_what_fits_nothing_or_several_is_said_with_a_way_out(filled, named, says):
    with pytest.raises(errors.Usage) as raised:
        chosen(filled, Named(**named))
    assert raised.value.next_step
    assert re.search(says, str(raised.value))


def test_an_empty_archive_says_that_it_has_none(archive):
    with pytest.raises(errors.Usage, match="none yet"):
        chosen(archive, Named(issuers=("x",)))


def test_transfers_are_selected_by_their_badges(filled):
    saved = save_destination(filled, "memory", "https://x.example")
    account = save_account(filled, saved.id, ANN, Addresses((ANN,)))
    rest = ("import", "url", "planned", None, "", 0)
    ledger.write_plan(filled, saved.id, [Planned(n, account.id, *rest) for n in (1, 2, 3)])
    of_north = chosen(filled, Named(issuers=("North",)))

    def due(selection):
        return [one.assertion_id for one in ledger.due(filled, account.id, 0, 10, selection)]

    assert due(EVERYTHING) == [1, 2, 3]
    assert due(of_north) == [1, 3]
    assert ledger.count_due_all(filled, saved.id, of_north) == 2
    assert ledger.accounts_with_work(filled, saved.id, selection=of_north) == [account.id]
    none = Selection(learners=(999,))
    assert ledger.accounts_with_work(filled, saved.id, selection=none) == []
    of_bob = chosen(filled, Named(learners=(BOB,)))
    for selection, states, not_planned in (
        (EVERYTHING, {"planned": 3}, 1),
        (of_bob, {"planned": 1}, 1),
        (none, {}, 0),
    ):
        found = total(filled, saved.id, saved.name, selection)
        assert {one.state: one.badges for one in found.states} == states
        assert (found.not_planned, found.missing) == (not_planned, 0)
