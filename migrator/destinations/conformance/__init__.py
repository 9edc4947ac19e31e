"""What every destination must keep, ours or anyone's, as plain functions that need no test tool.

A `Subject` is a destination and what its server was prepared with; `prepared` makes a new one, with
a server of its own, for each check. A pytest file is then one function:

    @pytest.mark.parametrize("check", SERVER_CHECKS, ids=name)
    def test_my_backpack_keeps_the_contract(check, subject):
        check(subject)

and `failures(prepared)` says without pytest what is not kept. A destination that is no server (a
folder) is tried with CHECKS, one behind HTTP with SERVER_CHECKS, which has these and what the web
can do to it: between destination and server then stands a relay that loses, spoils and counts.
"""

from migrator.destinations.conformance.checks import CHECKS
from migrator.destinations.conformance.run import SERVER_CHECKS, Check, failures, name
from migrator.destinations.conformance.subject import Subject

__all__ = ["CHECKS", "SERVER_CHECKS", "Check", "Subject", "failures", "name"]
