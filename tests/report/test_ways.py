from __future__ import annotations

from migrator.archive.ledger import Routed
from migrator.reasons import REASONS
from migrator.report.ways import way_lines, ways
from migrator.transfer.routes import GONE

TO = "badgr:https://x.example"


def of(*routed, hosts=()):
    return {one.key: one for one in ways(routed, hosts, TO)}


def test_no_badge_is_left_out_whatever_its_route_and_reason():
    routed = [Routed(None, code, 1) for code in REASONS]
    routed += [Routed(route, "host_dead", 1) for route in ("import", "restore", "reaward")]
    routed.append(Routed("import", None, 1))
    assert sum(one.badges for one in ways(routed, (), TO)) == len(routed)


def test_each_way_has_its_command():
    found = of(
        Routed("import", None, 5),
        Routed("restore", "host_dead", 3),
        Routed("reaward", "relative_url", 2),
        Routed(None, "wrong_recipient", 1),
        Routed(None, "no_account", 1),
        Routed(None, "document_gone", 1),
        Routed(None, "expired", 1),
        Routed(None, "signed_1_x", 1),
        hosts=("a.example", "b.example"),
    )
    commands = {key: one.command.removeprefix("badge-migrator ") for key, one in found.items()}
    assert commands == {
        "import": f"push --to {TO}",
        "restore": "export restore-site --host a.example",
        "reaward": f"reaward run --to {TO}",
        "wrong_recipient": f"push --to {TO} --add-emails",
        "no_account": f"login {TO} --as EMAIL",
        "gone": "recover",
        "issuer": "letter --learner EMAIL",
        "none": f"plan --to {TO} --explain BADGE",
    }
    assert next(iter(found)) == "import"
    assert "the owners of 2 hosts have" in found["restore"].says


def test_one_owner_is_spoken_of_as_one():
    found = of(Routed("restore", "host_dead", 3), hosts=("a.example",))
    assert "its owner has put" in found["restore"].says


def test_what_is_gone_without_a_route_is_to_be_recovered():
    assert set(of(*(Routed(None, code, 2) for code in GONE))) == {"gone"}


def test_lines_say_how_many_and_what_to_type():
    (way,) = ways([Routed("import", None, 1219)], (), TO)
    assert list(way_lines([way])) == [
        "      1,219  ready to be imported",
        f"             badge-migrator push --to {TO}",
    ]
