"""What the archive holds of each badge, for exports: facts in batches, pieces on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.archive.archive import Archive
from migrator.archive.originals import readable_rows
from migrator.openbadges.model import Recipient
from migrator.openbadges.recipient import matching_spelling


@dataclass(frozen=True, slots=True)
class Holding:
    """One badge with what an index says of it; `digest` names it by its identity (SHA-256).

    What may be long (pictures in addresses, narratives) is asked for badge by badge.

    `learner` is the first address the learner is known under; `state` is what became of it at each
    destination ("done at badgr:https://..."), "" before any was named; `deleted` says that the
    learner had removed it from every source it was found in.
    """

    assertion_id: int
    digest: bytes
    identity: str
    badge: str | None
    issuer: str | None
    learner_id: int | None
    learner: str | None
    learner_name: str | None
    version: str | None
    hosted_url: str | None
    issued_on: str | None
    expires: str | None
    revoked: bool
    deleted: bool
    recipient: str | None
    recipient_type: str | None
    recipient_hashed: bool
    recipient_salt: str | None
    badge_class_id: int | None
    image_id: int | None
    document_id: int | None
    jws_id: int | None
    state: str


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """One document of a badge: where it is kept, its kind and digest, its address, its origin."""

    id: int
    digest: bytes
    kind: str
    url: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class HeldEvidence:
    """A piece of evidence as kept."""

    url: str | None
    narrative: str | None
    name: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class HeldCollection:
    """A learner's collection: badges by assertion id, in order, each with the learner's story."""

    name: str
    description: str | None
    public: bool
    page_url: str | None
    badges: tuple[tuple[int, str | None], ...]


@dataclass(frozen=True, slots=True)
class HeldLearner:
    """A learner with every address."""

    id: int
    name: str | None
    addresses: tuple[str, ...]


_HOLDINGS = """
select assertion.id, assertion.digest, assertion.identity, substr(badge_class.name, 1, 2000),
  substr(issuer.name, 1, 2000), assertion.learner_id,
  (select identity.value from identity where identity.learner_id = assertion.learner_id
   order by identity.id limit 1),
  learner.name, assertion.version, assertion.hosted_url, assertion.issued_on, assertion.expires,
  assertion.revoked,
  not exists (select 1 from sighting where sighting.assertion_id = assertion.id
    and not sighting.deleted),
  assertion.recipient_identity, assertion.recipient_type, assertion.recipient_hashed,
  assertion.recipient_salt, assertion.badge_class_id, assertion.image_id,
  assertion.document_id, assertion.jws_id,
  coalesce((select group_concat(one, '; ') from
    (select transfer.state || ' at ' || destination.kind || ':' || destination.url as one
     from transfer join destination on destination.id = transfer.destination_id
     where transfer.assertion_id = assertion.id order by destination.id)), '')
