"""Forty ways of naming an inner door, and none of them opens."""

from __future__ import annotations

import queue

import pytest

from migrator.net import Client, connection
from migrator.net.guard import Blocked, check_host, check_public, check_url, is_public

HOSTILE = (
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://example.org/badge.json",
    "data:application/json,{}",
    "javascript:alert(1)",
    "dict://127.0.0.1:11211/stats",
    "//issuer.example/badge.json",
    "badge.json",
    "",
    "http://",
    "http:///badge.json",
    "https://alice:secret@issuer.example/",
    "https://alice@issuer.example/",
    "http://issuer.example\\@127.0.0.1/",
    "http://issuer.example/a b",
    "http://issuer.example/\r\nHost: other.example",
    "http://issuer.example:0/",
    "http://issuer.example:99999/",
    "http://issuer.example:port/",
    "http://[::1",
    "http://127.0.0.1/",
    "http://127.1.2.3:8080/",
    "http://127.0.0.1./",
    "http://localhost/",
    "http://LOCALHOST:8000/",
    "http://localhost./",
    "http://anything.localhost/",
    "http://10.0.0.1/",
    "http://172.16.5.4/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://168.63.129.16/machine",
    "http://100.100.100.200/latest/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://printer.local/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[fe80::1%25eth0]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[64:ff9b::a00:1]/",
    "http://[2002:7f00:1::]/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "https://issuer.example:22/",
    "http://issuer.example:25/",
    "http://issuer.example:6379/",
    "http://issuer.example:3306/",
)


@pytest.mark.parametrize("url", HOSTILE)
def test_no_hostile_address_is_asked(url, failure):
    error = failure(Client().get, url)
    assert error.kind in {"blocked", "dns"}
    assert error.sent is False


def test_every_hostile_address_is_another_one():
    assert len(set(HOSTILE)) == len(HOSTILE) >= 40


@pytest.mark.parametrize(
    "url",
    [
        "https://issuer.example/assertion.json",
        "http://issuer.example:8080/a?b=c#d",
        "http://issuer.example:443/",
        "HTTPS://Issuer.Example/",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "https://münchen.example/",
    ],
)
def test_addresses_of_the_open_web_pass(url):
    check_public(check_url(url))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("64:ff9b::5db8:d822", True),  # an IPv4 address behind NAT64, public as such
        ("64:ff9b::7f00:1", False),
        ("2002:5db8:d822::1", True),
        ("2002:a00:1::1", False),
        ("::ffff:93.184.216.34", True),
        ("::ffff:10.1.1.1", False),
        ("fe80::1%eth0", False),
        ("240.0.0.1", False),
        ("2001:db8::1", False),
        ("no address", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_internet_are_public(address, public):
    assert is_public(address) is public


def test_a_name_that_stands_for_an_inner_address_is_found_out():
    with pytest.raises(Blocked, match="inner network"):
        check_host("localhost", 80)


def test_a_name_that_cannot_exist_is_left_to_the_connection():
    check_host("a" * 64 + ".invalid", 80)


def test_not_even_a_knock_reaches_an_inner_address(peer, failure):
    quiet = peer(lambda *_: None)
    assert failure(Client().get, f"http://0x7f000001:{quiet.port}/").kind == "blocked"
    assert quiet.connections == 0


def test_a_name_that_changes_its_mind_is_stopped_before_a_byte_leaves(peer, failure, monkeypatch):
    heard = queue.Queue()
    listening = peer(lambda connected, _: heard.put(connected.recv(100)))
    # What a resolver does that answers with a public address first and an inner one after.
    monkeypatch.setattr(connection, "check_host", lambda *_: None)
    error = failure(Client(connect_timeout=2).get, f"http://0x7f000001:{listening.port}/")
    assert (error.kind, error.sent) == ("blocked", False)
    assert heard.get(timeout=5) == b""


@pytest.mark.parametrize("address", ["fec0::1", "feff::1", "192.88.99.1", "64:ff9b::192.88.99.1"])
def test_networks_of_old_are_not_public(address):
    assert not is_public(address)
