"""Who or what somebody means: by address, recipient, URL, name or title, in forgiving spelling."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.digest import short_digest
from migrator.archive.vocabulary import Vocabulary, words
from migrator.openbadges.identity import canonical_url
from migrator.openbadges.recipient import case_variants, hash_identity, looks_hashed

MOST = 20
"""How many of a kind are found at most; who needs more says more of what is meant."""
_DOCUMENT = """
select sighting.assertion_id from sighting_document
join sighting on sighting.id = sighting_document.sighting_id
where sighting_document.url = ?1 and sighting_document.url <> '' limit ?2
"""
_PICTURE = "select id from assertion where image = ?1 and image is not null limit ?2"
_ARTWORK = """
select assertion.id from badge_class join assertion on assertion.badge_class_id = badge_class.id
where badge_class.image = ?1 limit ?2
"""
# A hash is told apart by its first digits, behind the name of the algorithm.
_UNSALTED = """
select id from assertion where recipient_hashed = 1 and recipient_salt is null
  and substr(recipient_identity, 8, 8) = substr(?1, 8, 8) collate nocase
  and recipient_identity = ?1 collate nocase limit ?2
"""
# No index: each badge has a hash of its own, and hardly ever is one asked for.
_SALTED = """
select id from assertion where recipient_salt is not null
  and recipient_identity = ?1 collate nocase limit ?2
"""
_RECIPIENT = """
select id from assertion where recipient_hashed = 0
  and substr(recipient_identity, 1, 24) = substr(?1, 1, 24) collate nocase
  and recipient_identity = ?1 collate nocase limit ?2
"""
_MENTIONED = (_DOCUMENT, _PICTURE, _ARTWORK)
_ALGORITHMS = ("sha256", "sha1", "sha512", "md5")


@dataclass(frozen=True, slots=True)
class Meant:
    """What was found, as ids; `spelled` says that nothing was spelled quite so."""

    learners: tuple[int, ...] = ()
    badges: tuple[int, ...] = ()
    badge_classes: tuple[int, ...] = ()
    issuers: tuple[int, ...] = ()
    spelled: bool = True

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.learners or self.badges or self.badge_classes or self.issuers)


def search(archive: Archive, text: str) -> Meant:
    """Return what is meant: exactly that, else what has these words, else what nearly has them."""
    if (found := known_as(archive, text)) is not None:
        return found
    wanted = words(text)
    if not wanted:
        return Meant()
    return _with(archive, wanted, forgiving=False) or _with(archive, wanted, forgiving=True)


def known_as(archive: Archive, text: str) -> Meant | None:
    """Return what a URL, a hashed recipient or an e-mail address is of, each by an index.

    None: it is none of these, or an e-mail address that nobody has, so its words may be meant.
    """
    text = text.strip()
    if "://" in text:
        return Meant(badges=_at(archive, text))
    if looks_hashed(text):
        badges = _awarded_to(archive, [text]) or _ids(archive, _SALTED, text, MOST)
        return Meant(badges=badges)
    return (_addressed(archive, text) or None) if "@" in text else None


def _addressed(archive: Archive, address: str) -> Meant:
    """Return who has an address now, had it as a username or as a recipient of a badge."""
    learners = _ids(
        archive,
        "select learner_id from identity where value = ?1 collate nocase"
        " union select account.learner_id from account join destination"
        " on destination.id = account.destination_id"
        " where account.destination_id in (select id from destination) and account.username = ?1",
        address,
    )
    if learners:
        return Meant(learners=learners)
    variants = case_variants(address)
    hashed = [hash_identity(one, name, None) for one in variants for name in _ALGORITHMS]
    return Meant(badges=_awarded_to(archive, [address, *hashed]))


def _awarded_to(archive: Archive, recipients: list[str]) -> tuple[int, ...]:
    found: dict[int, None] = {}
    for one in dict.fromkeys(recipients):
        for sql in (_UNSALTED, _RECIPIENT):
            found.update(dict.fromkeys(_ids(archive, sql, one, MOST)))
    return tuple(found)[:MOST]


def _at(archive: Archive, url: str) -> tuple[int, ...]:
    for one in dict.fromkeys((url, canonical_url(url))):
        digest = short_digest(f"url:{one}".encode("utf-8", "replace"))
        if found := _ids(archive, "select id from assertion where digest = ?", digest):
            return found
    for sql in _MENTIONED:
        if found := _ids(archive, sql, url, MOST):
            return found
    return ()


def _with(archive: Archive, wanted: list[str], *, forgiving: bool) -> Meant:
    def matched(table: str, sql: str) -> tuple[int, ...]:
        query = Vocabulary(archive, table).query(wanted, forgiving=forgiving)
        return () if query is None else _ids(archive, sql, query, MOST)

    learners = matched("learner_fts", "select rowid from learner_fts where name match ?1 limit ?2")
    addressed = matched(
        "identity_fts",
        "select identity.learner_id from identity_fts"
        " join identity on identity.id = identity_fts.rowid"
        " where identity_fts.value match ?1 limit ?2",
    )
    return Meant(
        learners=tuple(dict.fromkeys((*learners, *addressed)))[:MOST],
        badge_classes=matched(
            "badge_class_fts", "select rowid from badge_class_fts where name match ?1 limit ?2"
        ),
        issuers=matched("issuer_fts", "select rowid from issuer_fts where name match ?1 limit ?2"),
        spelled=not forgiving,
    )


def _ids(archive: Archive, sql: str, *values: object) -> tuple[int, ...]:
    return tuple(dict.fromkeys(row[0] for row in archive.all(sql, *values) if row[0] is not None))
