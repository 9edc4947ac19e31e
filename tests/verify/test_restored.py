from __future__ import annotations

from migrator.verify.answers import Answer
from migrator.verify.restored import RestoredWeb


class Pages:
    def __init__(self, **pages):
        self.pages = {f"http://a.example/{name}": page for name, page in pages.items()}

    def get(self, url):
        return self.pages.get(url) or Answer.unknown(url)


def page(status=200, content_type="application/json", body=b"{}"):
    return Answer("", status, content_type, body)


def test_what_is_kept_stands_in_its_place_again():
    kept, today = Pages(a=page(body=b"old")), Pages(a=Answer("", error="dns"))
    web = RestoredWeb(kept, today)
    assert web.get("http://a.example/a").body == b"old"
    assert web.put_back == ("http://a.example/a",)
    assert web.missing == ()
    assert web.hosts == ("a.example",)


def test_what_is_still_served_need_not_be_put_back():
    kept, today = Pages(a=page(body=b"old")), Pages(a=page(), b=page(body=b"new"))
    web = RestoredWeb(kept, today)
    web.get("http://a.example/a")
    assert web.get("http://a.example/b").body == b"new"
    assert (web.put_back, web.missing) == ((), ())


def test_what_nobody_has_is_missing():
    gone = Pages(a=page(404), b=page(content_type="text/html; charset=utf-8"))
    web = RestoredWeb(Pages(), gone)
    urls = tuple(f"http://a.example/{name}" for name in "abc")
    assert [web.get(url).status for url in urls] == [404] * 3
    assert web.missing == urls
