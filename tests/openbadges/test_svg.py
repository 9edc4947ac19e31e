import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.openbadges.baking import bake, unbake
from migrator.openbadges.model import Unreadable

URL = "http://a.example.org/1.json?a=1&b=2"
JSON = '{"uid":"1","recipient":{"identity":"me@example.org"},"badge":"http://a.example.org/b"}'
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="http://openbadges.org">'
PLAIN = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
ATTRIBUTE = URL.replace("&", "&amp;")


def texts(image):
    return [(one.kind, one.text) for one in unbake(image).baked]


@pytest.mark.parametrize(
    "element",
    [
        f'<openbadges:assertion verify="{ATTRIBUTE}"></openbadges:assertion>',
        f"<openbadges:assertion\n verify = '{ATTRIBUTE}' />",
        f'<ob:assertion xmlns:ob="http://openbadges.org" verify="{ATTRIBUTE}"/>',
        f'<assertion xmlns="http://openbadges.org/" verify="{ATTRIBUTE}"/>',
        f"<openbadges:assertion><![CDATA[{URL}]]></openbadges:assertion>",
        f'<openbadges:assertion verify="{ATTRIBUTE}"><![CDATA[{URL}]]></openbadges:assertion>',
        f'<c:credential xmlns:c="https://purl.imsglobal.org/ob/v3p0" verify="{ATTRIBUTE}"/>',
    ],
)
def test_an_address_is_found_however_it_is_written(element):
    image = f'<?xml version="1.0"?>\n{HEAD}<g>é</g>{element}<path/></svg>'.encode()
    assert texts(image) == [("url", URL)]
    baked = unbake(image).baked[0]
    assert image[baked.start : baked.end] == element.encode()
    assert unbake(image).warnings == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_wide_svg_is_read_with_its_place(encoding):
    bom = "\ufeff" if encoding == "utf-16-be" else ""
    element = f'<openbadges:assertion verify="{ATTRIBUTE}"></openbadges:assertion>'
    image = f"{bom}{HEAD}{element}<path/></svg>".encode(encoding)
    baked = unbake(image).baked[0]
    assert baked.text == URL
    assert image[baked.start : baked.end] == element.encode("utf-16-be" if bom else "utf-16-le")
    with pytest.raises(Unreadable, match="UTF-16"):
        bake(image, URL)


@pytest.mark.parametrize(
    "inside",
    [
        f"\n  <![CDATA[\n{JSON}\n]]>\n",
        JSON.replace('"', "&quot;"),
        JSON,
        f"<![CDATA[{JSON[:20]}]]><![CDATA[{JSON[20:]}]]>",
    ],
)
def test_json_is_found_with_and_without_cdata(inside):
    image = f"{HEAD}<openbadges:assertion>{inside}</openbadges:assertion></svg>".encode()
    [(kind, text)] = texts(image)
    assert kind == "json"
    assert json.loads(text) == json.loads(JSON)


def test_json_comes_before_the_address_beside_it():
    image = bake(PLAIN, JSON, verify=URL)
    assert texts(image) == [("json", JSON), ("url", URL)]


@pytest.mark.parametrize(
    "image",
    [
        # A namespace nobody declared.
        f'<svg><openbadges:assertion verify="{ATTRIBUTE}"/></svg>',
        f'<svg><openbadges:assertion verify="{ATTRIBUTE}"> </openbadges:assertion></svg>',
        # Entities, as drawing programs declare them for their namespaces.
        f'<!DOCTYPE svg [<!ENTITY n "">]>{HEAD}<openbadges:assertion verify="{ATTRIBUTE}"/></svg>',
        # Not closed.
        f"{HEAD}<g><openbadges:assertion><![CDATA[{URL}]]></openbadges:assertion></svg>",
        f"{HEAD}&nope;<openbadges:assertion>{ATTRIBUTE}</openbadges:assertion></svg>",
    ],
)
def test_broken_or_unsafe_xml_is_searched_as_bytes(image):
    assert texts(image.encode()) == [("url", URL)]
    assert unbake(image.encode()).warnings == ("unsafe_or_broken_xml",)
    baked = unbake(image.encode()).baked[0]
    assert image.encode()[baked.start :].startswith(b"<openbadges:assertion")
    assert bake(image.encode(), "http://new.example.org").count(b"assertion") in (2, 1)
    assert texts(bake(image.encode(), "http://new.example.org")) == [
        ("url", "http://new.example.org")
    ]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE svg [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>',
    ],
)
def test_hostile_entities_are_never_resolved(doctype):
    image = f"{doctype}{HEAD}<openbadges:assertion>&l9;&x;</openbadges:assertion></svg>"
    assert texts(image.encode()) == [("other", "&l9;&x;")]


