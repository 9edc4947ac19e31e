"""The Badgr destination against the rehearsal backpack, with a relay between them."""

from __future__ import annotations

import pytest

from migrator.destinations.conformance import SERVER_CHECKS, name


@pytest.mark.parametrize("check", SERVER_CHECKS, ids=name)
def test_badgr_keeps_the_contract(check, prepared_badgr):
    with prepared_badgr() as subject:
        check(subject)
