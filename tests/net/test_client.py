"""The client against real servers on this computer, well-mannered and other."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug import Response

from migrator.errors import Incomplete, Usage
from migrator.net import Client, Unreachable

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def redirecting(taking_in, location):
    """A server that leads on to exactly these bytes."""

    def redirect(connected, _):
        taking_in(connected)
        head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
        connected.sendall(head + location + b"\r\n\r\n")

    return redirect


def test_an_answer_of_any_status_is_a_reply(client, httpserver):
    httpserver.expect_request("/gone").respond_with_json({"revoked": True}, status=410)
    reply = client.get(httpserver.url_for("/gone"))
    assert (reply.status, reply.json()) == (410, {"revoked": True})
    assert reply.headers["content-TYPE"] == "application/json"
    assert reply.media_type == "application/json"
    assert "revoked" not in repr(reply)


def test_json_of_any_depth_is_json_or_a_value_error(client, httpserver):
    httpserver.expect_request("/deep").respond_with_data("[" * 200_000)
    httpserver.expect_request("/html").respond_with_data("<h1>Hello</h1>")
    for path in ("/deep", "/html"):
        with pytest.raises(ValueError, match=r"nested|Expecting"):
            client.get(httpserver.url_for(path)).json()


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html; charset=iso-8859-1", "Jörg".encode("latin-1"), "Jörg"),
        ('text/html; charset="UTF-8"', "Jörg".encode(), "Jörg"),
        ("text/html", "Jörg".encode("latin-1"), "J\ufffdrg"),
        ("text/html; charset=no-such", "Jörg".encode(), "Jörg"),
        ("text/html; charset=base64", "Jörg".encode(), "Jörg"),
    ],
)
def test_text_is_read_in_the_charset_named(client, httpserver, content_type, body, text):
    httpserver.expect_request("/").respond_with_data(body, content_type=content_type)
    assert client.get(httpserver.url_for("/")).text == text


def test_redirects_are_followed_to_the_end(client, httpserver):
    for status, path in zip((301, 302, 303, 307, 308), "bcdef", strict=True):
        before = chr(ord(path) - 1)
        location = f"../{path}" if path == "c" else f"/{path}"
        httpserver.expect_request(f"/{before}").respond_with_data(
            "moved", status, {"Location": location}
        )
    httpserver.expect_request("/f").respond_with_data("here")
    reply = client.get(httpserver.url_for("/a"))
    assert (reply.body, reply.url) == (b"here", httpserver.url_for("/f"))


def test_a_redirect_to_an_address_in_utf8_is_understood(client, peer, httpserver, taking_in):
    httpserver.expect_request("/jörg").respond_with_data("here")
    leading = peer(redirecting(taking_in, f"{httpserver.url_for('/')}jörg".encode()))
    assert client.get(leading.url).body == b"here"


def test_the_body_of_a_redirect_is_not_read(httpserver, peer, taking_in):
    httpserver.expect_request("/").respond_with_data("here")

    def endless(connected, over):
        taking_in(connected)
        head = f"HTTP/1.1 302 Found\r\nLocation: {httpserver.url_for('/')}\r\n\r\n"
        connected.sendall(head.encode())
        while not over.is_set():
            connected.sendall(b"a" * 65536)

    client = Client(allow_private=True, max_bytes=1000)
    assert client.get(peer(endless).url).body == b"here"


def test_a_redirect_that_names_no_address_is_the_answer(client, httpserver):
    httpserver.expect_request("/").respond_with_data("where?", 302)
    reply = client.get(httpserver.url_for("/"))
    assert reply.status == 302


def test_redirects_in_a_circle_end(httpserver, failure):
    httpserver.expect_request("/").respond_with_data("", 302, {"Location": "/"})
    error = failure(Client(allow_private=True, max_redirects=3).get, httpserver.url_for("/"))
    assert error.kind == "redirects"
    assert len(httpserver.log) == 4


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://alice:secret@127.0.0.1/", "http://[::1", "gopher://x/"],
)
def test_redirects_are_guarded_like_first_addresses(client, peer, failure, taking_in, location):
    error = failure(client.get, peer(redirecting(taking_in, location.encode())).url)
    assert error.kind == "blocked"
    assert "secret" not in str(error)


def test_tokens_stay_with_the_first_host(client, httpserver):
    seen = {}

    def note(request):
        seen[request.path] = dict(request.headers)
        return Response("", 302, {"Location": elsewhere}) if request.path == "/a" else Response("")

    elsewhere = f"http://localhost:{httpserver.port}/b"
    httpserver.expect_request("/a").respond_with_handler(note)
    httpserver.expect_request("/b").respond_with_handler(note)
    client.get(
        f"http://127.0.0.1:{httpserver.port}/a",
        {"authorization": "Bearer abcdefgh", "Cookie": "a=b", "X-Kept": "yes"},
    )
    assert seen["/a"]["Authorization"] == "Bearer abcdefgh"
    assert seen["/b"]["X-Kept"] == "yes"
    assert not {"Authorization", "Cookie"} & set(seen["/b"])


def test_a_request_is_made_once_and_never_redirected(client, httpserver):
    httpserver.expect_request("/v2/backpack/import", "POST").respond_with_data(
        "", 307, {"Location": "/elsewhere"}
    )
    reply = client.request("POST", httpserver.url_for("/v2/backpack/import"), json={"url": "x"})
    assert reply.status == 307
    assert len(httpserver.log) == 1


def test_bodies_are_sent_as_json_form_or_bytes(client, httpserver):
    httpserver.expect_request("/").respond_with_data("")
    url = httpserver.url_for("/")
    client.request("POST", url, json={"name": "Jörg"})
    client.request("POST", url, form={"scope": "rw:profile rw:backpack"})
    client.request("PUT", url, data=b"\x00\x01")
    as_json, as_form, as_bytes = (request for request, _ in httpserver.log)
    assert as_json.get_json() == {"name": "Jörg"}
    assert as_form.content_type == "application/x-www-form-urlencoded"
    assert as_form.get_data() == b"scope=rw%3Aprofile+rw%3Abackpack"
    assert as_bytes.get_data() == b"\x00\x01"


def test_everything_goes_via_the_one_address_under_its_own_name(httpserver):
    seen = []

    def note(request):
        seen.append(request)
        return Response("here")

    httpserver.expect_request("/a/b").respond_with_handler(note)
    client = Client(via=httpserver.url_for("/").rstrip("/"))
    reply = client.get("https://issuer.example:8443/a/b?c=d")
    assert (reply.body, reply.url) == (b"here", "https://issuer.example:8443/a/b?c=d")
    assert seen[0].headers["Host"] == "issuer.example:8443"
    assert seen[0].headers["X-Forwarded-Proto"] == "https"
    assert seen[0].query_string == b"c=d"


def test_redirects_go_via_the_one_address_too(httpserver):
    def answer(request):
        host = request.headers["Host"]
        if host == "old.example":
            return Response("", 301, {"Location": "https://new.example/"})
        return Response(host)

    httpserver.expect_request("/").respond_with_handler(answer)
    reply = Client(via=httpserver.url_for("/")).get("http://old.example")
    assert (reply.body, reply.url) == (b"new.example", "https://new.example/")


@pytest.mark.parametrize("via", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://"])
def test_a_via_that_is_no_address_is_a_usage_error(via):
    with pytest.raises(Usage, match="no address"):
        Client(via=via)


def test_the_environment_is_left_alone(client, httpserver, monkeypatch, tmp_path):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password planted\n")
    monkeypatch.setenv("NETRC", str(netrc))
    httpserver.expect_request("/").respond_with_data("here")
    assert client.get(httpserver.url_for("/")).body == b"here"
    assert "Authorization" not in httpserver.log[0][0].headers


def test_cookies_are_not_kept(client, httpserver):
    httpserver.expect_request("/").respond_with_data("", headers={"Set-Cookie": "who=alice"})
    client.get(httpserver.url_for("/"))
    client.get(httpserver.url_for("/"))
    assert "Cookie" not in httpserver.log[1][0].headers


# -- no answer -------------------------------------------------------------------------------


def test_a_closed_door_is_refused_and_nothing_was_sent(client, failure):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = failure(client.request, "POST", f"http://127.0.0.1:{port}/", json={})
    assert (error.kind, error.sent) == ("refused", False)
    assert isinstance(error, Incomplete)


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example", "xn--\udcff.example"])
def test_a_name_that_cannot_exist_has_no_address(client, failure, host):
    assert failure(client.get, f"http://{host}/").kind in {"dns", "blocked"}


def test_a_connection_closed_without_an_answer_may_have_had_its_effect(
    client, peer, failure, taking_in
):
    closing = peer(lambda connected, _: taking_in(connected))
    error = failure(client.request, "POST", closing.url, json={"url": "x"})
    assert (error.kind, error.sent) == ("reset", True)


def test_an_answer_cut_short_is_no_answer(client, peer, failure, taking_in):
    def cut(connected, _):
        taking_in(connected)
        connected.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")

    assert failure(client.get, peer(cut).url).kind == "reset"


def test_something_that_is_not_http_is_no_answer(client, peer, failure, taking_in):
    def greet(connected, _):
        taking_in(connected)
        connected.sendall(b"220 mail.example ESMTP\r\n")

    assert failure(client.get, peer(greet).url).kind == "reset"


def test_silence_ends_after_the_read_time(peer, failure):
    waiting = peer(lambda _, over: over.wait(10))
    client = Client(allow_private=True, read_timeout=0.2)
    started = time.monotonic()
    error = failure(client.request, "POST", waiting.url, json={})
    assert (error.kind, error.sent) == ("timeout", True)
    assert time.monotonic() - started < 2


def dripping(first):
    """A host that never ends, and never pauses long enough for a time-out between two bytes."""

    def drip(connected, over):
        connected.recv(4096)
        connected.sendall(first)
        while not over.wait(0.02):
            connected.sendall(b"a")

    return drip


@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 200 OK\r\nX-Long: ", HEAD + b"\r\n", HEAD + b"Content-Length: 9999\r\n\r\n"],
    ids=["status line", "headers", "body", "body of a length"],
)
def test_a_host_that_drips_for_ever_ends(peer, failure, first):
    client = Client(allow_private=True, read_timeout=5, total_timeout=0.3)
    started = time.monotonic()
    error = failure(client.get, peer(dripping(first)).url)
    assert (error.kind, error.sent) == ("timeout", True)
    assert time.monotonic() - started < 2


def test_a_whole_call_takes_no_longer_than_both_times_together(peer, failure):
    client = Client(allow_private=True, connect_timeout=0.1, read_timeout=0.3)
    started = time.monotonic()
    assert failure(client.get, peer(dripping(HEAD + b"\r\n")).url).kind == "timeout"
    assert 0.3 < time.monotonic() - started < 2


def test_the_time_for_redirects_is_one_time(httpserver, failure):
    def slowly(_):
        time.sleep(0.15)
        return Response("", 302, {"Location": "/"})

    httpserver.expect_request("/").respond_with_handler(slowly)
    client = Client(allow_private=True, total_timeout=0.4, max_redirects=1000)
    started = time.monotonic()
    assert failure(client.get, httpserver.url_for("/")).kind == "timeout"
    assert time.monotonic() - started < 2


def test_a_longer_time_can_be_given_to_one_request(httpserver):
    def slowly(_):
        time.sleep(0.4)
        return Response("here")

    httpserver.expect_request("/").respond_with_handler(slowly)
    client = Client(allow_private=True, read_timeout=0.1, total_timeout=0.2)
    assert client.request("POST", httpserver.url_for("/"), timeout=5).body == b"here"


def test_a_body_announced_too_large_is_not_read(httpserver, failure):
    httpserver.expect_request("/").respond_with_data(b"a" * 2000)
    error = failure(Client(allow_private=True, max_bytes=1000).get, httpserver.url_for("/"))
    assert error.kind == "too_large"
    assert "2,000" in error.detail


def test_a_body_without_a_length_ends_at_the_limit(peer, failure, taking_in):
    def endless(connected, over):
        taking_in(connected)
        connected.sendall(HEAD + b"\r\n")
        while not over.is_set():
            connected.sendall(b"a" * 65536)

    error = failure(Client(allow_private=True, max_bytes=1 << 20).get, peer(endless).url)
    assert error.kind == "too_large"


def test_a_gzip_bomb_ends_at_the_limit(httpserver, failure):
    bomb = gzip.compress(b"\0" * (64 << 20))
    assert len(bomb) < 100_000
    httpserver.expect_request("/").respond_with_data(bomb, headers={"Content-Encoding": "gzip"})
    error = failure(Client(allow_private=True, max_bytes=1 << 20).get, httpserver.url_for("/"))
    assert error.kind == "too_large"


def test_a_compressed_answer_is_read(client, httpserver):
    httpserver.expect_request("/").respond_with_data(
        gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"}
    )
    assert client.get(httpserver.url_for("/")).json() == {"a": 1}


def test_garbage_said_to_be_compressed_is_no_answer(client, httpserver, failure):
    httpserver.expect_request("/").respond_with_data(
        b"not gzip", headers={"Content-Encoding": "gzip"}
    )
    assert failure(client.get, httpserver.url_for("/")).kind == "reset"


def test_plain_http_is_not_taken_for_tls(client, httpserver, failure):
    url = httpserver.url_for("/").replace("http:", "https:")
    error = failure(client.request, "POST", url, json={})
    assert (error.kind, error.sent) == ("tls", False)


def test_a_certificate_nobody_vouches_for_is_refused(client, peer, failure, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_own_certificate(tmp_path))

    def serve(connected, _):
        with context.wrap_socket(connected, server_side=True) as secured:
            secured.recv(4096)

    error = failure(client.get, peer(serve).url.replace("http:", "https:"))
    assert (error.kind, error.sent) == ("tls", False)
    assert "CERTIFICATE_VERIFY_FAILED" in error.detail


def _own_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "own.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_threads_may_share_a_client(client, httpserver):
    httpserver.expect_request("/").respond_with_handler(lambda request: request.args["n"])
    got = {}

    def ask(number):
        got[number] = client.get(f"{httpserver.url_for('/')}?n={number}").text

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {number: str(number) for number in range(12)}


def test_an_error_says_what_to_do_and_hides_who(client, failure):
    error = failure(client.get, "https://alice:planted@issuer.example/?access_token=planted2")
    assert isinstance(error, Unreachable)
    assert "planted" not in f"{error} {error!r} {error.url} {error.detail}"
    assert error.next_step


def test_an_interim_answer_alone_is_no_answer(peer, taking_in, client, failure):
    def hint(connected, _):
        taking_in(connected)
        connected.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </badge.png>\r\n\r\n")

    error = failure(client.get, peer(hint).url)
    assert (error.kind, error.sent) == ("reset", True)
