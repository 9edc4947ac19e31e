from __future__ import annotations

from migrator.archive.notes import Note
from migrator.report.veil import veiled


def test_every_text_is_masked_however_deep():
    found = veiled(
        {
            "list": ["ann@example.org", 7, None],
            "row": ("a", "b@x.org"),
            "note": Note("2026", "sam@x.org", "of ann@example.org"),
            "key@x.org": True,
        }
    )
    assert found == {
        "list": ["a***@example.org", 7, None],
        "row": ("a", "b***@x.org"),
        "note": Note("2026", "s***@x.org", "of a***@example.org"),
        "k***@x.org": True,
    }


def test_a_word_of_the_standard_is_nobodys_address():
    for text in ('{"@context": "https://w3id.org/x"}', "Can its vocabularies (@context) be read?"):
        assert veiled(text) == text
    assert "ann" not in veiled('"ann@context" (ann@context)')
