"""A complete adapter to copy: text files `*.badgeurls` with one assertion URL a line.

To read another kind of source: copy this file, change what is marked (1) to (4), and register the
class in pyproject.toml, in your own package or here:

    [project.entry-points."badge_migrator.adapters"]
    badge-urls = "your_module:BadgeUrls"

Then put examples into fixtures/<name>/{good,warn,bad}/<what it shows>/ with their expected.json;
the conformance tests find both by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from migrator.sources.adapter import Match
from migrator.sources.found import Found, Outcome, Problem, Yielded
from migrator.sources.place import Member, MemberUnreadable, Place


class BadgeUrls:
    """(1) One sentence about the source, and where its format is described."""

    # (2) The name people type, what they read in lists, and what we say we look for.
    name = "badge-urls"
    title = "Lists of badge addresses"
    reads = "text files *.badgeurls with the address of one badge on each line"

    def detect(self, place: Place) -> Match | None:
        """(3) Look at names and a few first bytes (64 KiB at most); never raise.

        Be as sure as the evidence: 90 for a signature nobody else has, 40 for a guess others may
        share, None when it is not yours.
        """
        members = islice(place.members(), 1000)
        member = next((member for member in members if _is_ours(member)), None)
        if member is None:
            return None
        try:
            beginning = place.peek(member, 256)
        except MemberUnreadable:
            return None
        if beginning.lstrip(b"\xef\xbb\xbf \r\n").startswith((b"http://", b"https://")):
            return Match(90, "It has a list of badge addresses.")
        return Match(30, "It has a file named like a list of badge addresses.")

    def read(self, place: Place) -> Iterator[Yielded]:
        """(4) Yield one outcome for every candidate: what you yield is what the books count.

        Stream: hold one badge at a time. Use no network and no clock: twice the same source must
        give twice the same. Give each outcome a locator by which a person finds it again.
        """
        for member in place.members():
            if _is_ours(member):
                yield from _read_list(place, member)
            else:
                # Nothing is passed over in silence: another adapter may know it.
                yield place.foreign(member)


def _is_ours(member: Member) -> bool:
    return member.name.lower().endswith(".badgeurls")


def _read_list(place: Place, member: Member) -> Iterator[Outcome]:
    try:
        data = place.read(member)
    except MemberUnreadable as error:
        # What cannot be read becomes a problem with the place's own words; the rest goes on.
        yield place.problem(member, error)
        return
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip(b"\xef\xbb\xbf \t"):
            yield _outcome(f"{place.locator(member)}, line {number}", line)


def _outcome(locator: str, line: bytes) -> Outcome:
    url = line.decode("utf-8-sig", "replace").strip()
    if url.startswith(("http://", "https://")) and " " not in url:
        return Found(locator, hosted_url=url)
    return Problem(
        locator,
        "not_a_url",
        "This line is not a web address. Correct it (http://... or https://...) and try again.",
        line,
    )
