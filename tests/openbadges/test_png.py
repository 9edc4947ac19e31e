import base64
import json
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.openbadges.baked import as_object
from migrator.openbadges.baking import bake, unbake
from migrator.openbadges.model import Unreadable

URL = "http://a.example.org/1.json"
JSON = '{"uid":"1","recipient":{"identity":"me@example.org"},"badge":"http://a.example.org/b"}'
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, body, crc=None):
    checksum = zlib.crc32(kind + body) if crc is None else crc
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


IHDR = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
IDAT = chunk(b"IDAT", zlib.compress(b"\0\0"))
IEND = chunk(b"IEND", b"")
PLAIN = SIGNATURE + IHDR + IDAT + IEND


def png(*chunks, end=IEND):
    return SIGNATURE + IHDR + IDAT + b"".join(chunks) + end


def texts(image):
    return [(one.kind, one.text) for one in unbake(image).baked]


def test_a_png_without_badge_data_carries_nothing():
    assert unbake(PLAIN).baked == ()
    assert unbake(PLAIN).warnings == ()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"tEXt", b"openbadges\0" + URL.encode()),
        (b"tEXt", b"openbadge\0" + URL.encode()),
        (b"tEXt", b"OpenBadges\0" + URL.encode() + b"\0\0 \n"),
        (b"zTXt", b"openbadges\0\0" + zlib.compress(URL.encode())),
        (b"iTXt", b"openbadges\0\0\0\0\0" + URL.encode()),
        (b"iTXt", b"openbadges\0\0\0en-GB\0Badge\0" + URL.encode()),
        (b"iTXt", b"openbadges\0\1\0\0\0" + zlib.compress(URL.encode())),
        (b"iTXt", b"openbadgecredential\0\0\0\0\0" + URL.encode()),
        (b"iTXt", b"openbadges\0\0\0\0\0\xef\xbb\xbf" + URL.encode()),
    ],
)
def test_badge_data_is_found_in_every_kind_of_chunk(kind, body):
    image = png(chunk(b"tEXt", b"date:create\0" + b"2014"), chunk(kind, body))
    found = unbake(image)
    assert [(one.kind, one.text) for one in found.baked] == [("url", URL)]
    assert found.warnings == ()
    only = found.baked[0]
    assert image[only.start : only.end] == chunk(kind, body)


@pytest.mark.parametrize(
    "body",
    [
        b"XML:com.adobe.xmp\0\0\0\0\0<x>http://openbadges.org</x>",
        b"openbadgesx\0\0\0\0\0" + URL.encode(),
        b"openbadges",
        b"",
    ],
)
def test_other_texts_are_not_mistaken_for_badge_data(body):
    assert unbake(png(chunk(b"iTXt", body))).baked == ()


@pytest.mark.parametrize(
    "text",
    [
        f"'{JSON}'",
        f"json'\0''\0\"{{'method': 'hosted', 'assertionUrl': '{JSON}'}}\"",
    ],
)
def test_json_in_a_wrong_frame_is_found_by_search(text):
    image = png(chunk(b"iTXt", b"openbadges\0'" + text.encode()))
    assert texts(image) == [("json", JSON)]
    assert unbake(image).warnings == ("odd_chunk",)


def test_an_address_in_a_wrong_frame_is_found_by_search():
    image = png(chunk(b"iTXt", b"openbadges\0'json'\0''\0'" + URL.encode() + b"'"))
    assert texts(image) == [("url", URL)]


def test_half_an_address_is_kept_as_something_else():
    assert texts(png(chunk(b"tEXt", b"openbadges\0instructor/mills.b"))) == [
        ("other", "instructor/mills.b")
    ]


def test_json_encoded_twice_is_json():
    image = bake(PLAIN, json.dumps(JSON))
    assert texts(image) == [("json", json.dumps(JSON))]


@pytest.mark.parametrize(
    ("image", "warning"),
    [
        (png(chunk(b"tEXt", b"openbadges\0" + URL.encode(), crc=1)), "bad_crc"),
        (PLAIN + chunk(b"tEXt", b"openbadges\0" + URL.encode()), "chunk_after_end"),
        (PLAIN + b"junk" + chunk(b"tEXt", b"openbadges\0" + URL.encode()), "chunk_after_end"),
        (png(chunk(b"tEXt", b"openbadges\0" + URL.encode()), end=b""), "truncated"),
        (png(chunk(b"tEXt", b"openbadges\0" + URL.encode()), end=b"\0\0\1\0gAMA"), "truncated"),
    ],
)
def test_damage_around_badge_data_is_a_warning(image, warning):
    assert texts(image) == [("url", URL)]
    assert unbake(image).warnings == (warning,)


def test_text_that_is_no_utf8_is_read_as_latin_1():
    image = png(chunk(b"tEXt", b'openbadges\0{"a":"\xe9"}'))
    assert texts(image) == [("json", '{"a":"é"}')]
    assert unbake(image).warnings == ("text_not_utf8",)


def test_a_chunk_with_a_wrong_length_gives_json_that_is_complete():
    broken = bytearray(chunk(b"iTXt", b"openbadges\0\0\0\0\0" + JSON.encode()))
    broken[2] = 0xFF
    assert texts(png(bytes(broken))) == [("json", JSON)]


