"""Open Educational Badges, the whole way and twice: old badges by address, new ones as they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from migrator.destinations import presets
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

MARIA = "maria@example.org"


def test_each_badge_goes_where_it_is_taken(run, demo_data, monkeypatch, tmp_path):
    (oeb,) = (one for one in presets.PRESETS if one.name == "oeb")
    monkeypatch.setattr(presets, "at", lambda url: replace(oeb, url=url, requests_per_minute=None))
    digest = hashlib.sha256(MARIA.encode()).hexdigest()
    subject = {
        "identifier": [
            {
                "identityType": "emailAddress",
                "identityHash": f"sha256${digest}",
                "hashed": True,
            }
        ],
        "achievement": {"name": "Robotics"},
    }
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "id": "urn:uuid:1",
        "issuer": {"id": "https://dead.example.org", "name": "Gone"},
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": subject,
    }
    (tmp_path / "new.json").write_text(json.dumps(document))
    options = RehearsalOptions(
        accounts=(AccountOptions((MARIA,), "rehearsal"),), folder=demo_data, educational=True
    )
    with serve(options) as running:
        to = f"badgr:{running.url}"
        run("archive", demo_data / "mozilla-export.zip", expected=3)
        run("archive", tmp_path / "new.json")
        run("login", to, "--as", MARIA)
        run("plan", "--to", to, "--via", running.web_url)
        run("push", "--to", to, expected=3)
        account = running.state.owner(MARIA)
        (kept,) = running.state.imported[account.id].values()
        assert kept == document
        assert len(running.state.of(account.id)) >= 5
        sent = dict(running.state.imports)
        run("plan", "--to", to, "--via", running.web_url)
        again = run("push", "--to", to, "--json", expected=3).json
        assert all(one["tally"]["sent"] == {} for one in again["accounts"])
        assert dict(running.state.imports) == sent
        assert set(sent.values()) == {1}
        assert "Robotics" in run("status", MARIA).out
        number = run("status", "Robotics", "--json").json
        assert number
