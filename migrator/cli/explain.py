"""`badge-migrator plan --explain BADGE`: the whole reasoning about one badge, with its proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from migrator import errors

if TYPE_CHECKING:
    from migrator.archive.accounts import SavedDestination
    from migrator.archive.archive import Archive
    from migrator.cli.console import Console
    from migrator.cli.plan import Allowed, WebAsked
    from migrator.transfer.explain import Compared, Explanation, Reasoning, RuleLine

_MARKS = {"passed": "ok", "failed": "NO", "not asked": "--"}


def explain_badge(
    opened: Archive,
    saved: SavedDestination,
    text: str,
    console: Console,
    *,
    web: WebAsked,
    allowed: Allowed,
) -> None:
    """Print the reasoning for the destination named, then for the others the archive knows."""
    from migrator.archive import accounts, shelf
    from migrator.cli.plan import ask
    from migrator.destinations import registry
    from migrator.transfer.explain import explain

    number = one_meant(opened, text)
    web = replace(web, learner=shelf.kept(opened, number).learner_id)
    others = [one for one in accounts.destinations(opened) if one.id != saved.id]
    questions = []
    for one in (saved, *others):
        questions.append(ask(opened, registry.resolve(one.name), one, web, allowed))
        web = replace(web, check=False)  # the hosts are asked once for all
    found = explain(opened, number, questions)
    console.lines(explanation_lines(found))
    console.result("explanation", asdict(found))
    console.last(f"Next: {found.destinations[0].next_step}")


def one_meant(opened: Archive, text: str) -> int:
    """Return the badge that is meant; raises Usage that names the candidates."""
    from migrator.archive.dossier import MOST, meant
    from migrator.report.words import plain

    found = meant(opened, text)
    if len(found) == 1:
        return found[0].assertion_id
    if not found:
        raise errors.Usage(
            f"No badge in {opened.path} is meant by {text!r}.",
            "Name its number or address, or words of its title and its learner's address."
            " `badge-migrator status EMAIL` lists a person's badges.",
        )
    shown = "; ".join(
        f"{one.assertion_id} {plain(one.title)} ({plain(one.learner or 'nobody known')})"
        for one in found
    )
    more = f" (the first {MOST})" if len(found) == MOST else ""
    raise errors.Usage(f"Several badges are meant{more}: {shown}.", "Name one by its number.")


def explanation_lines(found: Explanation) -> Iterator[str]:
    """Yield an explanation a line at a time, foreign text made harmless."""
    from migrator.report.words import plain

    yield from (plain(line) for line in _lines(found))


def _lines(found: Explanation) -> Iterator[str]:
    version = f"Open Badges {found.version}" if found.version else "version unknown"
    yield f"Badge {found.assertion_id}: {found.title} ({version})"
    yield f"  Held by {found.learner or 'nobody we know'}"
    yield f"  Known as {found.identity}"
    yield ""
    yield "What the archive holds"
    for place in found.seen:
        yield f"  found in {place.place} (last read {place.seen_at})"
    for piece in found.held:
        at = f", {piece.at}" if piece.at else ""
        yield f"  {piece.kind}, {piece.origin}{at}: sha256 {piece.digest}"
        if piece.url:
            yield f"    belongs at {piece.url}"
    for one in found.destinations:
        yield ""
        yield from _reasoning_lines(one)


def _reasoning_lines(one: Reasoning) -> Iterator[str]:
    yield f"{one.destination} - {one.profile}; what it accepts: {one.known}"
    yield f"  Verdict: {'accepted' if one.reason is None else one.reason}. {one.sentence}"
    if one.detail:
        yield f"    {one.detail}"
    yield f"  Handed over as: {one.handed_over or 'nothing; there is no form it could be sent in'}"
    yield "  What each address answered"
    for asked in one.asked:
        when = f" ({asked.at})" if asked.at else ""
        yield f"    {asked.url}"
        yield f"      {asked.answer}{when}"
    yield from _recipient_lines(one.recipient)
    yield "  The rules, in the server's order (ok passed, NO failed, -- not asked)"
    yield from _rule_lines(one.rules)
    if one.restored:
        yield "  The same rules, were everything back that the archive holds"
        yield from _rule_lines(one.restored)
    yield "  The routes"
    for way in one.routes:
        yield f"    {'->' if way.chosen else '  '} {way.route}: {way.why}"
    for url in one.missing:
        yield f"       not in the archive: {url}"
    yield f"  What next: {one.next_step}"
    yield f"  Who can act: {one.who}"


def _rule_lines(rules: tuple[RuleLine, ...]) -> Iterator[str]:
    for rule in rules:
        note = f" ({'; '.join(rule.says)})" if rule.says and rule.answered != "failed" else ""
        yield f"    {_MARKS[rule.answered]} {rule.asks}{note}"
        for words in rule.says if rule.answered == "failed" else ():
            yield f"       {words[:300]}"


def _recipient_lines(compared: Compared) -> Iterator[str]:
    form = "hashed, " if compared.hashed else ""
    yield f"  Awarded to: {form}{compared.recipient or 'not known'}"
    if compared.account is None:
        yield "    Compared with nobody: no account over there belongs to this learner"
        return
    addresses = ", ".join(compared.addresses) or "no address"
    yield f"    Compared, letter by letter, with the account {compared.account}: {addresses}"
    if compared.matched:
        hidden = " (not confirmed: the badge stays hidden until it is)" if compared.pending else ""
        yield f"    It is {compared.matched}{hidden}"
    elif compared.missing:
        yield f"    The account lacks exactly this spelling: {compared.missing}"
