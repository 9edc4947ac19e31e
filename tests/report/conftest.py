"""An archive whose every name is hostile, with a plan that uses every state and reason."""

from __future__ import annotations

import pytest

from migrator.archive import accounts as accounts_store
from migrator.archive import ledger
from migrator.openbadges.model import Addresses
from migrator.reasons import REASONS
from migrator.sources.found import Found, FoundCollection, FoundLearner, Membership, Problem

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; onmouseover=alert(1) '",
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egnp.exe",
    "</td></table><h1>",
    "&lt;b&gt;",
    "line\r\nbreak",
)
_STATES = ("planned", "sending", "done", "already_there", "waiting", "refused", "held")


@pytest.fixture(scope="session")
def hostile_names():
    return HOSTILE


@pytest.fixture
def hostile(archive, reader, tmp_path, make):
    """Read badges, people, collections and problems with hostile names; plan them all."""
    outcomes = []
    for n, name in enumerate(HOSTILE):
        badge_class = make.badge_class(n, name=name, id=f"{make.host}/{n}", description=name)
        outcomes += [
            FoundLearner(f"user {name}", (f"p{n}@example.org",), name),
            FoundCollection(f"group {name}", name, f"p{n}@example.org", name),
            make.found(
                n,
                f"p{n}@example.org",
                locator=f"row {name}",
                badge_class=make.json(badge_class),
                issuer=make.json(make.issuer(name=name)),
                memberships=(Membership(name, 1, name),),
            ),
            Problem(f"file {name}", "odd", f"It is odd: {name}", b"raw"),
        ]
    outcomes.append(Found("list, line 1", hosted_url="https://x.example/<script>"))
    reader.outcomes(archive, tmp_path, outcomes)
    saved = accounts_store.save_destination(archive, "memory", 'https://x.example/"><script>')
    name = '<b>"ann"@x.example'
    account = accounts_store.save_account(archive, saved.id, name, Addresses(("p0@example.org",)))
    codes = list(REASONS)
    ledger.write_plan(
        archive,
        saved.id,
        [
            ledger.Planned(n + 1, account.id, None, None, state, codes[n], HOSTILE[n], 0)
            for n, state in enumerate(_STATES)
        ],
    )
    run = archive.begin_run("push")
    pending = ledger.Result("done", "done", detail=HOSTILE[0], pending=True)
    for _ in range(2):
        ledger.record(archive, run, 3, pending)
    return archive
