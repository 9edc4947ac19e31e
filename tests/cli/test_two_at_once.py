"""Two processes at once on the same archive: each badge arrives once, and the archive knows it."""

from __future__ import annotations

from migrator.rehearsal.faults import Faults

MARIA, JOERG, AIKO = "maria@example.org", "joerg@example.net", "aiko@example.jp"


def ended(*processes):
    """Wait for processes; returns their exit codes and everything they have said."""
    said = [process.communicate(timeout=60) for process in processes]
    return sorted(process.returncode for process in processes), "".join(map("".join, said))


def settled(run, imported, to, badges):
    """Look whether everything is there once and known, and nothing is left to do."""
    assert imported() == badges
    push = run("push", "--to", to, "--json", expected=3).json
    assert (push["accounts"], push["states"]["done"], push["missing"]) == ([], badges, 0)
    found = run("reconcile", "--to", to, "--json").json
    assert (set(found["changes"]), found["differences"]) == ({"same"}, [])
    assert found["there"] == found["fits"]["known"] == badges
    run("check")


def test_two_pushes_of_one_archive_send_each_badge_once(
    run, rehearsal, everybody_ready, imported, start
):
    rehearsal.app.faults = Faults(slow=0.1, lose=25, seed=3)
    codes, said = ended(*(start("push", "--to", everybody_ready, "--threads", 2) for _ in range(2)))
    # One that finds every account taken by the other says so; the other does all the work.
    assert set(codes) <= {3, 4, 7}, said
    assert "Traceback" not in said
    rehearsal.app.faults = Faults()
    run("reconcile", "--to", everybody_ready)
    run("push", "--to", everybody_ready, expected=3)
    settled(run, imported, everybody_ready, 12)


def test_two_at_one_account_are_told_apart_by_who_came_first(
    run, rehearsal, everybody_ready, imported, start
):
    rehearsal.app.faults = Faults(slow=0.7)
    first = start("push", "--to", everybody_ready, "--as", MARIA)
    first.stdout.readline()
    for command in ("push", "reconcile"):
        ran = run(command, "--to", everybody_ready, "--as", MARIA, expected=7)
        assert f"`push to {everybody_ready}` is at work on" in ran.err
        assert "Wait until it has finished" in ran.err
    rehearsal.app.faults = Faults()
    codes, said = ended(first)
    assert codes == [4], said  # the other two accounts are still to be pushed
    run("push", "--to", everybody_ready, expected=3)
    settled(run, imported, everybody_ready, 12)
