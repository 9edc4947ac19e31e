from __future__ import annotations

import pytest

V2 = "/v2/backpack/collections"
V1 = "/v1/earner/collections"


@pytest.fixture
def visitor(start, visit):
    return visit(start())


def create(visitor, **body):
    return visitor.ask("POST", V2, {"name": "Mine"} | body).json()["result"][0]


def bring_in(visitor, name="ob2a"):
    url = f"http://localhost:8099/{name}/assertion.json"
    return visitor.ask("POST", "/v2/backpack/import", {"url": url}).json()["result"][0]["entityId"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": 3}, {"name": ["Not a valid string."]}),
        ({"name": " "}, {"name": ["This field may not be blank."]}),
        ({"name": "x", "published": "yes"}, {"published": ['"yes" is not a valid boolean.']}),
    ],
)
def test_field_that_cannot_be_is_named(visitor, body, fields):
    assert visitor.ask("POST", V2, body).json()["fieldErrors"] == fields
    assert visitor.ask("POST", V1, body).json() == fields


def test_badges_of_a_collection_must_be_a_list(visitor):
    path = f"{V2}/{create(visitor)['entityId']}"
    answer = visitor.ask("PUT", path, {"name": "x", "assertions": "all"})
    assert answer.json()["fieldErrors"]["assertions"]


def test_publishing_again_makes_a_new_address(visitor):
    path = f"{V2}/{create(visitor, published=True)['entityId']}"

    def put(published):
        body = {"name": "Mine", "published": published}
        return visitor.ask("PUT", path, body).json()["result"][0]["shareHash"]

    first = put(True)
    assert first == put(True)
    assert put(False) == ""
    assert put(True) not in ("", first)


def test_collection_that_is_not_published_cannot_be_shared(visitor):
    path = f"/v2/backpack/share/collection/{create(visitor)['entityId']}?provider=facebook"
    assert visitor.ask("GET", path).status_code == 404


def test_share_link_leads_away_unless_only_its_address_is_wanted(visitor):
    badge = bring_in(visitor)
    path = f"/v2/backpack/share/assertion/{badge}?provider=twitter"
    answer = visitor.ask("GET", path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("https://twitter.com/")
    assert visitor.ask("GET", path + "&redirect=0").json() == {"url": answer.headers["Location"]}


def test_deleted_badge_leaves_its_collections(visitor):
    badge, other = bring_in(visitor), bring_in(visitor, "ob2b")
    path = f"{V2}/{create(visitor)['entityId']}"
    visitor.ask("PUT", path, {"name": "Mine", "assertions": [badge, other]})
    visitor.ask("DELETE", f"/v2/backpack/assertions/{badge}")
    assert visitor.ask("GET", path).json()["result"][0]["assertions"] == [other]


def test_collection_in_v1_is_changed_in_one_step(visitor):
    first, second = bring_in(visitor), bring_in(visitor, "ob2b")
    made = visitor.ask("POST", V1, {"name": "One", "badges": [{"id": first}]}).json()
    path = f"{V1}/{made['slug']}"
    assert visitor.ask("GET", path).json() == made
    body = {"name": "Two", "badges": [second]}
    changed = visitor.ask("PUT", path, body).json()
    assert (changed["name"], changed["badges"]) == ("Two", [{"id": second, "description": ""}])
    assert visitor.ask("DELETE", f"{path}/badges/{first}").status_code == 404


def test_public_page_of_a_collection_hides_pending_badges(start, visit):
    rehearsal = start()
    visitor = visit(rehearsal)
    badge, pending = bring_in(visitor), bring_in(visitor, "pending")
    made = create(visitor, published=True)
    body = {"name": "Mine", "assertions": [badge, pending]}
    visitor.ask("PUT", f"{V2}/{made['entityId']}", body)
    page = visitor.ask("GET", f"/public/collections/{made['shareHash']}.json").json()
    assert [each["hostedUrl"].rpartition("/")[2] for each in page["badges"]] == [badge]
