"""The recorded exchanges of a real Badgr, replayed in their order against the rehearsal.

Compared are status, media type, JSON shape (the same keys and types all the way down), the values
in EXACT, all field errors and the names of validation errors. Identifiers and tokens are translated
from the recorded to the replayed ones.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from migrator.openbadges.baking import bake, unbake
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions
from migrator.rehearsal.tokens import PUBLIC, Application
from migrator.rehearsal.web import Pages

FIXTURES = Path(__file__).parents[2] / "fixtures" / "badgr"
RECORDED = {
    file.stem: json.loads(file.read_text())
    for file in sorted((FIXTURES / "recordings").glob("*.json"))
}
SUITES = (
    ("1-auth", "2-import", "3-dead", "4-backpack", "5-issuer", "6-badgeconnect", "7-extra"),
    ("8-misc",),
    ("9-domain",),
)
PASSWORDS = {
    "alice@example.org": "Al1ce-passw0rd",
    "bob@example.org": "B0b-passw0rd",
    "dan@example.org": "D4n-passw0rd!",
    "issuer@example.org": "C4rol-passw0rd",
}
CAROL = AccountOptions(
    ("issuer@example.org",), PASSWORDS["issuer@example.org"], (), "Carol", "Issuer"
)
NOT_REHEARSED = {
    "5-issuer-70-verify": "nobody asks a backpack to verify again what it holds",
    "5-issuer-72-issuer-tokens": "tokens for one issuer are another way to sign in, not ours",
}


def out_of_scope(name):
    """Say why an exchange is not replayed, '' when it is."""
    if name in NOT_REHEARSED:
        return NOT_REHEARSED[name]
    return ""


ALL = [each for suite in sorted(RECORDED) for each in RECORDED[suite]]
IN_SCOPE = [each["name"] for each in ALL if not out_of_scope(each["name"])]

# Whose token it is and with which scopes, for tokens the recordings do not show being granted
FULL = "rw:profile rw:issuer rw:backpack"
TOKENS = {
    "rDXiBWf9AWLqfmaZo8eXGVeGywFz0h": ("alice@example.org", "r:backpack r:profile"),
    "D0J0zxC9nEr8V0btPTN034VMf39QQN": ("alice@example.org", "r:profile"),
    "UrndosSmivYCnqL8vFACAPYVdSxSyd": ("bob@example.org", FULL),
    "kn960OzFH9Enr9krUoCWkgvD2eqNAd": ("bob@example.org", FULL),
    "H2fpouxKOFicC1BFhM2VVKtwwSsLXS": ("dan@example.org", FULL),
    "jMhRfmJ987uMJEJyCC7ilZp3C4cVrO": ("issuer@example.org", FULL),
    "HtM6WolL2CPEq9iQ4eYUFiSR81J8Da": ("issuer@example.org", "rw:issuer"),
}
EXPIRED = "7CSLYIVL41kO4SuuLKhzA3XgzsqhJY"
ONE_HOUR_LEFT = "fs37QwGiGsCPwFkinONe7mV8rcn86B"
A_REFRESH = "40Xd9adEeACmyOty9ZcwBwUSwxNEbJ"
BOBS_BADGE = "Kfx-MC9rTP26nnKF4oPo9A"
DELETED_BADGE = "RJEOQe6bS5i4ut9xMkTJ1Q"
ITS_COLLECTION = "UCaeoWcoSSKRyKPfQolvaA"

# Values that must be equal, not only of the same type
# fmt: off
EXACT = frozenset((
    "acceptance", "author", "caption", "clientId", "criteria_text", "description", "detail",
    "email", "entityType", "error", "error_description", "evidence_url", "expires", "expires_in",
    "firstName", "first_name", "hashed", "issuedOn", "name", "narrative", "openBadgeId", "pending",
    "plaintextIdentity", "primary", "published", "recipient_identifier", "revoked", "scope",
    "sourceUrl", "statusCode", "statusText", "success", "token_type", "verified",
))
# fmt: on
NOW = re.compile(r"\.\d{6}(Z|\+00:00)$")
OPAQUE = re.compile(r"[\w-]{22}|\w{30}|[0-9a-f]{32}|\w{40}|\w{128}")
NAME = re.compile(r"[A-Z][A-Z]+_[A-Z_]+")


class Replay:
    """One database of the recordings: a rehearsal, a clock and what was called what."""

    def __init__(self, rehearsal, clock, made_web):
        self.rehearsal = rehearsal
        self.clock = clock
        self.made_web = made_web
        self.names = {}
        self.email_ids = {}

    def run(self, exchange):
        """Send the request of an exchange; return what differs from the recorded answer."""
        name, request = exchange["name"], exchange["request"]
        self.prepare(name, request, exchange["response"])
        headers, body = self.body(name, request)
        answer = requests.request(
            request["method"],
            self.rehearsal.url + self.path(request["url"]),
            headers={"Accept": "*/*", **headers},
            data=body,
            timeout=30,
            allow_redirects=False,
        )
        recorded = exchange["response"]
        self.learn(recorded["body"], content(answer))
        self.learn_links(recorded["headers"], answer.headers)
        return list(differences(self.at_home(name, recorded), answer))

    def at_home(self, name, recorded):
        """Return a recorded answer as if the recorded server had had our address."""
        here = self.rehearsal.url
        text = json.dumps(recorded).replace("https://badgr.example", here)
        translated = name.startswith(("5-issuer", "6-badgeconnect"))
        return json.loads(self.translated(text) if translated else text)

    def learn_links(self, recorded, replayed):
        """Remember where the next page and the pictures are, which only headers say."""
        for header, named in (("Link", r"cursor=([\w%]+)"), ("Location", r"-([0-9a-f]{32})")):
            old = re.findall(named, recorded.get(header, ""))
            new = re.findall(named, replayed.get(header, ""))
            self.names |= dict(zip(old, new, strict=False))

    # What the recordings do not show

    def prepare(self, name, request, response):
        """Do what the recording's script did between the exchanges."""
        if name.startswith(("1-auth", "6-badgeconnect")) and response["status"] != 429:
            self.clock.advance(5)
        if name < "1-auth-51" and response["status"] != 429:
            self.token_of("alice@example.org", FULL)
        if name == "4-backpack-19-coll-foreign-assertion":
            token = self.token_of("bob@example.org", FULL)
            self.names[BOBS_BADGE] = self.bring_in(token, "http://localhost:8099/bobs/badge.json")
        if name == "4-backpack-44-delete":
            self.hold_deleted()
        if name == "6-badgeconnect-15-assertions":
            self.bake("http://localhost:8099/second/assertion.json")
        if name == "9-domain-restored-01-dead-host-back-json":
            self.rehearsal.hosted.set_dead(())
        if name == "9-domain-restored-03-dup-after-host-died-again":
            self.rehearsal.hosted.set_dead(["dead.example.org"])
        self.know_token(request)

    def bake(self, badge):
        """Have a badge changed, as baking its picture did on the recorded server."""
        state = self.rehearsal.state
        for key, held in state.held.items():
            if held.open_badge_id == badge:
                state.held[key] = replace(held, changed=state.issuing.tick())

    def hold_deleted(self):
        token = self.token_of("alice@example.org", FULL)
        badge = self.bring_in(token, "http://localhost:8099/delme/assertion.json")
        made = self.post(token, "/v2/backpack/collections", {"name": "holds delme"})
        entity = made["result"][0]["entityId"]
        filled = {"name": "holds delme", "assertions": [badge]}
        self.post(token, f"/v2/backpack/collections/{entity}", filled, method="PUT")
        self.names |= {DELETED_BADGE: badge, ITS_COLLECTION: entity}

    def bring_in(self, token, url):
        return self.post(token, "/v2/backpack/import", {"url": url})["result"][0]["entityId"]

    def post(self, token, path, body, method="POST"):
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.request(
            method, self.rehearsal.url + path, json=body, headers=headers, timeout=20
        )
        assert answer.ok, answer.text
        return answer.json()

    def token_of(self, address, scope):
        form = {"username": address, "password": PASSWORDS[address], "scope": scope}
        form["client_id"] = "allscopes"
        granted = requests.post(f"{self.rehearsal.url}/o/token", data=form, timeout=10)
        assert granted.ok, granted.text
        self.granted = granted.json()
        return self.granted["access_token"]

    def know_token(self, request):
        """Sign in for a token whose grant was not recorded."""
        scheme, _, value = request["headers"].get("Authorization", "").partition(" ")
        if scheme != "Bearer" or value in ("garbage", *self.names):
            return
        address, scope = TOKENS.get(value, ("alice@example.org", FULL))
        if value == EXPIRED:
            self.names[value] = self.token_of(address, scope)
            self.clock.advance(timedelta(hours=25).total_seconds())
            return
        self.names[value] = self.token_of(address, scope)
        if value == ONE_HOUR_LEFT:
            self.token_of(address, scope)
            self.names[A_REFRESH] = self.granted["refresh_token"]
            self.clock.advance(timedelta(hours=23).total_seconds())

    # From recorded to replayed

    def path(self, url):
        path = url.removeprefix("https://badgr.example")
        found = re.match(r"(/v1/user/emails/)(\d+)$", path)
        if found:
            return f"{found[1]}{self.email_ids[int(found[2])]}"
        return self.translated(path)

    def translated(self, text):
        for old, new in self.names.items():
            text = text.replace(old, new)
        return text

    def header(self, value):
        scheme, _, text = value.partition(" ")
        if scheme != "Basic":
            return self.translated(value)
        translated = self.translated(base64.b64decode(text).decode())
        return f"Basic {base64.b64encode(translated.encode()).decode()}"

    def body(self, name, request):
        """Return headers and body; images that the recordings cut are put back."""
        headers = {key: self.header(value) for key, value in request["headers"].items()}
        body = request["body"]
        kind = headers.get("Content-Type", "")
        submitted = self.made_web["submitted"].get(name)
        if "multipart" in kind:
            data = base64.b64decode(submitted or self.made_web["images"]["badge.png"])
            files = {"image": ("badge.png", data, "image/png")}
            form = requests.Request("POST", "http://localhost", files=files).prepare()
            return headers | {"Content-Type": form.headers["Content-Type"]}, form.body
        if name.startswith("5-issuer"):
            return headers, self.issuing(body, submitted)
        if isinstance(body, dict) and submitted:
            data = base64.b64decode(submitted)
            if "image" in body:
                family = body["image"].partition(",")[0]
                body = {"image": f"{family},{submitted}"}
            else:
                body = {"assertion": data.decode()}
        if isinstance(body, dict | list):
            body = self.translated(json.dumps(body))
        return headers, self.translated(body).encode() if body else None

    def issuing(self, body, submitted):
        """Return the body of a request to issue, about badges of this server."""
        if body is None:
            return None
        if submitted:
            data = base64.b64decode(submitted)
            text = self.here(unbake(data).baked[0].text)
            body = {"image": data_uri(bake(data, text))}
        elif isinstance(body, dict) and "cut>" in body.get("image", ""):
            kind = "jpeg" if "jpeg" in body["image"] else "png"
            picture = base64.b64decode(self.made_web["images"][f"badge.{kind}"])
            body = body | {"image": data_uri(picture)}
        return self.here(json.dumps(body)).encode()

    def here(self, text):
        return self.translated(text.replace("https://badgr.example", self.rehearsal.url))

    def learn(self, recorded, replayed):
        """Remember what the replayed server calls the things the recorded one named."""
        if isinstance(recorded, dict) and isinstance(replayed, dict):
            if isinstance(recorded.get("id"), int):
                self.email_ids[recorded["id"]] = replayed.get("id")
            for key, value in recorded.items():
                self.learn(value, replayed.get(key))
        elif isinstance(recorded, list) and isinstance(replayed, list):
            same = len(recorded) == len(replayed)
            if same and (len(recorded) == 1 or all(map(is_award, recorded))):
                for old, new in zip(recorded, replayed, strict=True):
                    self.learn(old, new)
        elif isinstance(recorded, str) and isinstance(replayed, str):
            old, new = (re.search(r"[?&]code=(\w+)&", one) for one in (recorded, replayed))
            if old and new:
                self.names[old[1]] = new[1]
            elif OPAQUE.fullmatch(recorded) and recorded != replayed:
                self.names[recorded] = replayed


