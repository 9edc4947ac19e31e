"""The desk as it is started, asked over the network and stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from migrator import errors
from migrator.cli import serve
from migrator.web.server import is_local
from migrator.web.signin import password_hash

HASH = "pbkdf2_sha256$1000$0123456789abcdef$" + "A" * 43 + "="


@pytest.fixture
def started(filled, tmp_path):
    """Start the command itself, on a free port; yields the process and its first lines."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "migrator", "serve", "--archive", filled.path, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
    )
    lines = [process.stdout.readline(), process.stdout.readline()]
    yield process, lines
    process.kill()
    process.communicate()


@pytest.mark.timeout(30)
def test_the_desk_says_where_it_is_answers_and_closes_with_ctrl_c(started):
    process, (first, second) = started
    address = first.rpartition(" is at ")[2].strip()
    assert address.startswith("http://127.0.0.1:")
    assert second == "Stop it with Ctrl-C.\n"
    with urllib.request.urlopen(f"{address}find?q=ann@example.org") as answer:
        assert answer.url == f"{address}learner/1"
        assert b"Ann Smith" in answer.read()
        assert "server" not in answer.headers
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "The desk is closed.\n", "")


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.7", False),
        ("desk.example.org", False),
    ],
)
def test_only_this_computers_own_addresses_need_no_password(host, local):
    assert is_local(host) is local


@pytest.fixture
def settings(tmp_path, monkeypatch):
    for name in (serve._HASH, serve._GUEST_HASH):
        monkeypatch.delenv(name, raising=False)

    def made(host):
        return serve._settings(
            tmp_path / "a.db", host, ["Desk.example.org"], mask=False, actions=False
        )

    return made


def test_elsewhere_a_password_is_needed_and_how_to_make_one_is_said(settings, monkeypatch):
    assert settings("127.0.0.1").hashes == {}
    with pytest.raises(errors.Usage, match="datasette hash-password"):
        settings("0.0.0.0")
    monkeypatch.setenv(serve._HASH, HASH)
    found = settings("0.0.0.0")
    assert found.hashes == {"desk": HASH}
    assert HASH not in repr(found)
    assert {"desk.example.org", socket.gethostname().lower()} <= found.names


def test_a_guests_password_alone_opens_nothing(settings, monkeypatch):
    monkeypatch.setenv(serve._GUEST_HASH, HASH)
    with pytest.raises(errors.Usage, match="no password"):
        settings("0.0.0.0")


@pytest.mark.parametrize("text", ["secret", "pbkdf2_sha256$x", "$1000$a$b"])
def test_what_is_no_hash_is_refused_and_not_repeated(monkeypatch, text):
    monkeypatch.setenv(serve._HASH, text)
    with pytest.raises(errors.Usage) as caught:
        password_hash("desk", serve._HASH)
    assert text not in str(caught.value)


def test_a_port_that_is_taken_is_named(filled, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(errors.Usage, match=f"Port {taken.getsockname()[1]} of 127.0.0.1"):
            serve.serve(filled.path, port=taken.getsockname()[1])
    monkeypatch.setenv(serve._HASH, HASH)
    with pytest.raises(errors.Usage, match="no address of this computer"):
        serve.serve(filled.path, host="192.0.2.1")


def test_without_the_extra_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(errors.Usage, match=r"pip install 'badge-migrator\[web\]'"):
        serve.serve(tmp_path / "a.db")


def test_without_an_archive_it_says_how_to_make_one(tmp_path):
    with pytest.raises(errors.Usage, match="There is no archive"):
        serve.serve(tmp_path / "none.db")