def test_a_chunk_that_is_cut_off_gives_no_half_address():
    image = png(chunk(b"tEXt", b"openbadges\0" + URL.encode()))
    with pytest.raises(Unreadable, match="cut off"):
        unbake(image[:-20])


@pytest.mark.parametrize("body", [b"openbadges\0\0notzlib", b"openbadges\0"])
def test_a_damaged_compressed_text_is_a_warning(body):
    image = png(chunk(b"zTXt", body))
    assert unbake(image).baked == () or texts(image) == [("other", "")]
    assert unbake(image).warnings == ("bad_compression",)


def test_a_damaged_compressed_international_text_is_a_warning():
    assert unbake(png(chunk(b"iTXt", b"openbadges\0\1\0\0\0no"))).warnings == ("bad_compression",)


def test_a_compressed_text_that_ends_early_is_read_as_far_as_it_goes():
    body = zlib.compress(JSON.encode())[:-4]
    image = png(chunk(b"zTXt", b"openbadges\0\0" + body))
    assert texts(image) == [("json", JSON)]
    assert unbake(image).warnings == ("bad_compression",)


def test_texts_that_grow_beyond_the_limit_are_refused():
    bomb = zlib.compress(b"a" * (5 * 2**20))
    for image in (
        png(chunk(b"zTXt", b"openbadges\0\0" + bomb)),
        png(chunk(b"iTXt", b"openbadges\0\1\0\0\0" + bomb)),
        png(chunk(b"tEXt", b"openbadges\0" + b"a" * (5 * 2**20))),
    ):
        with pytest.raises(Unreadable, match="4 MiB"):
            unbake(image)


def test_too_many_chunks_are_refused():
    with pytest.raises(Unreadable, match="100,000"):
        unbake(png(chunk(b"teSt", b"") * 100_001))


def test_signatures_and_originals_come_before_addresses_and_these_before_hints():
    def part(text):
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    jws = ".".join((part('{"alg":"RS256"}'), part(JSON), "AAAA"))
    franken = '{"recipient":"a","badge":{"issuer":{"origin":"http://x.org"}},"verify":{}}'
    bodies = ["x y", '{"name":"n"}', franken, URL, JSON, jws]
    carried = b"".join(chunk(b"tEXt", b"openbadges\0" + body.encode()) for body in bodies)
    found = unbake(SIGNATURE + IHDR + carried + PLAIN[33:])
    assert [one.text for one in found.baked] == [jws, JSON, '{"name":"n"}', URL, franken, "x y"]
    assert found.warnings == ("several_chunks",)


@given(st.text(min_size=1, max_size=50).filter(lambda text: text.strip() == text))
def test_what_is_baked_comes_out_again(text):
    assert unbake(bake(PLAIN, text)).baked[0].text == text


@pytest.mark.parametrize("text", [URL, JSON])
def test_baking_again_replaces_what_was_baked(text):
    first = bake(png(chunk(b"tEXt", b"openbadges\0old"), end=IEND), "http://old.example.org")
    again = bake(first, text)
    assert texts(again) == [("json" if text == JSON else "url", text)]
    assert bake(again, text) == again
    assert again[:33] == SIGNATURE + IHDR
    assert again == bake(PLAIN, text)


def test_a_credential_has_a_keyword_of_its_own():
    text = '{"type":["VerifiableCredential"],"credentialSubject":{"achievement":{"name":"n"}}}'
    assert unbake(bake(PLAIN, text)).baked[0].keyword == "openbadgecredential"
    assert unbake(bake(PLAIN, JSON)).baked[0].keyword == "openbadges"


@pytest.mark.parametrize(
    ("image", "text"),
    [
        (SIGNATURE, URL),
        (SIGNATURE + IDAT + IEND, URL),
        (PLAIN, "a" * (4 * 2**20 + 1)),
        (PLAIN, ""),
        (b"GIF89a", URL),
    ],
)
def test_what_cannot_be_baked_is_refused(image, text):
    with pytest.raises(Unreadable):
        bake(image, text)


@settings(max_examples=100, deadline=1000)
@given(st.data())
def test_damaged_pictures_raise_nothing_but_unreadable(data):
    image = bytearray(png(chunk(b"iTXt", b"openbadges\0\1\0\0\0" + zlib.compress(JSON.encode()))))
    for _change in range(data.draw(st.integers(0, 4))):
        position = data.draw(st.integers(0, len(image) - 1))
        image[position] = data.draw(st.integers(0, 255))
    cut = bytes(image[: data.draw(st.integers(0, len(image)))])
    try:
        unbake(cut)
        bake(cut, URL)
    except Unreadable:
        pass


@pytest.mark.parametrize(
    "text", ["{'a': 'http://a.org/1', 'b': 'http://a.org/2'}", "see http://a.org/1, http://a.org/2"]
)
def test_of_several_addresses_in_a_text_none_is_taken(text):
    assert texts(bake(PLAIN, text))[0][0] == "other"


def test_json_followed_by_more_is_read_as_far_as_it_is_whole():
    assert as_object(JSON + '{"x":1}') == json.loads(JSON)
    assert as_object('{"a" 1}') is None
    assert texts(bake(PLAIN, JSON + '{"x":1}'))[0][0] == "json"
    assert as_object('{"a":' + "[" * 70 + "]" * 70 + "}") is None