def is_award(thing):
    """Whether a thing in a list is one that was awarded here: those come in the same order."""
    return isinstance(thing, dict) and (thing.keys() >= {"createdBy"} or "created_by" in thing)


def data_uri(data):
    kind = "jpeg" if data.startswith(b"\xff\xd8") else "png"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def content(answer):
    try:
        return answer.json()
    except ValueError:
        return answer.text


def differences(recorded, answer):
    """Yield in words what a replayed answer has that the recorded one has not."""
    if answer.status_code != recorded["status"]:
        yield f"status {answer.status_code}, recorded {recorded['status']}: {answer.text[:300]}"
        return
    for header in ("Content-Type", "WWW-Authenticate"):
        old, new = recorded["headers"].get(header), answer.headers.get(header)
        if old != new:
            yield f"{header} {new}, recorded {old}"
    if ("Location" in recorded["headers"]) != ("Location" in answer.headers):
        yield "only one of both redirects"
    body = content(answer)
    if "text/html" in recorded["headers"].get("Content-Type", "") and isinstance(body, str):
        if ("<html" in recorded["body"]) != ("<html" in body):
            yield "only one of both is a page"
        return
    yield from unlike(recorded["body"], body, "")


def unlike(old, new, where):
    """Yield where two JSON values differ in shape, or in a value that must be equal."""
    key = where.rpartition(".")[2]
    if key == "validationErrors" or (where == "" and is_messages(old)):
        if spelled(old) != spelled(new):
            yield f"{where}: {spelled(new)}, recorded {spelled(old)}"
    elif type(old) is not type(new):
        yield f"{where}: {new!r}, recorded {old!r}"
    elif key in EXACT and not isinstance(old, dict | list):
        if old != new and not is_of_the_moment(str(old), str(new)):
            yield f"{where}: {new!r}, recorded {old!r}"
    elif key == "fieldErrors":
        if old != new:
            yield f"{where}: {new!r}, recorded {old!r}"
    elif isinstance(old, dict):
        if set(old) != set(new):
            yield f"{where}: keys {sorted(set(old) ^ set(new))} are in one of both only"
        for name in set(old) & set(new):
            yield from unlike(old[name], new[name], f"{where}.{name}")
    elif isinstance(old, list):
        yield from unlike_lists(old, new, where)


