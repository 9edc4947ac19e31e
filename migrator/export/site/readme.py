"""What the owner of a domain is told: who asks, what to put where, how to try it, how long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import fill

from migrator.openbadges.address import printable

HEAD = "Badge documents of "
MISSING_HEAD = "What is missing of "
_KINDS = {
    "assertion": ("assertion", "assertions", "one for each award: who earned what, and when"),
    "badge_class": ("badge class", "badge classes", "what a badge stands for"),
    "issuer": ("issuer profile", "issuer profiles", "who awards the badges"),
    "key": ("key", "keys", "with which signed badges are checked"),
    "revocation_list": ("revocation list", "revocation lists", "which badges were taken back"),
    "image": ("picture", "pictures", "what the badges look like"),
    "page": ("web page", "web pages", "what had to be done for a badge; for people to read"),
}


@dataclass(frozen=True, slots=True)
class Story:
    """What there is to tell about the files of one host.

    `kinds` maps a kind to (files, missing); `example` is an address with its media type; `rules`
    counts the files a static host has to be told of, `ruled` those that need a rule at all.
    """

    host: str
    badges: int
    complete: int
    kinds: dict[str, tuple[int, int]]
    example: tuple[str, str] | None
    derived: int
    recovered: int
    plain_recipients: int
    ruled: int
    rules: int
    missing: int
    https: bool


def word(kind: str, count: int = 1) -> str:
    """Return what a kind of file is called."""
    one, many, _what = _KINDS[kind]
    return one if count == 1 else many


def readme(story: Story) -> str:
    """Return the README for the owner of a domain."""
    parts = (
        (f"{HEAD}{story.host}",),
        _who(story),
        _what(story),
        _how(story),
        _test(story),
        _know(story),
        _long(),
    )
    return "\n\n".join(part for group in parts for part in group) + "\n"


def _who(story: Story) -> tuple[str, ...]:
    scheme = "https" if story.https else "http"
    held = _count(story.badges, "badge", "badges")
    return (
        "WHO ASKS",
        _text(
            f"People hold {held} whose documents stood at {scheme}://{story.host}. Open Badges work"
            " like this: whoever wants to check a badge - an employer, or the backpack a learner"
            " moves to - asks the issuer's web site for it. When the site no longer answers, the"
            " badges cannot be checked and cannot be moved. They can again as soon as these files"
            " stand at their old addresses. The files were collected with badge-migrator from what"
            " learners, old backpacks and web archives still had."
        ),
    )


def _what(story: Story) -> tuple[str, ...]:
    files = [
        f"  {files:>7,}  {word(kind, files)}: {_KINDS[kind][2]}"
        for kind, (files, _missing) in story.kinds.items()
        if files
    ]
    return "WHAT IS IN THIS FOLDER", "\n".join(files) or "  No file was found.", _FOLDER


_FOLDER = """\
site/          the files, each at its path on the domain
site/_headers  their media types, for hosts of static files
nginx.conf     which address is which file, for the web server nginx
manifest.csv   every address: its file, media type, SHA-256, and where it came from
badges.csv     every badge: whether all it needs of this domain is here
missing.csv    what nobody has any more; MISSING.txt says the same in words"""


def _how(story: Story) -> Iterator[str]:
    yield "WHAT TO DO"
    yield _text(
        "With nginx: copy this folder to the server, read the first lines of nginx.conf, and"
        " include it. It serves these addresses and nothing else, so it can stand beside"
        " a web site."
    )
    yield _text(
        "With a host of static files (Netlify, Cloudflare Pages, your provider's web space):"
        " publish the folder `site` as the root of the domain."
    )
    if story.ruled:
        files = _count(story.ruled, "file stands", "files stand")
        yield _text(
            f"{files} in `site/_by-rule`, because no plain path leads there: the address has a"
            " query (?id=5), or a name that some systems cannot bear or might run as a program."
            ' nginx.conf has the rules; manifest.csv says "rule" in the column found_by, and why.'
            " A host of static files needs a rewrite for each (from its url to its file); one that"
            " knows no rewrites by query cannot serve them, and nginx on a small server can."
        )
    if story.rules:
        files = _count(story.rules, "file has", "files have")
        yield _text(
            f"{files} a name that does not say what is in it. `_headers` says it to hosts that read"
            " such a file; some read only its first 100 rules. Backpacks look into the file itself,"
            " so badges work without it as a rule."
        )


def _test(story: Story) -> tuple[str, ...]:
    if story.example is None:
        return ()
    url, media_type = story.example
    shown = printable(url).replace("'", "%27")
    return (
        "HOW TO TRY IT",
        f"  curl -i '{shown}'",
        _text(
            f'must answer "200" and "Content-Type: {media_type}", without a password. Before the'
            " domain points to the new server, try it there by its IP address:"
        ),
        f"  curl -i --connect-to '::IP-OF-THE-SERVER:' '{shown}'",
        _text(
            "Whoever has badge-migrator can try this folder before anything is put up, on their own"
            " computer: badge-migrator rehearse site FOLDER"
        ),
    )


def _know(story: Story) -> Iterator[str]:
    yield "WHAT YOU SHOULD KNOW"
    yield _text(
        "These are copies that others have kept, and nobody but you can say that they are yours:"
        " compare some with your own records before you publish them. badge-migrator has changed"
        " nothing in them: no address, no name, no date, no signature."
    )
    if story.derived:
        files = _count(story.derived, "file was", "files were")
        yield _text(
            f'{files} not found as such; manifest.csv says "derived" and how they were made. If you'
            " have the originals, use those."
        )
    if story.recovered:
        files = _count(story.recovered, "file comes", "files come")
        yield _text(f"{files} from a web archive; manifest.csv says when it was saved there.")
    if story.plain_recipients:
        files = _count(story.plain_recipients, "assertion says", "assertions say")
        yield _text(
            f"{files} in clear to which e-mail address the badge was awarded, as they did when they"
            " were public before. They can be checked only as they are."
        )
    if story.missing:
        addresses = _count(story.missing, "address is", "addresses are")
        yield _text(
            f"{addresses} missing, see MISSING.txt. {story.complete:,} of"
            f" {_count(story.badges, 'badge', 'badges')} have all they need here. If you have a"
            " backup of the old site, those files would help most."
        )


def _long() -> tuple[str, ...]:
    return (
        "HOW LONG",
        _text(
            "Putting the files up is an hour's work, often less. Please let them stay: a backpack"
            " fetches them when a badge is moved, and whoever is shown the badge later checks it"
            " there again. The files change no more, so there is nothing to look after."
        ),
        "Thank you. Somebody's proof of what they have learned is worth something again.",
    )


def missing_lines(entries: Sequence[tuple[str, str, bool, str, str]], total: int) -> str:
    """Return the missing addresses in words: (kind, url, needed, why, which badges) of each."""
    if not entries:
        return "Nothing is missing.\n"
    lines = [f"{_count(total, 'address is', 'addresses are')} missing.", ""]
    for kind, url, needed, why, badges in entries:
        effect = (
            "Without it these badges cannot be moved"
            if needed
            else "Nice to have; badges can be moved without it"
        )
        lines += [f"{word(kind).capitalize()}: {printable(url)}", f"  {why[:1].upper()}{why[1:]}."]
        lines += [f"  {effect}: {badges}", ""]
    if total > len(entries):
        lines.append(f"... and {total - len(entries):,} more: see missing.csv.")
    return "\n".join(lines) + "\n"


def _text(paragraph: str) -> str:
    return fill(paragraph, 88, break_long_words=False, break_on_hyphens=False)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
