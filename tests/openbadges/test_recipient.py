import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.openbadges.model import Recipient
from migrator.openbadges.recipient import (
    case_variants,
    hash_identity,
    looks_hashed,
    matches,
    matching_spelling,
)

ME = "maria.garcia@example.org"


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512", "SHA256"])
@pytest.mark.parametrize("salt", [None, "", "hashbrowns"])
def test_a_hash_is_of_the_address_with_the_salt_behind(algorithm, salt):
    expected = hashlib.new(algorithm.lower(), (ME + (salt or "")).encode()).hexdigest()
    assert hash_identity(ME, algorithm, salt) == f"{algorithm.lower()}${expected}"
    for written in (expected, expected.upper()):
        recipient = Recipient(f"{algorithm}${written}", hashed=True, salt=salt)
        assert matches(recipient, ME)
        assert not matches(recipient, ME.upper())
        assert looks_hashed(recipient.identity)


def test_a_hash_of_the_sample_backpack_is_marias():
    written = "sha256$ed86efc2c47855ddf44b431db5ad824f125e1e03e14474ffad9e8907e00684f7"
    assert matches(Recipient(written, hashed=True, salt="hashbrowns"), ME)


def test_other_algorithms_are_refused():
    with pytest.raises(ValueError, match="crc32"):
        hash_identity(ME, "crc32", None)


def test_a_plain_address_is_compared_letter_by_letter():
    assert matches(Recipient(ME), ME)
    assert not matches(Recipient(ME), ME.upper())
    assert not matches(Recipient(hash_identity(ME, "md5", None)), ME)


def test_a_plain_address_that_says_it_is_hashed_matches_nobody():
    assert not matches(Recipient(ME, hashed=True), ME)
    assert not looks_hashed(ME)


def test_the_variants_are_the_backpacks_own():
    assert case_variants("maria.GARCIA@Example.org") == (
        "maria.GARCIA@Example.org",
        "maria.garcia@example.org",
        "MARIA.GARCIA@EXAMPLE.ORG",
        "Maria.garcia@example.org",
        "Maria.Garcia@Example.Org",
        "MARIA.GARCIA@example.org",
    )
    assert case_variants("1@2") == ("1@2",)


def test_the_spelling_an_issuer_hashed_is_found():
    recipient = Recipient(hash_identity("MARIA@example.org", "sha1", "s"), hashed=True, salt="s")
    assert (
        matching_spelling(recipient, ["joe@example.org", "maria@example.org"])
        == "MARIA@example.org"
    )
    assert matching_spelling(recipient, iter(["MARIA@example.org"])) == "MARIA@example.org"
    assert matching_spelling(recipient, ["joe@example.org"]) is None


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_address_or_identity_makes_it_fail(identity, address):
    matching_spelling(Recipient(identity, hashed=True), [address])
    assert case_variants(address)[0] == address
