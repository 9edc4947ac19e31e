"""WARC files: what is wanted is read, whatever else is wrong with the file."""

from __future__ import annotations

import gc
import gzip
import json
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from migrator.sources.warc import MOST_BYTES, Fault, Saved, moment, saved_in, unpacked
from migrator.sources.warc.unpacked import Torn, Unpacked

URL = "http://badges.example.org/1.json"
BODY = b'{"uid": "1"}'


def everything(_uri):
    return True


def read(data, wanted=everything):
    return list(saved_in(BytesIO(data), wanted))


def bodies(found):
    return [one.body for one in found if isinstance(one, Saved)]


def faults(found):
    return [one.sentence for one in found if isinstance(one, Fault)]


@pytest.mark.parametrize("gz", [True, False])
def test_responses_and_resources_are_read(warc, gz):
    made = warc(gz=gz)
    made.response(URL, BODY, Content_Type="application/json; charset=utf-8")
    made.resource("http://badges.example.org/1.png", b"picture")
    first, second = read(made.data)
    assert (first.uri, first.moment, first.status) == (URL, "20140302100000", 200)
    assert (first.media_type, first.body) == ("application/json", BODY)
    assert (second.media_type, second.body) == ("image/png", b"picture")


# The library's writer leaves its own temporary files to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("gz", [True, False])
def test_files_of_the_library_for_warc_files_are_read(gz):
    out = BytesIO()
    writer = WARCWriter(out, gzip=gz)
    http = StatusAndHeaders("200 OK", [("Content-Type", "application/json")], protocol="HTTP/1.1")
    date = {"WARC-Date": "2014-03-02T10:00:00Z"}
    made = writer.create_warc_record(
        URL, "response", BytesIO(BODY), http_headers=http, warc_headers_dict=date
    )
    writer.write_record(made)
    digest = made.rec_headers.get_header("WARC-Payload-Digest")
    again = {"WARC-Date": "2015-06-01T00:00:00Z"}
    writer.write_record(
        writer.create_revisit_record(URL, digest, URL, again["WARC-Date"], warc_headers_dict=again)
    )
    first, second = read(out.getvalue())
    assert (first.body, first.checksum, first.moment) == (BODY, digest, "20140302100000")
    assert second.is_revisit
    del made, writer
    gc.collect()


def test_what_is_not_wanted_is_passed_over(warc):
    made = warc()
    for number in range(50):
        made.response(f"http://badges.example.org/{number}.json", b"x" * 20_000)
    found = read(made.data, lambda uri: uri.endswith("/7.json"))
    assert [one.uri for one in found] == ["http://badges.example.org/7.json"]


def test_one_gzip_member_of_many_records_is_read_too(warc):
    made = warc(gz=False)
    for _ in range(3):
        made.response(URL, BODY)
    assert bodies(read(gzip.compress(made.data))) == [BODY] * 3


def test_members_that_cut_records_apart_are_read_too(warc):
    made = warc(gz=False)
    for _ in range(20):
        made.response(URL, BODY * 50)
    pieces = [made.data[at : at + 997] for at in range(0, len(made.data), 997)]
    assert bodies(read(b"".join(map(gzip.compress, pieces)))) == [BODY * 50] * 20


@pytest.mark.parametrize(
    ("sent", "headers"),
    [
        (b"c\r\n" + BODY + b"\r\n0\r\n\r\n", {"Transfer_Encoding": "chunked"}),
        (gzip.compress(BODY, mtime=0), {"Content_Encoding": "gzip"}),
        (zlib.compress(BODY), {"Content_Encoding": "deflate"}),
        (zlib.compress(BODY)[2:-4], {"Content_Encoding": "deflate"}),
        (BODY, {"Content_Encoding": "gzip"}),
        (BODY, {"Transfer_Encoding": "chunked"}),
    ],
    ids=["chunked", "gzip", "zlib", "deflate", "not packed after all", "not chunked after all"],
)
def test_a_body_is_read_as_the_server_meant_it(warc, sent, headers):
    made = warc()
    made.response(URL, sent, **headers)
    assert bodies(read(made.data)) == [BODY]


