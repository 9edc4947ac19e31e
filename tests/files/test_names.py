from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.files.names import LIMIT, beside, key, readable, safe, spelled, within

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
DIGESTS = st.binary(min_size=32, max_size=32)


def is_safe(name):
    assert name not in ("", ".", "..")
    assert not set(name) & set('<>:"/\\|?*\0\n\r\t')
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in name)
    assert not name.endswith((".", " "))
    assert name.partition(".")[0].strip().lower() not in ("con", "nul", "aux", "prn", "com1")
    assert len(name.encode()) <= LIMIT
    return True


@settings(deadline=None)
@given(TEXTS)
def test_any_text_becomes_a_safe_name_and_a_safe_name_stays(text):
    name = safe(text)
    assert is_safe(name)
    assert safe(name) == name


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS, DIGESTS)
def test_a_readable_name_is_safe_stable_and_no_formula(badge, issuer, day, digest):
    name = readable(badge, issuer, day, digest)
    assert is_safe(name)
    assert name == readable(badge, issuer, day, digest)
    assert digest.hex()[:12] in name
    assert not name.startswith(("=", "+", "-", "@", ".", "~"))
    assert "%" not in name
    assert len(f"{name} (baked by badge-migrator).png".encode()) <= 255


@settings(deadline=None)
@given(TEXTS, TEXTS, DIGESTS, DIGESTS)
def test_two_badges_never_share_a_name(badge, issuer, one, other):
    if one.hex()[:12] != other.hex()[:12]:
        here, there = readable(badge, issuer, None, one), readable(badge, issuer, None, other)
        assert key(here) != key(there)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("..", "__"),
        (".", "_"),
        ("", "_"),
        ("a/b\\c:d", "a_b_c_d"),
        ("NUL", "_NUL"),
        ("nul.png", "_nul.png"),
        ("com1 .tar.gz", "_com1 .tar.gz"),
        ("LPT\u00b9", "_LPT\u00b9"),
        ("end.. ", "end___"),
        ("a\nb\x7f", "a_b_"),
        ("evil\u202egnp.exe", "evil_gnp.exe"),
        (
            "\uff46\uff55\uff4c\uff4c\u3000\uff57\uff49\uff44\uff54\uff48.png",
            "\uff46\uff55\uff4c\uff4c\u3000\uff57\uff49\uff44\uff54\uff48.png",
        ),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        (".hidden", ".hidden"),
        ("Jörg's badge!.png", "Jörg's badge!.png"),
    ],
)
def test_names_are_kept_but_for_what_is_not_safe(text, name):
    assert safe(text) == name


def test_a_long_name_keeps_beginning_and_ending_and_stays_apart_from_its_like():
    one, other = safe("ü" * 300 + "1.png"), safe("ü" * 300 + "2.png")
    assert one.startswith("üüü")
    assert one.endswith(".png")
    assert one != other
    assert len(safe("x" * 300 + "." + "y" * 300).encode()) <= LIMIT


def test_a_readable_name_says_badge_issuer_day_and_a_short_id():
    digest = bytes(range(32))
    name = readable("HTML\n Basics", "Web Guild", "2014-05-29T10:00:00Z", digest)
    assert name == "HTML Basics - Web Guild - 2014-05-29 - 000102030405"
    assert readable("", None, None, digest) == "Badge - 000102030405"
    assert readable("=cmd()", None, None, digest) == "_cmd() - 000102030405"
    assert readable("50% off", None, None, digest) == "50_ off - 000102030405"


def test_what_systems_take_for_the_same_has_one_key():
    assert key("Straße.PNG") == key("STRASSE.png")
    assert key("a\u0308.png") == key("\u00e4.png")
    assert key("a.png") != key("b.png")


def test_a_name_beside_another_keeps_its_folder_and_ending():
    assert beside("a/b.c.png", "12ab") == "a/b.c~12ab.png"
    assert beside("noending", "12ab") == "noending~12ab"
    assert beside("a.d/noending", "12ab") == "a.d/noending~12ab"


def test_a_path_that_is_too_deep_becomes_one_that_is_not():
    assert within(["a", "b", "c"]) == "a/b/c"
    deep, other = within(["a", *["x" * 100] * 20, "c"]), within(["a", *["x" * 100] * 21, "c"])
    assert deep.startswith("a/deep-")
    assert deep.endswith("/c")
    assert deep != other


def test_escapes_that_only_a_terminal_needs_are_taken_back():
    assert spelled("a\\u3000b\\xa0c\\u200d") == "a\u3000b\xa0c\u200d"
    assert spelled("a\\u202eb\\x0a\\ud800") == "a\\u202eb\\x0a\\ud800"