from assertion
left join badge_class on badge_class.id = assertion.badge_class_id
left join issuer on issuer.id = badge_class.issuer_id
left join learner on learner.id = assertion.learner_id
"""
_EVERYBODY = _HOLDINGS + " where assertion.id > ?2 and ?1 is null order by assertion.id limit ?3"
_ONE_LEARNER = (
    _HOLDINGS + " where assertion.learner_id = ?1 and assertion.id > ?2"
    " order by assertion.id limit ?3"
)


def holdings(
    archive: Archive, learner_id: int | None = None, batch: int = 200
) -> Iterator[Holding]:
    """Yield every badge (or one learner's) by id; memory does not grow with the archive."""
    query = _EVERYBODY if learner_id is None else _ONE_LEARNER
    last = 0
    while rows := readable_rows(archive, query, learner_id, last, batch):
        last = rows[-1][0]
        yield from (Holding(*row) for row in rows)


def holding(archive: Archive, assertion_id: int) -> Holding:
    """Return one badge; raises KeyError when there is none with this id."""
    rows = readable_rows(archive, _HOLDINGS + " where assertion.id = ?", assertion_id)
    if not rows:
        raise KeyError(assertion_id)
    return Holding(*rows[0])


def count(archive: Archive, learner_id: int | None = None) -> int:
    """Return how many badges the archive holds, of everybody or of one learner."""
    row = archive.one(
        "select count(*) from assertion where ?1 is null or learner_id = ?1", learner_id
    )
    return int(row[0]) if row else 0


def documents_of(archive: Archive, assertion_id: int) -> list[HeldDocument]:
    """Return the documents of a badge, none twice: found ones before derived, in order read."""
    rows = readable_rows(
        archive,
        "select document.id, document.digest, sighting_document.kind,"
        " max(iif(sighting_document.url = '', substr(assertion.identity, 5),"
        " sighting_document.url)),"
        " sighting_document.origin from sighting"
        " join assertion on assertion.id = sighting.assertion_id"
        " join sighting_document on sighting_document.sighting_id = sighting.id"
        " join document on document.id = sighting_document.document_id"
        " where sighting.assertion_id = ?"
        " group by document.id, sighting_document.kind, sighting_document.origin"
        " order by sighting_document.origin desc, min(sighting.id), document.id",
        assertion_id,
    )
    return [HeldDocument(*row) for row in rows]


def pictured_at(archive: Archive, assertion_id: int) -> tuple[str | None, str | None]:
    """Return where a badge says its own picture is, and its class (URLs or data: URIs)."""
    rows = readable_rows(
        archive,
        "select assertion.image, badge_class.image from assertion"
        " left join badge_class on badge_class.id = assertion.badge_class_id"
        " where assertion.id = ?",
        assertion_id,
    )
    return (rows[0][0], rows[0][1]) if rows else (None, None)


def narrative_of(archive: Archive, assertion_id: int) -> str | None:
    """Return what the issuer wrote about one award."""
    rows = readable_rows(archive, "select narrative from assertion where id = ?", assertion_id)
    return rows[0][0] if rows else None


def images_of(archive: Archive, assertion_id: int) -> list[int]:
    """Return the ids of every image a badge was found with, none twice, in the order read."""
    rows = readable_rows(
        archive,
        "select image_id from sighting where assertion_id = ? and image_id is not null"
        " group by image_id order by min(id)",
        assertion_id,
    )
    return [int(row[0]) for row in rows]


def image_of_class(archive: Archive, badge_class_id: int) -> int | None:
    """Return the id of an image that any badge of a badge class was found with."""
    row = archive.one(
        "select image_id from assertion where badge_class_id = ? and image_id is not null"
        " order by id limit 1",
        badge_class_id,
    )
    return None if row is None else int(row[0])


def image_near(archive: Archive, badge_class_id: int) -> int | None:
    """Return the id of an image that one of the first badges of a badge class was found with.

    Unlike `image_of_class` it does not go through a hundred thousand badges without any.
    """
    row = archive.one(
        "select image_id from (select image_id from assertion where badge_class_id = ?"
        " order by id limit 100) where image_id is not null limit 1",
        badge_class_id,
    )
    return None if row is None else int(row[0])


def evidence_of(archive: Archive, assertion_id: int) -> list[HeldEvidence]:
    """Return the evidence of a badge, in order."""
    rows = readable_rows(
        archive,
        "select url, narrative, name, description from evidence where assertion_id = ? order by id",
        assertion_id,
    )
    return [HeldEvidence(*row) for row in rows]


def addresses_of(archive: Archive, learner_id: int) -> tuple[str, ...]:
    """Return every spelling of every address of a learner, in the order met."""
    rows = readable_rows(
        archive, "select value from identity where learner_id = ? order by id", learner_id
    )
    return tuple(row[0] for row in rows)


def recipient_of(archive: Archive, holding: Holding) -> str | None:
    """Return the e-mail address a badge was awarded to, None when it is not known.

    That of a hashed recipient is known when an address of the learner fits.
    """
    if holding.recipient is None or (holding.recipient_type or "email") != "email":
        return None
    if not holding.recipient_hashed:
        return holding.recipient if "@" in holding.recipient else None
    if holding.learner_id is None:
        return None
    recipient = Recipient(holding.recipient, "email", True, holding.recipient_salt)
    return matching_spelling(recipient, addresses_of(archive, holding.learner_id))


def learner_at(archive: Archive, address: str) -> HeldLearner | None:
    """Return the learner with exactly this address (in any case), None when there is none."""
    row = archive.one(
        "select learner.id, learner.name from identity"
        " join learner on learner.id = identity.learner_id"
        " where identity.value = ? collate nocase order by identity.id limit 1",
        address.strip(),
    )
    if row is None:
        return None
    return HeldLearner(row[0], row[1], addresses_of(archive, row[0]))


def collections_of(archive: Archive, learner_id: int) -> Iterator[HeldCollection]:
    """Yield a learner's collections, oldest first, empty ones too."""
    for row in readable_rows(
        archive,
        "select id, name, description, public, page_url from collection where learner_id = ?"
        " order by id",
        learner_id,
    ):
        badges = readable_rows(
            archive,
            "select assertion_id, story from collection_assertion where collection_id = ?"
            " order by position, assertion_id",
            row[0],
        )
        yield HeldCollection(
            *(row[1], row[2], bool(row[3]), row[4]), tuple((one[0], one[1]) for one in badges)
        )