@pytest.mark.parametrize(
    ("sent", "headers", "trouble"),
    [
        (b"x", {"Content_Encoding": "br"}, "packed in a way"),
        (gzip.compress(BODY, mtime=0)[:-9], {"Content_Encoding": "gzip"}, "packed in a way"),
        (
            gzip.compress(bytes(MOST_BYTES + 1), mtime=0),
            {"Content_Encoding": "gzip"},
            "packed in a way",
        ),
        (BODY, {"WARC-Truncated": "length"}, "only in part"),
        (BODY, {"WARC-Payload-Digest": "sha1:" + "A" * 32}, "checksum"),
    ],
    ids=["brotli", "cut", "bomb", "truncated", "checksum"],
)
def test_a_body_that_is_not_whole_says_so(warc, sent, headers, trouble):
    made = warc()
    made.response(URL, sent, **headers)
    (found,) = read(made.data)
    assert found.body is None
    assert trouble in found.trouble
    assert not found.is_revisit


def test_a_resource_is_held_against_the_checksum_of_its_block(warc):
    made = warc()
    made.resource(URL, BODY, **{"WARC-Block-Digest": "sha1:" + "A" * 32})
    (found,) = read(made.data)
    assert "checksum" in found.trouble


def test_a_repetition_leads_to_what_it_repeats(warc):
    made = warc()
    digest = made.response(URL, BODY)
    made.revisit(URL, digest, "http://badges.example.org/other")
    _, found = read(made.data)
    assert found.is_revisit
    assert (found.checksum, found.refers_to) == (digest, "http://badges.example.org/other")
    assert found.moment == "20150601000000"


def test_what_is_too_large_is_named_and_passed_over(warc):
    made = warc()
    made.resource(URL, bytes(MOST_BYTES + 1))
    made.resource(URL, BODY)
    large, small = read(made.data)
    assert large.trouble == "it is larger than 16 MiB"
    assert small.body == BODY


def plain(uri=f"<{URL}>", kind="response", body=b"HTTP/1.1 200 OK\r\n\r\n" + BODY, length=None,
          version="WARC/1.0", extra=""):  # fmt: skip
    size = len(body) if length is None else length
    head = f"{version}\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\n{extra}"
    return f"{head}Content-Length: {size}\r\n\r\n".encode() + body + b"\r\n\r\n"


def test_addresses_in_angle_brackets_are_understood():
    (found,) = read(plain())
    assert (found.uri, found.moment, found.body) == (URL, "", BODY)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"HTTP/1.1 abc\r\n\r\n", b"\r\n"])
def test_an_answer_of_no_web_server_has_no_body(body):
    (found,) = read(plain(body=body))
    assert found.trouble == "it is no answer of a web server"


def test_a_redirect_says_where_it_leads():
    body = b"HTTP/1.1 302 Found\r\nLocation: /new\r\n\r\n"
    (found,) = read(plain(body=body))
    assert (found.status, found.location) == (302, "/new")


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (plain(length="many"), "how long"),
        (plain(length=3), "no record"),
        (plain(version="WARC/7.0"), "unknown version"),
        (b"junk\r\n", "no record"),
        (plain(extra="X: " + "y" * 300_000 + "\r\n"), "no end"),
        (plain(extra="X: y\r\n" * 60_000), "no end"),
    ],
    ids=["no length", "wrong length", "version", "junk", "long line", "many lines"],
)
def test_reading_goes_on_behind_a_broken_record(broken, why):
    found = read(plain() + broken + plain())
    assert bodies(found)[0] == bodies(found)[-1] == BODY
    (fault,) = faults(found)
    assert why in fault
    assert "Everything else in it was read." in fault


def test_a_record_without_address_is_passed_over():
    nameless = plain().replace(b"WARC-Target-URI", b"X-Nothing")
    found = read(nameless + plain(), lambda uri: uri == URL)
    assert bodies(found) == [BODY]