def test_an_ordinary_document_type_is_harmless():
    doctype = (
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    image = bake(doctype.encode() + PLAIN, URL)
    assert texts(image) == [("url", URL)]
    assert unbake(image).warnings == ()


@pytest.mark.parametrize(
    "image",
    [
        PLAIN,
        b"<svg><text>my assertion</text></svg>",
        f"{HEAD}<openbadges:other/><assertion/></svg>".encode(),
        f"{HEAD}<openbadges:assertion/></svg>".encode(),
        b"<svg><openbadges:assertion></svg>",
    ],
)
def test_a_picture_without_badge_data_carries_nothing(image):
    assert unbake(image).baked == ()


def test_elements_inside_an_assertion_do_not_end_it():
    image = (
        f"{HEAD}<openbadges:assertion>http://a.example.org/1<a>b</a></openbadges:assertion></svg>"
    )
    assert texts(image.encode()) == [("url", "http://a.example.org/1")]


def test_several_assertions_are_reported():
    element = '<openbadges:assertion verify="http://a.example.org/{}"/>'
    image = HEAD + element.format(1) + element.format(2) + "</svg>"
    assert len(unbake(image.encode()).baked) == 2
    assert unbake(image.encode()).warnings == ("several_chunks",)


def test_no_more_than_sixteen_assertions_are_looked_at():
    many = "".join(f'<openbadges:assertion verify="http://a.example.org/{n}"/>' for n in range(20))
    assert len(unbake(f"{HEAD}{many}</svg>".encode()).baked) == 16
    assert len(unbake(f"<svg>{many}</svg>".encode()).baked) == 16


def test_a_giant_svg_is_refused():
    with pytest.raises(Unreadable, match="32 MiB"):
        unbake(PLAIN + b" " * (32 * 2**20))


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=30
    )
)
def test_what_is_baked_comes_out_again(text):
    written = json.dumps({"a": text}, ensure_ascii=False)
    image = bake(PLAIN, written, verify=URL)
    assert unbake(image).baked[0].text == written
    assert bake(image, written, verify=URL) == image
    assert image.startswith(PLAIN[:40] + b"<openbadges:assertion xmlns:openbadges=")


@pytest.mark.parametrize("text", ['{"a":"]]>"}', '{"a":1}\r\n', '{"a":"]]]]>>&lt;"}', URL])
@pytest.mark.parametrize("prolog", [b"", b"<!DOCTYPE svg [<!ENTITY a 'b'>]>"])
def test_texts_that_look_like_markup_come_out_again(text, prolog):
    assert unbake(bake(prolog + PLAIN, text)).baked[0].text == text


def test_an_empty_picture_can_be_baked():
    image = bake(b'<svg:svg xmlns:svg="http://www.w3.org/2000/svg" width="1"/>', URL)
    assert image.endswith(b"</svg:svg>")
    assert texts(image) == [("url", URL)]


def test_a_credential_has_an_element_of_its_own():
    text = '{"credentialSubject":{"achievement":{"name":"n"}}}'
    assert b'<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"' in bake(
        PLAIN, text
    )


@pytest.mark.parametrize(
    ("image", "text"),
    [(PLAIN, "\x00"), (b"<svg ", URL), (b"<svg <x>", URL)],
)
def test_what_cannot_be_baked_is_refused(image, text):
    with pytest.raises(Unreadable):
        bake(image, text)


SAMPLE = bake(PLAIN, JSON, verify=URL)


@settings(max_examples=100, deadline=1000)
@given(st.data())
def test_damaged_pictures_raise_nothing_but_unreadable(data):
    image = bytearray(SAMPLE)
    for _change in range(data.draw(st.integers(0, 4))):
        position = data.draw(st.integers(5, len(image) - 1))
        image[position] = data.draw(st.sampled_from(b"<>&\"'/![]= \x00\xffa"))
    cut = bytes(image[: data.draw(st.integers(0, len(image)))])
    try:
        unbake(cut)
        bake(cut, URL)
    except Unreadable:
        pass


@pytest.mark.parametrize(
    "hostile",
    [
        b"<svg>" + b"<x:assertion " * 100_000,
        b"<svg>" + b"<x:assertion a='" * 100_000,
        b"<svg>" + b"<x:assertion>" * 100_000,
        b"<svg>" + b"<x:assertion" + b" " * 1_000_000,
        b"<svg " + b'"<svg ' * 100_000 + b"assertion",
    ],
)
@pytest.mark.timeout(5)
def test_hostile_bytes_are_searched_quickly(hostile):
    assert unbake(hostile).baked == ()
