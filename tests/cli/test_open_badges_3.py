"""A host of Open Badges 3.0, the whole way: sign in in the browser, plan, push, status, twice."""

from __future__ import annotations

import base64
import json

from migrator.openbadges.baking import bake

MARIA = "maria@example.org"


def credential(number, **more):
    return {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "id": f"urn:uuid:{number}",
        "name": f"Robotics {number}",
        "issuer": {"id": "https://school.example.org/issuer", "name": "Example School"},
        "issuanceDate": "2022-06-01T10:00:00Z",
        "credentialSubject": {
            "identifier": [{"identityHash": MARIA, "identityType": "emailAddress"}],
            "achievement": {"id": f"urn:achievement:{number}", "name": f"Robotics {number}"},
        },
        **more,
    }


def token(document):
    encoded = (
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode()
        for one in ({"alg": "EdDSA"}, document, {"signature": 1})
    )
    return ".".join(encoded)


def states(run):
    (destination,) = run("status", "--json").json["destinations"]
    return {(one["state"], one["reason"]): one["badges"] for one in destination["states"]}


def test_what_proves_itself_goes_over_byte_for_byte_and_the_rest_is_held_with_its_reason(
    run, rehearsal, demo_data, memory, person, tmp_path
):
    proven = json.dumps(credential(1, proof={"type": "DataIntegrityProof"}), indent=3).encode()
    signed = token(credential(2))
    (tmp_path / "proven.json").write_bytes(proven)
    (tmp_path / "signed.jwt").write_text(signed)
    (tmp_path / "unproven.json").write_text(json.dumps(credential(3)))
    for name in ("proven.json", "signed.jwt", "unproven.json"):
        run("archive", tmp_path / name)
    run("archive", demo_data / "mozilla-export.zip", expected=3)
    to = f"open-badges-3:{rehearsal.url}"
    anybody = person()
    entered = run("login", to, "--as", MARIA)
    assert "Say yes (Allow)" in anybody.out
    assert "0 badges there now" in entered.out
    planned = run("plan", "--to", to).out
    assert "2  ready to send" in planned
    held = {reason: badges for (state, reason), badges in states(run).items() if state == "held"}
    assert held["no_proof"] == 1
    assert held["older_version"] >= 5
    run("push", "--to", to, expected=3)
    kept = rehearsal.state.credentials[rehearsal.state.owner(MARIA).id]
    assert sorted(kept.values(), key=str) == sorted([proven, signed], key=str)
    assert states(run)["done", None] == 2

    requests = dict(rehearsal.state.requests)
    run("plan", "--to", to)
    again = run("push", "--to", to, "--json", expected=3).json
    assert all(account["tally"]["sent"] == {} for account in again["accounts"])
    sending = "POST /ims/ob/v3p0/credentials", 201
    assert rehearsal.state.requests[sending] == requests[sending] == 2
    person()
    assert "2 badges there now" in run("login", to, "--as", MARIA).out
    told = run("status", MARIA).out
    assert "only Open Badges 3.0, which the issuer must have signed" in told
    assert "2 moved" in told
    assert not [badge for badge, times in rehearsal.state.imports.items() if times > 1]


def test_a_new_archive_finds_there_what_an_old_one_has_sent(
    run, rehearsal, memory, person, tmp_path
):
    (tmp_path / "signed.jwt").write_text(token(credential(2)))
    to = f"open-badges-3:{rehearsal.url}/ims/ob/v3p0/discovery"
    for number in (1, 2):
        here = ("--archive", f"{number}.db")
        person()
        run("archive", tmp_path / "signed.jwt", *here)
        run("login", to, "--as", MARIA, *here)
        run("plan", "--to", "open-badges-3", *here)
        run("push", "--to", "open-badges-3", *here)
    (destination,) = run("status", "--json", *here).json["destinations"]
    assert [one["state"] for one in destination["states"]] == ["already_there"]


def test_what_is_baked_into_a_picture_goes_over_as_it_is_inside(
    run, rehearsal, memory, person, tmp_path, make
):
    proven = json.dumps(credential(1, proof={"type": "DataIntegrityProof"}), indent=1)
    signed = token(credential(2))
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "proven.png").write_bytes(bake(make.png(), proven))
    (tmp_path / "pictures" / "signed.png").write_bytes(bake(make.png(), signed))
    run("archive", tmp_path / "pictures")
    person()
    run("login", f"open-badges-3:{rehearsal.url}", "--as", MARIA)
    run("plan", "--to", "open-badges-3")
    run("push", "--to", "open-badges-3")
    kept = rehearsal.state.credentials[rehearsal.state.owner(MARIA).id]
    assert set(kept.values()) == {proven.encode(), signed}


def test_explain_asks_what_such_a_host_asks(run, rehearsal, memory, person, tmp_path):
    (tmp_path / "unproven.json").write_text(json.dumps(credential(3)))
    run("archive", tmp_path / "unproven.json")
    person()
    run("login", f"open-badges-3:{rehearsal.url}", "--as", MARIA)
    run("plan", "--to", "open-badges-3")
    told = run("plan", "--to", "open-badges-3", "--explain", "1").out
    assert "Does it carry its own proof" in told
    assert "Can the picture be fetched" not in told
