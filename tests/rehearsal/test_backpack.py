from __future__ import annotations

import base64

import pytest
import requests

OB2A = "http://localhost:8099/ob2a/assertion.json"
V1 = "/v1/earner/badges"
V2 = "/v2/backpack/import"


def bring_in(visitor, url=OB2A):
    return visitor.ask("POST", V2, {"url": url}).json()["result"][0]


@pytest.mark.parametrize("value", ["nonsense", "mailto:a@b.cc", "http://", "http://[", 7])
def test_url_that_is_none_is_refused_by_name(start, visit, value):
    visitor = visit(start())
    assert visitor.ask("POST", V2, {"url": value}).json()["fieldErrors"] == {
        "url": ["Enter a valid URL."]
    }
    assert visitor.ask("POST", V1, {"url": value}).json() == {"url": ["Enter a valid URL."]}


@pytest.mark.parametrize("body", ["[1]", '"x"', "3"])
def test_body_that_is_no_object_is_refused(start, visit, body):
    visitor = visit(start())
    for path in (V1, V2):
        headers = {"Content-Type": "application/json"}
        assert visitor.ask("POST", path, data=body, headers=headers).status_code == 400


def test_malformed_json_is_refused_in_v1_too(start, visit):
    headers = {"Content-Type": "application/json"}
    answer = visit(start()).ask("POST", V1, data="{bad", headers=headers)
    assert answer.json()["detail"].startswith("JSON parse error")


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("data:image/png;base64,@@@", "Invalid image."),
        ("data:image/png;base64,AAAA", "Invalid image."),
        ("x", "The submitted data was not a file. Check the encoding type on the form."),
    ],
)
def test_image_that_is_none_is_refused_by_name(start, visit, uri, sentence):
    visitor = visit(start())
    assert visitor.ask("POST", V1, {"image": uri}).json() == {"image": [sentence]}
    assert visitor.ask("POST", V2, {"image": uri}).json()["fieldErrors"] == {"image": [sentence]}


@pytest.mark.parametrize("text", ["[1]", "7"])
def test_v1_fails_over_json_that_is_no_object(start, visit, text):
    assert visit(start()).ask("POST", V1, {"assertion": text}).status_code == 500


def test_v1_lists_deletes_and_then_knows_the_badge_no_more(start, visit):
    visitor = visit(start())
    held = bring_in(visitor)
    path = f"{V1}/{held['entityId']}"
    assert [each["id"] for each in visitor.ask("GET", V1).json()] == [held["entityId"]]
    assert visitor.ask("DELETE", path).status_code == 204
    answer = visitor.ask("GET", path)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_acceptance_must_be_named(start, visit):
    visitor = visit(start())
    path = f"/v2/backpack/assertions/{bring_in(visitor)['entityId']}"
    said = {"acceptance": ["This field is required."]}
    assert visitor.ask("PUT", path, {}).json()["fieldErrors"] == said


def test_hashed_identity_is_hashed_anew_for_each_import(start, visit):
    visitor = visit(start())
    first = bring_in(visitor)
    visitor.ask("DELETE", f"/v2/backpack/assertions/{first['entityId']}")
    second = bring_in(visitor)
    assert first["recipient"]["salt"] != second["recipient"]["salt"]
    assert first["entityId"] != second["entityId"]
    assert first["badgeclass"] == second["badgeclass"]


def test_same_issuer_without_id_is_new_each_time(start, visit):
    visitor = visit(start())
    at = "http://localhost:8099/rehost05"
    urls = [f"{at}/image-url.json", f"{at}/image-data.json"]
    first, second = (bring_in(visitor, url) for url in urls)
    assert first["issuerOpenBadgeId"].startswith("_:")
    assert first["issuer"] != second["issuer"]


def test_form_without_scope_of_the_backpack_is_refused_before_it_is_read(start, visit):
    visitor = visit(start(), scope="rw:profile")
    assert visitor.ask("POST", V2, data="x=y").status_code == 404
    assert visitor.ask("POST", V1, {"url": OB2A}).status_code == 403


# Public pages


def public(rehearsal, path, **headers):
    return requests.get(rehearsal.url + path, headers=headers, timeout=5, allow_redirects=False)


def test_public_pages_of_badge_class_and_issuer_are_json_for_machines(start, visit):
    rehearsal = start()
    held = bring_in(visit(rehearsal))
    page = public(rehearsal, f"/public/badges/{held['badgeclass']}.json?expand=issuer").json()
    assert page["id"] == held["badgeclassOpenBadgeId"]
    assert page["issuer"]["id"] == held["issuerOpenBadgeId"]
    page = public(rehearsal, f"/public/issuers/{held['issuer']}").json()
    assert page["name"] == "Example Issuer ob2a"
    page = public(rehearsal, f"/public/assertions/{held['entityId']}.json").json()
    assert page["id"] == OB2A


def test_public_page_leads_a_browser_to_the_pages_for_people(start, visit):
    rehearsal = start()
    held = bring_in(visit(rehearsal))
    answer = public(rehearsal, f"/public/assertions/{held['entityId']}", Accept="text/html")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/public/assertions/{held['entityId']}")


@pytest.mark.parametrize(
    "path",
    [
        "/public/badges/nope",
        "/public/issuers/http:%2F%2Flocalhost:8099%2Fob2a%2Fissuer.json",
        "/public/issuers/nope",
        "/public/assertions/nope",
        "/public/collections/nope",
        "/media/nope.png",
    ],
)
def test_public_page_of_nothing_is_not_found(start, visit, path):
    rehearsal = start()
    bring_in(visit(rehearsal))
    assert public(rehearsal, path).status_code == 404


def test_images_are_the_issuers_own_and_gone_when_its_host_is(start, visit, made_web):
    rehearsal = start()
    held = bring_in(visit(rehearsal))
    images = {base64.b64decode(data) for data in made_web["images"].values()}
    paths = [
        held["image"].removeprefix(rehearsal.url),
        f"/public/badges/{held['badgeclass']}/image",
        f"/public/issuers/{held['issuer']}/image",
    ]
    for path in paths:
        answer = public(rehearsal, path)
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.content in images
    rehearsal.hosted.set_dead(["localhost"])
    assert {public(rehearsal, path).status_code for path in paths} == {404}


def test_embedded_image_is_on_no_page(start, visit):
    rehearsal = start()
    held = bring_in(visit(rehearsal), "http://localhost:8099/datauri/assertion.json")
    assert public(rehearsal, f"/public/badges/{held['badgeclass']}/image").status_code == 404
