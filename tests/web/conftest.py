"""A desk over an archive with a little of everything, asked without a network."""

from __future__ import annotations

import asyncio
import json

import pytest

from migrator.archive import accounts as accounts_store
from migrator.archive import ledger, verdicts
from migrator.archive.archive import Archive
from migrator.openbadges.baking import bake
from migrator.openbadges.model import Addresses
from migrator.openbadges.recipient import hash_identity
from migrator.sources.found import Found, FoundLearner, Problem
from migrator.web.desk import desk
from migrator.web.rights import Settings

HASHED = hash_identity("bob.old@example.net", "sha256", "salt")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; onmouseover=alert(1) '",
    "\u202egnp.exe",
    "</td></table><h1>",
    "{{ 7 * 7 }}",
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
BACKPACK = "https://backpack.example"


class Asking:
    """Asks one desk; every answer is an httpx response."""

    def __init__(self, runner, settings):
        self._runner = runner
        self.site = desk(settings)
        self.cookies = {}

    def get(self, path, **more):
        return self._run("GET", path, **more)

    def post(self, path, data, **more):
        headers = {"Origin": "http://localhost", **more.pop("headers", {})}
        return self._run("POST", path, data=data, headers=headers, **more)

    def form(self, path, data, page):
        """Send a form of a page as a browser does: with the cookie and what is hidden in it."""
        shown = self.get(page)
        token = shown.text.partition('name="csrftoken" value="')[2].partition('"')[0]
        return self.post(path, {"csrftoken": token, **data})

    def _run(self, method, path, headers=None, **more):
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**({"Cookie": sent} if sent else {}), **(headers or {})}
        found = self._runner.run(self.site.client.request(method, path, headers=headers, **more))
        self.cookies |= dict(found.cookies)
        return found

    def json(self, path):
        found = self.get(path)
        assert found.status_code == 200, found.text
        return found.json()


@pytest.fixture(scope="session")
def runner():
    with asyncio.Runner() as running:
        yield running


@pytest.fixture(scope="session")
def filled(tmp_path_factory, make, reader):
    """Ann has three badges at a backpack, Bob hashed ones, others hostile names."""
    folder = tmp_path_factory.mktemp("desk")
    hashed = {"type": "email", "hashed": True, "identity": HASHED, "salt": "salt"}
    outcomes = [
        FoundLearner("user 1", ("ann@example.org", "Ann.Smith@work.example"), "Ann Smith"),
        FoundLearner("user 2", ("bob@school.example.edu", "bob.old@example.net"), "Bob García"),
        make.found(1, "ann@example.org", image=make.baked(1)),
        make.found(2, "ann@example.org", locator="ann@example.org.png"),
        make.found(3, "ann@example.org"),
        make.found(
            4,
            "bob@school.example.edu",
            assertion=make.json(make.assertion(4) | {"recipient": hashed}),
        ),
        Found("list, line 1", hosted_url="https://gone.example/assertions/9"),
        Found("drawn.svg", image=drawn(make), holder="ann@example.org"),
        Problem("file ann@example.org.zip", "odd", "It is odd.", b"raw"),
    ]
    for n, name in enumerate(HOSTILE, start=20):
        address = f"{make.host}/{n}"
        badge_class = make.badge_class(n, name=name, id=address, description=name)
        outcomes += [
            FoundLearner(f"user {name}", (f"p{n}@example.org",), name),
            make.found(
                n,
                f"p{n}@example.org",
                locator=f"row {name}",
                assertion=make.json(make.assertion(n, f"p{n}@example.org") | {"badge": address}),
                badge_class=make.json(badge_class),
                issuer=make.json(make.issuer(name=name, url="javascript:alert(1)")),
            ),
        ]
    with Archive.open(folder / "an archive?.db") as archive:
        reader.outcomes(archive, folder, outcomes)
        _pushed(archive)
        yield archive


def drawn(make):
    return bake(SVG, json.dumps(make.assertion(7)))


def _pushed(archive):
    saved = accounts_store.save_destination(archive, "badgr", BACKPACK)
    account = accounts_store.save_account(
        archive, saved.id, "ann@example.org", Addresses(("ann@example.org",))
    )
    known = {
        row["hosted_url"]: row["id"] for row in archive.all("select id, hosted_url from assertion")
    }
    one, two, three = (
        known[f"https://issuer.example/assertions/{number}.json"] for number in (1, 2, 3)
    )
    rest = [number for number in known.values() if number not in (one, two, three)]
    planned = [
        ledger.Planned(one, account.id, "import", "url", "planned", None, "", 0),
        ledger.Planned(two, account.id, None, None, "held", "host_dead", "", 0),
        ledger.Planned(three, account.id, "import", "url", "refused", "wrong_recipient", "", 0),
        *(
            ledger.Planned(number, None, None, None, "held", "no_account", "<b>why</b>", 0)
            for number in rest
        ),
    ]
    ledger.write_plan(archive, saved.id, planned)
    verdicts.append(archive, "web", [(two, account.id, verdicts.Row(False, "host_dead", "no"))])
    run = archive.begin_run("push")
    number = archive.one("select id from transfer where assertion_id = ?", one)["id"]
    ledger.record(archive, run, number, ledger.Result("waiting", "try_again", "server_error"))
    ledger.record(archive, run, number, ledger.Result("done", "done", http_status=201))
    archive.end_run(run, "complete")


@pytest.fixture(scope="session")
def a_desk():
    return Asking


@pytest.fixture(scope="session")
def open_desk(runner, filled):
    opened = []

    def made(**settings):
        opened.append(Asking(runner, Settings(filled.path, **settings)))
        return opened[-1]

    yield made
    for one in opened:
        one.site.close()


@pytest.fixture(scope="session")
def asking(open_desk):
    return open_desk()


@pytest.fixture(scope="session")
def masked(open_desk):
    return open_desk(mask=True)


@pytest.fixture(scope="session")
def hostile_names():
    return HOSTILE


@pytest.fixture(scope="session")
def hashed_recipient():
    return HASHED
