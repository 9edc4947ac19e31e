from __future__ import annotations

import pytest

from migrator.web.files import POLICY


def number(filled, url):
    return filled.one("select id from assertion where hosted_url = ?", url)["id"]


def test_a_picture_is_shown_without_the_badge_in_it(asking, filled):
    found = asking.get(
        f"/badge/{number(filled, 'https://issuer.example/assertions/1.json')}/picture"
    )
    assert found.headers["content-type"] == "image/png"
    assert found.headers["content-security-policy"] == POLICY
    assert b"openbadges" not in found.content


def test_a_drawing_is_never_a_page(asking, filled):
    found = asking.get(
        f"/badge/{number(filled, 'https://issuer.example/assertions/7.json')}/picture"
    )
    assert found.headers["content-type"] == "image/svg+xml"
    assert found.headers["content-disposition"].startswith("attachment")
    assert found.headers["content-security-policy"] == POLICY
    assert "sandbox" in POLICY


def test_an_original_comes_byte_for_byte_and_only_of_its_badge(asking, filled, make):
    one = number(filled, "https://issuer.example/assertions/1.json")
    two = number(filled, "https://issuer.example/assertions/2.json")
    image = filled.one("select image_id from sighting where assertion_id = ?", one)[0]
    found = asking.get(f"/badge/{one}/original/{image}")
    assert found.content == make.baked(1)
    assert found.headers["content-disposition"].startswith("attachment")
    assert found.headers["content-type"] == "application/octet-stream"
    document = filled.one("select document_id from assertion where id = ?", two)[0]
    assert asking.get(f"/badge/{two}/document/{document}").json()["uid"] == "2"
    for path in (f"/badge/{two}/original/{image}", f"/badge/{one}/document/{document}"):
        assert asking.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/badge/99/picture", "/badge/99/original/1"])
def test_what_is_not_kept_is_not_found(asking, path):
    assert asking.get(path).status_code == 404
