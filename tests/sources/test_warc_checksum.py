"""Checksums in the forms web archives write them."""

from __future__ import annotations

import base64
import hashlib

import pytest

from migrator.sources.warc.checksum import matches

BODY = b'{"uid": "1"}'
SHA1 = hashlib.sha1(BODY, usedforsecurity=False)
SHA256 = hashlib.sha256(BODY)


@pytest.mark.parametrize(
    "written",
    [
        base64.b32encode(SHA1.digest()).decode(),
        "sha1:" + base64.b32encode(SHA1.digest()).decode(),
        "sha1:" + base64.b32encode(SHA1.digest()).decode().lower(),
        "SHA-1:" + SHA1.hexdigest(),
        "sha256:" + SHA256.hexdigest(),
        "sha256:" + base64.b32encode(SHA256.digest()).decode().rstrip("="),
        "sha256:" + base64.urlsafe_b64encode(SHA256.digest()).decode().rstrip("="),
    ],
)
def test_each_way_of_writing_is_understood(written):
    assert matches(written, b"other", BODY) is True
    assert matches(written, BODY + b" ") is False


@pytest.mark.parametrize("written", ["", "crc32:1234", "sha1:zz", "not a checksum", "sha1:\udc80é"])
def test_what_is_no_checksum_says_nothing(written):
    assert matches(written, BODY) is None