def test_one_damaged_member_costs_one_record(warc):
    made = []
    for number in range(5):
        one = warc()
        one.response(f"http://badges.example.org/{number}", bytes([65 + number]) * 40_000)
        made.append(bytearray(one.data))
    made[2][60:90] = bytes(30)
    found = read(b"".join(made))
    assert [one.uri[-1] for one in found if isinstance(one, Saved)] == ["0", "1", "3", "4"]
    assert len(faults(found)) == 1


def test_a_damaged_beginning_costs_one_record(warc):
    one, other = warc(), warc()
    one.response(URL, BODY)
    other.response(URL, BODY)
    damaged = bytearray(one.data)
    damaged[12:40] = bytes(28)
    found = read(bytes(damaged) + other.data)
    assert bodies(found) == [BODY]
    assert len(faults(found)) == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no WARC file"),
        (b"\n\n", "no WARC file"),
        (b"PNG", "no WARC file"),
        (gzip.compress(b"something else", mtime=0), "no WARC file"),
        (b"filedesc://old.arc 0.0.0.0 20040101000000 text/plain 1\n", "warcio recompress"),
    ],
)
def test_what_is_no_warc_file_is_named(data, sentence):
    (fault,) = faults(read(data))
    assert sentence in fault


@settings(max_examples=60)
@given(st.data())
def test_a_file_cut_anywhere_gives_what_stands_before(data):
    whole = [plain(body=b"HTTP/1.1 200 OK\r\n\r\n" + BODY + b" " * n) for n in range(4)]
    packed = data.draw(st.booleans())
    joined = b"".join(map(gzip.compress, whole) if packed else whole)
    cut = data.draw(st.integers(0, len(joined)))
    found = read(joined[:cut])
    sizes = [len(gzip.compress(one)) if packed else len(one) for one in whole]
    complete = sum(sum(sizes[: n + 1]) <= cut for n in range(4))
    assert len(bodies(found)) >= complete
    assert all(body.startswith(BODY) for body in bodies(found) if body is not None)


@settings(max_examples=60)
@given(st.data())
def test_no_damage_stops_the_reading(data):
    joined = bytearray(gzip.compress(plain()) + gzip.compress(plain()) + gzip.compress(plain()))
    for _ in range(data.draw(st.integers(1, 3))):
        joined[data.draw(st.integers(2, len(joined) - 1))] = data.draw(st.integers(0, 255))
    for one in read(bytes(joined)):
        assert isinstance(one, (Saved, Fault))


def test_memory_stays_flat_whatever_a_file_unpacks_to(monkeypatch):
    bomb = gzip.compress(bytes(20_000_000))
    stream = Unpacked(BytesIO(bomb))
    sizes = []
    while piece := stream.read(1 << 30):
        sizes.append(len(piece))
    assert sum(sizes) == 20_000_000
    assert max(sizes) <= unpacked._MOST_OUT


def test_a_member_is_found_when_its_mark_lies_across_two_pieces(monkeypatch):
    monkeypatch.setattr(unpacked, "_CHUNK", 7)
    stream = Unpacked(BytesIO(gzip.compress(b"one") + bytes(20) + gzip.compress(b"two")))
    assert b"".join(iter(lambda: stream.read(100), b"")) == b"onetwo"


def test_a_stream_goes_on_behind_what_is_torn():
    damaged = bytearray(gzip.compress(json.dumps(list(range(999))).encode()))
    damaged[20:60] = bytes(40)
    stream = Unpacked(BytesIO(bytes(damaged) + gzip.compress(b"two")))
    with pytest.raises(Torn):
        list(iter(lambda: stream.read(100), b""))
    assert stream.read(100) == b"two"
    assert stream.read(100) == b""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2015-04-30T10:00:00Z", "20150430100000"),
        ("2015-04-30", "20150430000000"),
        ("2015-04-30T10:00:00.123Z", "20150430100000"),
        ("2015", ""),
        (None, ""),
    ],
)
def test_moments_are_compared_as_digits(written, expected):
    assert moment(written) == expected
