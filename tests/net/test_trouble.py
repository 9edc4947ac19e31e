"""Each way a request fails in the libraries becomes one kind of trouble."""

from __future__ import annotations

import ssl

import pytest
import requests
from urllib3 import exceptions as lib

from migrator.net.guard import Blocked
from migrator.net.limits import TooLarge
from migrator.net.trouble import KINDS, Unreachable, explain

URL = "http://issuer.example/"


def wrapped(reason):
    return requests.ConnectionError(lib.MaxRetryError(None, URL, reason))


@pytest.mark.parametrize(
    ("error", "sent", "kind"),
    [
        (wrapped(lib.NameResolutionError("issuer.example", None, OSError())), False, "dns"),
        (wrapped(lib.NewConnectionError(None, "no route")), False, "refused"),
        (wrapped(lib.ConnectTimeoutError(None, "slow")), False, "timeout"),
        (requests.ReadTimeout(lib.ReadTimeoutError(None, URL, "slow")), True, "timeout"),
        (requests.exceptions.SSLError(lib.SSLError(ssl.SSLError(1, "old"))), False, "tls"),
        (requests.exceptions.InvalidURL("no host"), False, "dns"),
        (lib.LocationParseError("a..b"), False, "dns"),
        (Blocked("inner"), False, "blocked"),
        (TooLarge("huge"), True, "too_large"),
        (lib.ProtocolError("cut", ConnectionResetError(104, "reset")), True, "reset"),
        (ConnectionError("broken"), False, "refused"),
    ],
)
def test_trouble_has_its_kind(error, sent, kind):
    found = explain(error, URL, sent=sent, expired=False)
    assert (found.kind, found.sent) == (kind, sent)


def test_whatever_breaks_when_time_is_up_is_a_time_out():
    found = explain(lib.ProtocolError("cut"), URL, sent=True, expired=True)
    assert (found.kind, found.sent) == ("timeout", True)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_sentence_and_a_next_step(kind):
    error = Unreachable(kind, URL, "why")
    assert URL in error.what
    assert "why" in error.what
    assert error.next_step.endswith(".")
    assert error.exit_code == 4


def test_errors_that_refer_to_each_other_are_followed_once():
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert explain(first, URL, sent=True, expired=False).kind == "reset"


def test_trouble_of_an_older_request_is_not_taken_for_this_one():
    error = lib.ProtocolError("cut")
    error.__context__ = Blocked("another one")
    assert explain(error, URL, sent=True, expired=False).kind == "reset"
