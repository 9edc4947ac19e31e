"""Issuing in the rehearsal beyond what the recordings show: roles, pages, revoking, mails."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from migrator.rehearsal.faults import Faults
from migrator.rehearsal.state import AccountOptions

WEB = json.loads((Path(__file__).parents[2] / "fixtures/badgr/web.json").read_text())
PNG = f"data:image/png;base64,{WEB['images']['badge.png']}"
SCOPE = "rw:profile rw:issuer rw:backpack"
CAROL = AccountOptions(("carol@school.example",), "secret")
SAM = AccountOptions(("sam@school.example",), "secret")
ALICE_ADDRESS = "alice@example.org"
ALICE = AccountOptions((ALICE_ADDRESS,), "secret")
NEW_ISSUER = {"name": "X", "url": "https://x.example", "email": CAROL.emails[0]}
NEW_CLASS = {"name": "X", "description": "x", "image": PNG}


class Staff:
    """Carol and her issuer with one badge class, and Sam who is to be hired."""

    def __init__(self, rehearsal, visit):
        self.rehearsal = rehearsal
        self.carol = visit(rehearsal, CAROL, SCOPE)
        self.sam = visit(rehearsal, SAM, SCOPE)
        self.issuer = self.made("/v2/issuers", name="School", url="https://s.example")
        self.welder = self.made("/v2/badgeclasses", issuer=self.issuer, name="Welder")

    def made(self, path, **body):
        body = {"description": "x", "email": CAROL.emails[0], "image": PNG} | body
        answer = self.carol.ask("POST", path, body)
        assert answer.status_code == 201, answer.text
        return answer.json()["result"][0]["entityId"]

    def hire(self, role):
        accounts = self.rehearsal.state.accounts.values()
        sam = next(one for one in accounts if one.primary == SAM.emails[0])
        self.rehearsal.state.issuing.hire(self.issuer, sam.id, role)

    def award(self, who=None, to=ALICE_ADDRESS, **more):
        body = {"recipient": {"identity": to}} | more
        return (who or self.carol).ask("POST", f"/v2/badgeclasses/{self.welder}/assertions", body)

    def shown(self):
        return self.carol.ask("GET", "/__rehearsal__/").json()


@pytest.fixture
def staff(start, visit):
    return Staff(start(accounts=(CAROL, SAM, ALICE)), visit)


@pytest.mark.parametrize(
    ("role", "awards", "makes"),
    [("owner", 201, 201), ("editor", 201, 201), ("staff", 201, 404), ("stranger", 404, 404)],
)
def test_each_role_may_do_what_it_may(staff, role, awards, makes):
    staff.hire(role)
    assert staff.award(staff.sam).status_code == awards
    new = {"name": "X", "description": "x", "image": PNG}
    path = f"/v2/issuers/{staff.issuer}/badgeclasses"
    assert staff.sam.ask("POST", path, new).status_code == makes


def test_a_token_without_the_scope_may_nothing(staff, visit):
    backpack = visit(staff.rehearsal, CAROL)
    assert backpack.ask("GET", "/v2/issuers").status_code == 404
    assert staff.award(backpack).status_code == 404


def test_what_is_not_there_is_not_found(staff):
    for path in ("/v2/issuers/x", "/v2/badgeclasses/x", "/v2/assertions/x"):
        assert staff.carol.ask("GET", path).status_code == 404
    body = {"badgeclass": "x", "recipient": {"identity": ALICE_ADDRESS}}
    assert (
        staff.carol.ask("POST", f"/v2/issuers/{staff.issuer}/assertions", body).status_code == 404
    )


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v2/issuers", {"name": "X", "url": "x", "email": CAROL.emails[0]}, "url"),
        (
            "/v2/issuers",
            {"name": "X", "url": "https://x.y", "email": CAROL.emails[0], "image": "x"},
            "image",
        ),
        ("/v2/badgeclasses", {"name": "X"}, "issuer"),
        ("CLASS", {"name": "X", "description": "x", "image": PNG, "tags": "x"}, "tags"),
        (
            "CLASS",
            {"name": "X", "description": "x", "image": PNG, "criteriaUrl": "x"},
            "criteriaUrl",
        ),
    ],
)
def test_what_cannot_be_made_names_its_field(staff, path, body, field):
    path = path.replace("CLASS", f"/v2/issuers/{staff.issuer}/badgeclasses")
    answer = staff.carol.ask("POST", path, body)
    assert (answer.status_code, list(answer.json()["fieldErrors"])) == (400, [field])


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"evidence": [{"url": "x"}]}, "evidence"),
        ({"evidence": "x"}, "evidence"),
        ({"issuedOn": "soon"}, "issuedOn"),
        ({"issuedOn": "1500-01-01T00:00:00Z"}, "issuedOn"),
        ({"recipient": {"identity": "x", "type": "name"}}, "recipient"),
    ],
)
def test_what_cannot_be_awarded_names_its_field(staff, more, field):
    answer = staff.award(**more)
    assert (answer.status_code, list(answer.json()["fieldErrors"])) == (400, [field])


def test_pages_lead_forth_and_back(staff):
    for number in range(5):
        staff.award(to=f"p{number}@example.org")
    path, seen = f"/v2/badgeclasses/{staff.welder}/assertions?num=2", []
    while path:
        answer = staff.carol.ask("GET", path)
        seen.append([one["recipient"]["plaintextIdentity"][1] for one in answer.json()["result"]])
        back = answer.links.get("prev")
        path = answer.links.get("next", {}).get("url", "").removeprefix(staff.rehearsal.url)
    assert seen == [["4", "3"], ["2", "1"], ["0"]]
    answer = staff.carol.ask("GET", back["url"].removeprefix(staff.rehearsal.url))
    before = [one["recipient"]["plaintextIdentity"][1] for one in answer.json()["result"]]
    assert before == ["2", "1"]
    odd = staff.carol.ask("GET", f"/v2/badgeclasses/{staff.welder}/assertions?num=2&cursor=odd")
    assert len(odd.json()["result"]) == 2


def test_mails_are_counted_and_awards_made_twice_are_named(staff):
    batch = {"assertions": [{"recipient": {"identity": ALICE_ADDRESS}, "issuedOn": "2014-01-01"}]}
    path = f"/v2/badgeclasses/{staff.welder}/issue"
    staff.carol.ask("POST", path, batch | {"create_notification": True})
    assert staff.shown()["mails"] == 1
    assert staff.shown()["awarded_twice"] == []
    staff.carol.ask("POST", path, batch)
    assert staff.shown()["mails"] == 1
    assert staff.shown()["awarded_twice"] == [f"Welder to {ALICE_ADDRESS}"]
    assert staff.shown()["awards"] == {"Welder": 2}


def test_the_learner_accepts_rejects_and_sees_what_was_awarded(staff, visit):
    award = staff.award().json()["result"][0]["entityId"]
    alice = visit(staff.rehearsal, ALICE, SCOPE)
    (held,) = alice.ask("GET", "/v2/backpack/assertions").json()["result"]
    assert (held["entityId"], held["acceptance"]) == (award, "Unaccepted")
    assert alice.ask("GET", "/v1/earner/badges").json()[0]["id"] == award
    path = f"/v2/backpack/assertions/{award}"
    assert (
        alice.ask("PUT", path, {"acceptance": "Accepted"}).json()["result"][0]["acceptance"]
        == "Accepted"
    )
    assert alice.ask("DELETE", path).status_code == 204
    assert alice.ask("GET", "/v2/backpack/assertions").json()["result"] == []


def test_a_revoked_award_can_be_looked_at_in_both_versions_and_revoked_once(staff):
    award = staff.award().json()["result"][0]["entityId"]
    body = [{"entityId": award, "revocationReason": "x"}] * 2
    first, second = staff.carol.ask("POST", "/v2/assertions/revoke", body).json()["result"]
    assert first["revoked"]
    assert second["reason"] == "assertion is already revoked"
    assert staff.carol.ask("POST", "/v2/assertions/revoke", {}).json()["result"] == []
    for version in ("", "?v=1_1"):
        assert staff.carol.ask("GET", f"/public/assertions/{award}{version}").json()["revoked"]
    listed = staff.carol.ask("GET", f"/v2/badgeclasses/{staff.welder}/assertions").json()
    assert listed["result"] == []


def test_what_was_never_awarded_can_be_deleted(staff):
    assert staff.carol.ask("DELETE", f"/v2/badgeclasses/{staff.welder}").status_code == 204
    assert staff.carol.ask("DELETE", f"/v2/issuers/{staff.issuer}").status_code == 204
    assert staff.carol.ask("GET", "/v2/issuers").json()["result"] == []


def test_evidence_can_be_changed_afterwards(staff):
    award = staff.award(expires="2030-01-01T00:00:00Z").json()["result"][0]["entityId"]
    body = {"evidence": [{"url": "https://ev.example/2"}]}
    changed = staff.carol.ask("PUT", f"/v2/assertions/{award}", body).json()["result"][0]
    assert changed["evidence"] == [{"url": "https://ev.example/2", "narrative": None}]
    page = staff.carol.ask("GET", f"/public/assertions/{award}?v=1_1").json()
    assert page["evidence"] == "https://ev.example/2"
    assert staff.carol.ask("GET", f"/v2/badgeclasses/{staff.welder}").status_code == 200
    found = staff.carol.ask("GET", f"/v2/issuers/{staff.issuer}/badgeclasses").json()["result"]
    assert [one["entityId"] for one in found] == [staff.welder]


def test_pictures_and_pages_of_what_was_made_are_served(staff):
    wanted = base64.b64decode(WEB["images"]["badge.png"])
    award = staff.award().json()["result"][0]["entityId"]
    for path in (f"/public/badges/{staff.welder}/image", f"/public/issuers/{staff.issuer}/image"):
        assert staff.carol.ask("GET", path).content == wanted
    moved = staff.carol.ask("GET", f"/public/assertions/{award}/image")
    assert staff.carol.ask("GET", moved.headers["Location"]).content == wanted
    page = staff.carol.ask("GET", f"/public/badges/{staff.welder}?v=1_1").json()
    assert page["@context"].endswith("/v1")
    assert page["issuer"].endswith("?v=1_1")
    bare = staff.made("/v2/issuers", name="Bare", url="https://s.example", image=None)
    assert staff.carol.ask("GET", f"/public/issuers/{bare}/image").status_code == 404
    assert staff.carol.ask("GET", f"/public/issuers/{bare}?v=1_1").json()["image"] is None


def test_the_backpack_finds_nothing_of_its_own_where_nothing_is(staff, visit):
    alice = visit(staff.rehearsal, ALICE, SCOPE)
    for path in ("/public/assertions/x", "/public/x", "/public/assertions/x/y/z"):
        answer = alice.ask("POST", "/v2/backpack/import", {"url": staff.rehearsal.url + path})
        assert answer.status_code == 400


def test_in_v1_a_wrong_award_names_its_field_and_a_second_one_is_refused(staff):
    path = f"/v1/issuer/issuers/{staff.issuer}/badges/{staff.welder}/assertions"
    assert staff.carol.ask("POST", path, {}).json() == {
        "non_field_errors": ["Enter a valid email address."]
    }
    body = {"recipient_identifier": ALICE_ADDRESS, "allow_duplicate_awards": False}
    assert staff.carol.ask("POST", path, body).status_code == 201
    assert staff.carol.ask("POST", path, body).status_code == 400


def test_faults_hit_awards_too(staff):
    staff.rehearsal.app.faults = Faults(fail=100.0)
    assert staff.award().status_code == 500
