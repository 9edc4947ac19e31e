from __future__ import annotations

from migrator.openbadges.model import Addresses, Recipient
from migrator.openbadges.recipient import hash_identity
from migrator.transfer.spelling import needed, same_address, spelling_told, told

ANN = Addresses(("ann@example.org",))


def hashed(address):
    return Recipient(hash_identity(address, "sha256", "salt"), hashed=True, salt="salt")


def test_a_plain_recipient_names_the_address_itself():
    assert needed(Recipient("eve@x.org"), ANN) == "eve@x.org"
    assert needed(Recipient("Ann@Example.org"), ANN) == "Ann@Example.org"


def test_a_hashed_recipient_is_found_among_spellings_and_addresses_that_are_known():
    assert needed(hashed("ANN@EXAMPLE.ORG"), ANN) == "ANN@EXAMPLE.ORG"
    assert needed(hashed("old@example.net"), ANN) is None
    assert needed(hashed("old@example.net"), ANN, ("old@example.net",)) == "old@example.net"
    assert needed(hashed("Old@example.net"), ANN, ("old@example.net",)) == "Old@example.net"


def test_what_is_no_address_is_not_offered():
    assert needed(Recipient("https://ann.example", "url"), ANN) is None
    assert needed(Recipient("sha256$" + "ab" * 32), ANN) is None


def test_what_the_plan_says_can_be_read_back():
    plain, salted = Recipient("eve@x.org"), hashed("old@example.net")
    assert told(plain, "eve@x.org", 1) == "awarded to eve@x.org"
    assert told(salted, "old@example.net", 1).endswith(": old@example.net")
    assert told(salted, None, 3) == "the recipient is hashed; none of 3 known addresses fits"
    assert spelling_told(told(plain, "eve@x.org", 1)) == "eve@x.org"
    assert spelling_told(told(salted, "old@example.net", 1)) == "old@example.net"
    for nothing in (None, "", told(salted, None, 3), "in detail"):
        assert spelling_told(nothing) is None


def test_capitals_make_another_spelling_and_no_other_address():
    assert same_address("Ann@Example.org", " ann@example.ORG")
    assert not same_address("ann@example.org", "ann@example.net")
