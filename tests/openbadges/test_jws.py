import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import json
import subprocess
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, serialize_compact

from migrator.openbadges.jws import header, is_jws, payload, verify
from migrator.openbadges.model import Unreadable

CLAIMS = {"uid": "1", "recipient": {"identity": "me@example.org"}}
RSA = rsa.generate_private_key(65537, 1024)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()


def pem(private):
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Quiet(JWSRegistry):
    max_payload_length = 10**7

    def get_alg(self, name):
        return self.algorithms[name]


def signed(private, algorithm, claims=CLAIMS, **extra):
    kinds = {"RS": RSAKey, "PS": RSAKey, "ES": ECKey, "Ed": OKPKey}
    key = kinds[algorithm[:2]](private, private)
    registry = Quiet(algorithms=[algorithm], strict_check_header=False)
    return serialize_compact(
        {"alg": algorithm, **extra}, json.dumps(claims).encode(), key, registry=registry
    )


@pytest.mark.parametrize(
    ("private", "algorithm"),
    [(RSA, "RS256"), (RSA, "RS384"), (RSA, "PS256"), (EC, "ES256"), (ED, "EdDSA"), (ED, "Ed25519")],
)
def test_a_signature_holds_with_its_key_and_no_other(private, algorithm):
    jws = signed(private, algorithm)
    assert is_jws(jws)
    assert header(jws)["alg"] == algorithm
    assert payload(f" {jws}\n") == CLAIMS
    assert verify(f" {jws}\n", pem(private))
    others = [one for one in (RSA, EC, ED) if one is not private]
    assert not any(verify(jws, pem(one)) for one in others)
    assert not verify(jws, pem(rsa.generate_private_key(65537, 1024)))


def test_a_changed_payload_does_not_hold():
    head, _body, tail = signed(RSA, "RS256").split(".")
    other = base64.urlsafe_b64encode(b'{"uid":"2"}').rstrip(b"=").decode()
    assert not verify(f"{head}.{other}.{tail}", pem(RSA))


def test_a_certificate_is_a_key_too():
    name = x509.Name([])
    when = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    key = rsa.generate_private_key(65537, 2048)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, when, when)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    assert verify(signed(key, "RS256"), certificate)


def test_a_badge_with_its_picture_inside_and_extra_headers_holds():
    jws = signed(RSA, "RS256", {**CLAIMS, "image": "data:" + "a" * 300_000}, openbadge=1)
    assert verify(jws, pem(RSA))


def test_shared_secrets_and_no_signature_prove_nothing():
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    body = part(b'{"alg":"HS256"}') + "." + part(json.dumps(CLAIMS).encode())
    shared = part(hmac.digest(pem(RSA), body.encode(), hashlib.sha256))
    assert is_jws(f"{body}.{shared}")
    assert not verify(f"{body}.{shared}", pem(RSA))
    assert not verify(f"{part(b'{}')}.{part(b'{}')}.AAAA", pem(RSA))
    assert not verify(body.replace(part(b'{"alg":"HS256"}'), part(b'{"alg":"none"}')) + ".AA", b"")


@pytest.mark.parametrize(
    "key",
    [b"", b"<html>", b"-----BEGIN CERTIFICATE-----", pem(dsa.generate_private_key(1024))],
    ids=["empty", "html", "cut", "dsa"],
)
def test_what_is_no_fitting_key_proves_nothing(key):
    assert not verify(signed(RSA, "RS256"), key)


@pytest.mark.parametrize(
    "text",
    ["", "www.example.org", "a.b", "a.b.c.d", "http://a.example.org/a.b.c", "e30.e30.AA",
     "eyJhbGciOiJSUzI1NiJ9.W10.AAAA", "eyJhbGciOiJSUzI1NiJ9=.e30.AA", "eyJhbGciOjF9.e30.AA",
     "eyJhbGciOiJSUzI1NiJ9.e31.AA"],
)  # fmt: skip
def test_other_texts_are_no_signatures(text):
    assert not is_jws(text)
    assert not verify(text, pem(RSA))


@given(st.text(alphabet="eyJhbG.-_A09=", max_size=40))
def test_no_text_makes_it_fail(text):
    assert is_jws(text) in (True, False)
    with contextlib.suppress(Unreadable):
        payload(text)


def test_reading_a_badge_does_not_load_cryptography():
    code = "import sys, migrator.openbadges.badge; print('cryptography' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