def is_of_the_moment(old, new):
    """Whether both are blank nodes, or dates that nobody gave, so that it was then."""
    blank = old.startswith("_:") and new.startswith("_:")
    return blank or bool(NOW.search(old) and NOW.search(new))


def unlike_lists(old, new, where):
    """Lists of things are paired by what they are called, whatever their order."""
    by = {str(called(each)): each for each in new}
    if where.endswith("result") and old and old[0].get("entityType") == "AccessToken":
        # the recording's script signed in more often than it recorded
        timeless = {"scope": "", "expires": "", "created": ""}
        applications = {each["application"]["clientId"]: each for each in new}
        for each in old:
            partner = applications[each["application"]["clientId"]]
            yield from unlike(each | timeless, partner | timeless, where)
        return
    if len(old) != len(new):
        yield f"{where}: {len(new)} things, recorded {len(old)}: {sorted(by)}"
    for number, each in enumerate(old):
        name = str(called(each))
        partner = by.get(name, new[number] if number < len(new) and called(each) is None else ...)
        if partner is ...:
            yield f"{where}: {name} is missing"
        else:
            yield from unlike(each, partner, f"{where}[{name}]")


def called(thing):
    """Return the name of a thing in a list that is the same in both worlds."""
    if not isinstance(thing, dict):
        return None
    if "entityId" in thing and "entityType" not in thing:
        return thing["entityId"]
    inner = thing.get("json") if isinstance(thing.get("json"), dict) else thing
    keys = ("openBadgeId", "email", "name", "evidence_url", "narrative")
    named = inner.get("id") if "://" in str(inner.get("id")) else None
    return named or next((inner[key] for key in keys if inner.get(key)), None)


