from __future__ import annotations

from migrator.archive import stories
from migrator.archive.stories import BadgeStory, LearnerStory, Try, Where
from migrator.reasons import REASONS
from migrator.report.story import story_lines
from migrator.report.words import STATE_WORDS

WHERE = Where("badgr:https://x", "ann@x.org", "done", None, None, False, "2026-11-23T09", None, ())


def badge(**more):
    facts = {
        "assertion_id": 1,
        "badge": "HTML",
        "issuer": "Guild",
        "issued_on": "2015-04-30T10:00:00Z",
        "expires": None,
        "hosted_url": None,
        "found_in": ("a.zip!x.png", "dump.sql, row 3"),
        "collections": (),
        "destinations": (),
    }
    return BadgeStory(**facts | more)


def told(*badges, name="Ann"):
    return list(story_lines(LearnerStory(1, name, ("ann@x.org", "a@y.org"), badges)))


def test_a_story_is_read_out_from_person_to_badge():
    assert told(badge(collections=("Mine", "Best")), badge(badge="CSS", destinations=(WHERE,))) == [
        "Ann (ann@x.org, a@y.org): 2 badges in the archive, 1 moved.",
        "",
        "  HTML, Guild, issued 2015-04-30",
        "    Found in a.zip!x.png; dump.sql, row 3.",
        "    In the collection Mine, Best.",
        "    Not planned for any backpack yet. Next: badge-migrator plan --to DESTINATION",
        "",
        "  CSS, Guild, issued 2015-04-30",
        "    Found in a.zip!x.png; dump.sql, row 3.",
        "    Moved, badgr:https://x (ann@x.org), 2026-11-23.",
    ]


def test_who_moves_to_two_places_reads_how_far_each_is():
    held = Where("badgr:https://x", None, "held", "expired", None, False, "2026", None, ())
    kept = Where("files:/out", "ann@x.org", "done", None, None, False, "2026", None, ())
    both, one = badge(destinations=(WHERE, kept)), badge(destinations=(held, kept))
    assert told(both, one)[0] == (
        "Ann (ann@x.org, a@y.org): 2 badges in the archive; badgr:https://x: 1 moved;"
        " files:/out: 2 moved."
    )


def test_what_is_not_known_is_left_out():
    lines = told(badge(issuer=None, issued_on=None), name=None)
    assert lines[0].startswith("This learner (")
    assert lines[2] == "  HTML"


def test_every_reason_says_why_what_next_and_who():
    for state in STATE_WORDS:
        for code, reason in REASONS.items():
            where = Where("d:x", None, state, code, "in detail", False, "2026", None, ())
            text = "\n".join(told(badge(destinations=(where,))))
            assert f"Why: {reason.sentence}" in text
            assert f"What next: {reason.next_step}" in text
            assert "Who can act: " in text


def test_details_are_told_where_they_tell_a_person_something():
    for code, shown in (("wrong_recipient", True), ("refused", True), ("host_dead", False)):
        where = Where("d:x", None, "refused", code, "in\x1b detail", False, "2026", None, ())
        assert ("    Exactly: in  detail" in told(badge(destinations=(where,)))) == shown


def test_a_badge_that_is_hidden_over_there_says_how_to_show_it():
    where = Where("d:x", None, "done", None, None, True, "2026", None, ())
    assert any(
        "as soon as the learner confirms" in line for line in told(badge(destinations=(where,)))
    )


def test_several_tries_are_counted_and_one_is_not():
    once = (Try("2026-11-23T09:00", "refused", "revoked", None),)
    for tries, lines in ((once, 0), (once * 3, 1)):
        where = Where("d:x", None, "refused", "unknown code", None, False, "2026", None, tries)
        said = [line for line in told(badge(destinations=(where,))) if "Tried" in line]
        assert len(said) == lines
    assert said == ["    Tried 3 times, last 2026-11-23T09:00."]


def test_no_name_can_steer_the_terminal(hostile):
    for learner in stories.learner_ids(hostile):
        lines = list(story_lines(stories.story(hostile, learner)))
        assert all(line.isprintable() for line in lines)


def test_the_way_and_the_exact_spelling_are_told():
    for route, said in (("restore", "`letter` writes"), ("reaward", "`reaward run`")):
        where = Where("d:x", None, "held", "host_dead", None, False, "2026", None, (), route)
        text = "\n".join(told(badge(destinations=(where,))))
        assert "Which way: it " in text
        assert said in text
    detail = "add this spelling to the account: Ann@X.org"
    where = Where("d:x", None, "held", "wrong_recipient", detail, False, "2026", None, ())
    text = "\n".join(told(badge(destinations=(where,))))
    assert "What next: Add Ann@X.org, in exactly this spelling" in text
    assert "All about it: badge-migrator plan --to d:x --explain 1" in text
