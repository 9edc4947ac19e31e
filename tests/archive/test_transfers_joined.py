"""What stays of two transfers of one badge when archives are joined: every pair, in every order."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import permutations, product

import pytest

from migrator.archive import accounts, compared, ledger
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.archive.ledger import Planned, Result
from migrator.archive.life import union
from migrator.openbadges.model import Addresses

ANN = "ann@example.org"
# The earlier fact at the left, the later one at the top: what stays of the two.
TABLE = """
earlier  planned  held     waiting  sending  refused  there    done     deleted  awarded
planned  planned  held     waiting  sending  refused  there    done     deleted  awarded
held     held     held     waiting  sending  refused  there    done     deleted  awarded
waiting  waiting  waiting  waiting  sending  refused  there    done     deleted  awarded
sending  sending  sending  sending  sending  refused  there    done     deleted  awarded
refused  refused  refused  refused  refused  refused  there    done     deleted  awarded
there    there    there    there    there    there    there    done     deleted  awarded
done     done     done     done     done     done     done     done     deleted  awarded
deleted  deleted  deleted  deleted  deleted  deleted  done     done     deleted  awarded
awarded  awarded  awarded  awarded  awarded  awarded  awarded  awarded  awarded  awarded
"""
LATER, *ROWS = (line.split() for line in TABLE.strip().splitlines())
KINDS = LATER[1:]
STAYS = {
    (row[0], later): stays for row in ROWS for later, stays in zip(KINDS, row[1:], strict=True)
}
PAIRS = list(STAYS)
ONCE_THERE = {"there", "done", "deleted", "awarded"}
ENDS = {
    "waiting": Result("waiting", "try_again", reason="rate_limited", due_at="2026-11-23T09:00:09Z"),
    "refused": Result("refused", "refused", reason="revoked"),
    "there": Result("already_there", "already_there", remote_id="r"),
    "done": Result("done", "done", remote_id="r"),
    "deleted": Result("done", "done", remote_id="r"),
}
GONE = Result("refused", "gone", reason=ledger.DELETED, detail="It was there, and no longer is.")


def filled(archive, make, reader, folder, kinds):
    """Put a badge of each kind into an archive, in the order given."""
    reader.outcomes(archive, folder, [make.found(number) for number in range(len(kinds))])
    saved = accounts.save_destination(archive, "badgr", "https://backpack.example")
    account = accounts.save_account(archive, saved.id, ANN, Addresses(verified=(ANN,)))
    facts = {
        "held": (None, None, "held", "no_account"),
        "planned": ("import", "url", "planned", None),
    }
    ledger.write_plan(archive, saved.id, [
        Planned(number, account.id, *facts.get(kind, facts["planned"]), "", 0)
        for number, kind in enumerate(kinds, 1)
    ])  # fmt: skip
    with leased(archive, f"push:{account.id}", "push") as lease, archive.together():
        for number, kind in enumerate(kinds, 1):
            if kind in {"sending", *ENDS}:
                assert ledger.mark_sending(archive, lease, account.id, number)
            if kind in ENDS:
                ledger.record(archive, lease.run_id, number, ENDS[kind])
            if kind == "deleted":
                ledger.settle(archive, [(number, GONE)])
            if kind == "awarded":
                archive.conn.execute(
                    "update transfer set state = 'done', route = 'reaward', account_id = null,"
                    " reason = 'awarded_anew' where id = ?",
                    (number,),
                )
    return archive


def kinds_of(archive, make):
    """Return of what kind the transfer of each badge is, by the badge's number."""
    rows = archive.all(
        "select assertion.hosted_url, state, reason, route from transfer"
        " join assertion on assertion.id = transfer.assertion_id"
    )
    found = {}
    for url, state, reason, route in rows:
        kind = "there" if state == "already_there" else state
        kind = "deleted" if reason == ledger.DELETED else kind
        found[url] = "awarded" if route == "reaward" else kind
    return [found[make.url(number)] for number in range(len(found))]


@pytest.fixture
def two(archive, other, make, reader, tmp_path, text_clock):
    """One archive with the earlier fact of each pair, one with the later."""
    filled(archive, make, reader, tmp_path, [earlier for earlier, _ in PAIRS])
    text_clock.advance(60)
    filled(other, make, reader, tmp_path, [later for _, later in PAIRS])
    text_clock.advance(60)
    return archive, other


@pytest.fixture(params=["the earlier first", "the later first"])
def joined(request, two, tmp_path, text_clock):
    one, another = two if request.param == "the earlier first" else reversed(two)
    with Archive.open(tmp_path / "joined.db", text_clock) as into:
        for path in (one.path, another.path):
            union.join(into, path, lambda done: None)
        yield into


def test_of_every_pair_of_transfers_stays_what_the_table_says(joined, make):
    assert dict(zip(PAIRS, kinds_of(joined, make), strict=True)) == STAYS


def test_joining_again_changes_no_transfer(joined, two, contents):
    before = contents(joined)
    for one in two:
        union.join(joined, one.path, lambda done: None)
    after = contents(joined)
    assert after["transfer"] == before["transfer"]
    assert after["attempt"] == before["attempt"]


@pytest.mark.parametrize("after", ["joining", "retry"])
def test_nothing_that_was_over_there_is_sent_again(joined, after, text_clock):
    (saved,) = accounts.destinations(joined)
    account = accounts.find_account(joined, saved.id, ANN)
    once = {number for number, pair in enumerate(PAIRS, 1) if ONCE_THERE & set(pair)}
    if after == "retry":
        text_clock.advance(3600)
        assert ledger.retry(joined, saved.id, None, None)
    assert not once & {one.assertion_id for one in ledger.due(joined, account.id, 0)}
    with leased(joined, f"push:{account.id}", "push") as lease:
        for number in once:
            assert not ledger.mark_sending(joined, lease, account.id, number)


def test_what_stays_deleted_is_sent_again_when_a_person_says_so(joined, make):
    (saved,) = accounts.destinations(joined)
    account = accounts.find_account(joined, saved.id, ANN)
    deleted = [stays for stays in STAYS.values() if stays == "deleted"]
    assert compared.send_again(joined, account.id) == len(deleted)


@pytest.mark.parametrize("seconds", [60, 0])
def test_of_three_the_order_makes_no_difference(make, reader, tmp_path, text_clock, seconds):
    triples = list(product(KINDS, repeat=3))
    with ExitStack() as stack:
        three = []
        for place in range(3):
            opened = stack.enter_context(Archive.open(tmp_path / f"{place}.db", text_clock))
            kinds = [one[place] for one in triples]
            three.append(filled(opened, make, reader, tmp_path, kinds))
            text_clock.advance(seconds)
        said = []
        for number, order in enumerate(permutations(three)):
            into = stack.enter_context(Archive.open(tmp_path / f"into{number}.db", text_clock))
            for one in order:
                union.join(into, one.path, lambda done: None)
            said.append(kinds_of(into, make))
        assert all(one == said[0] for one in said)
        if seconds:
            stays = dict(zip(triples, said[0], strict=True))
            assert stays["deleted", "done", "planned"] == "done"
            assert stays["done", "deleted", "planned"] == "deleted"
            assert stays["done", "deleted", "there"] == "done"