def is_messages(body):
    return isinstance(body, list) and bool(body) and "name" in body[0] and "json" not in body[0]


def spelled(messages):
    """Return validation errors without what differs from run to run: names, order, how many."""
    if not isinstance(messages, list):
        return messages
    if any(isinstance(each, str) and NAME.fullmatch(each) for each in messages):
        known = [each for each in messages if NAME.fullmatch(each) or each in ("True", "False")]
        return [*known, f"{len(messages)} in all"]
    return [
        (each.get("name"), sorted(each), each.get("description"))
        if isinstance(each, dict)
        else each
        for each in messages
    ]


@pytest.fixture(scope="module")
def replayed(made_web, request):
    """Replay everything once; return the differences by name."""
    found = {}
    for suites in SUITES:
        clock = request.getfixturevalue("module_clock")()
        accounts = tuple(
            AccountOptions(
                emails=(*each["verified"], *each["unverified"]),
                unverified=tuple(each["unverified"]),
                password=PASSWORDS[each["verified"][0]],
                first_name=name.title(),
                last_name="Learner",
            )
            for name, each in made_web["accounts"].items()
        )
        accounts = (*accounts, CAROL)
        with serve(
            RehearsalOptions(
                accounts=accounts,
                documents=whole_web(made_web),
                dead=tuple(made_web["dead"]),
                clock=clock,
                applications=(
                    PUBLIC,
                    Application(
                        "allscopes", "All scopes", (*FULL.split(), "r:backpack", "r:profile")
                    ),
                    Application("machine", "Machine", ("rw:issuer",), secret="machine-secret"),
                ),
            ),
        ) as rehearsal:
            replay = Replay(rehearsal, clock, made_web)
            for suite in suites:
                for exchange in RECORDED[suite]:
                    if not out_of_scope(exchange["name"]):
                        found[exchange["name"]] = replay.run(exchange)
    return found


