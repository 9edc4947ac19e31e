"""Credentials and wallet back-ups: what must never be copied, and what is kept around a badge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from migrator.adapters.credentials import Credentials

from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.model import Verification
from migrator.sources.conformance import damage
from migrator.sources.found import Found, FoundFile, Problem
from migrator.sources.place import open_place

FIXTURES = Path(__file__).parents[2] / "fixtures" / "credentials"
PRIVATE = b"EXAMPLEPRIVATE"


def read(path):
    with open_place(path) as place:
        return list(Credentials().read(place))


def kept(outcomes):
    """All bytes that would be written into the archive."""
    parts = []
    for one in outcomes:
        if isinstance(one, Found):
            parts += [one.assertion or b"", one.jws or b""]
        elif isinstance(one, FoundFile):
            parts.append(one.content)
        elif isinstance(one, Problem):
            parts.append(one.raw)
    return b"\n".join(parts)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*/*Backup.json")), ids=str)
def test_no_private_key_is_ever_copied_from_a_whole_or_a_cut_wallet(path, tmp_path):
    copy = tmp_path / path.name
    for data in (path.read_bytes(), *damage.cuts(path.read_bytes())):
        copy.write_bytes(data)
        assert PRIVATE[:7] not in kept(read(copy))


def test_a_key_as_jwk_is_a_private_key_too(tmp_path):
    path = tmp_path / "keys.json"
    key = {"type": "JsonWebKey2020", "id": "k", "privateJwk": {"kty": "OKP", "d": "EXAMPLEPRIVATE"}}
    wallet = {"type": "UniversalWallet2020", "contents": [{"list": [key]}, key]}
    path.write_text(json.dumps(wallet))
    outcomes = read(path)
    assert [one.code for one in outcomes] == ["private_keys_left_out"]
    assert PRIVATE not in kept(outcomes)


def test_a_learner_record_is_kept_whole_and_its_badges_are_badges():
    outcomes = read(FIXTURES / "good" / "clr" / "transcript.json")
    (whole,) = [one for one in outcomes if isinstance(one, FoundFile)]
    assert json.loads(whole.content)["proof"]
    badges = [one for one in outcomes if isinstance(one, Found)]
    names = [
        read_badge(Pieces(assertion=one.assertion, jws=one.jws)).assertion.badge_class.name
        for one in badges
    ]
    assert names == ["Robotics 7", "Robotics 8", "Robotics 9"]
    source = (FIXTURES / "good" / "clr" / "transcript.json").read_bytes()
    assert all(one.assertion in source for one in badges if one.assertion)


def test_an_enveloped_credential_is_its_signature():
    *_, found = read(FIXTURES / "good" / "presentation" / "shared.json")
    badge = read_badge(Pieces(jws=found.jws))
    assert badge.assertion.verification is Verification.SIGNED


def test_records_inside_records_are_followed_three_levels_deep(tmp_path):
    inner = json.loads((FIXTURES / "good" / "one" / "credential.json").read_text())
    for _ in range(8):
        inner = {"type": ["VerifiablePresentation"], "verifiableCredential": [inner]}
    path = tmp_path / "deep.json"
    path.write_text(json.dumps(inner))
    assert sum(isinstance(one, Found) for one in read(path)) == 1


def test_a_broken_key_in_a_list_of_credentials_is_not_kept_as_raw(tmp_path):
    path = tmp_path / "a.jsonl"
    credential = (FIXTURES / "good" / "one" / "credential.json").read_text().replace("\n", "")
    path.write_text(f'{credential}\n{{"privateKeyMultibase": "EXAMPLEPRIVATE"\n')
    outcomes = read(path)
    assert isinstance(outcomes[0], Found)
    assert [one.code for one in outcomes[1:]] == ["unreadable"]
    assert PRIVATE not in kept(outcomes)