def whole_web(made_web):
    """The made web, its restored pages, and a badge of Bob's."""
    pages = {each["url"]: each for each in made_web["pages"]}
    plain = {"type": "email", "hashed": False, "identity": "bob@example.org"}
    bobs = pages["http://localhost:8099/ob2a/assertion.json"]["json"] | {
        "id": "http://localhost:8099/bobs/badge.json",
        "recipient": plain,
    }
    more = [*made_web["restored"], {"url": bobs["id"], "json": bobs}]
    return Pages(made_web | {"pages": [*made_web["pages"], *more]})


@pytest.mark.parametrize("name", IN_SCOPE)
def test_rehearsal_answers_as_recorded(replayed, name):
    assert not replayed[name], "\n".join(replayed[name])


def test_every_exchange_is_replayed_or_has_a_reason_not_to(replayed, capsys):
    left_out = [each["name"] for each in ALL if out_of_scope(each["name"])]
    agree = sum(1 for each in IN_SCOPE if not replayed[each])
    with capsys.disabled():
        print(f"\n{agree} of {len(IN_SCOPE)} agree ({len(left_out)} out of scope)")  # noqa: T201 -- asked for
    assert len(IN_SCOPE) + len(left_out) == len(ALL)
    assert agree == len(IN_SCOPE)
